"""Whole pages for Voila, each ``build(project) -> widget``, from stored results only."""
