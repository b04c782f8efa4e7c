"""The sample cast: drawn actors with voices of their own, and the truth of every frame beside the clips."""
