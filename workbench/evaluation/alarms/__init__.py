"""Alarms in words: what a reader must know before believing a figure. One kind of alarm a file; ``docs/alarms.md``."""
