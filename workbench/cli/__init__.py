"""The commands. Each is one line of work; everything heavy is imported when a command runs."""

from workbench.cli.app import main

__all__ = ["main"]
