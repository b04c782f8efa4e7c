"""Run the workbench's commands with ``python -m workbench``."""

from workbench.cli import main

main()
