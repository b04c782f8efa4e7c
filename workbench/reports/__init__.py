"""Stored results read back, summed up in words, and published as one page."""
