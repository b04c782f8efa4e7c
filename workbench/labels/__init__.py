"""Answers given by people: questions, events, store, session."""
