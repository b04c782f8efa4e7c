"""Recordings: time, pictures and sound."""
