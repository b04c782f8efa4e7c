"""What ``workbench analyze FOLDER`` does: every recording of a folder into one table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.datasets.rights.written import record_written
from workbench.progress import terminal
from workbench.project import Project
from workbench.systems import folder_analysis
from workbench.systems.folder_table import FolderJournal


def analyze_folder(project: Project, folder: Path, table: Path, **settings: Any) -> None:
    """Analyse a folder, tell the counts, and remember what was written; settings as in the module of this name."""
    target, report = table.resolve(), None
    journal = FolderJournal(target)
    try:
        with terminal("analyze") as progress:
            report = folder_analysis.analyze_folder(project, folder, target, progress=progress, **settings)
    finally:
        hashes = {row["sha256"] for row in (journal.rows() if report is None else report.rows)} - {""}
        written = [journal.path] if report is None else [target, *report.clip_files]
        record_written(project, "table", written, about=hashes)
    for line in report.lines():
        print(line)
