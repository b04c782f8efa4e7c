"""Judgements on a table of predictions. Knows no networks."""
