"""Faces of plain state objects in a notebook."""
