"""What ``workbench analyze FOLDER`` does: every recording of a folder into one table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.progress import terminal
from workbench.project import Project
from workbench.systems import folder_analysis


def analyze_folder(project: Project, folder: Path, table: Path, **settings: Any) -> None:
    """Analyse a folder with a bar on the terminal and print what came of it; settings as in the module of this name."""
    with terminal("analyze") as progress:
        report = folder_analysis.analyze_folder(project, folder, table, progress=progress, **settings)
    for line in report.lines():
        print(line)
