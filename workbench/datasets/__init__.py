"""Collections of clips: import, catalog, extraction, samples, splits."""
