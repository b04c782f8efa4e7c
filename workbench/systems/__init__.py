"""Recipes that turn clips into predictions."""
