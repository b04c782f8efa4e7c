"""What came of analysing a folder, for people and for scripts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.sentiment import SENTIMENTS
from workbench.systems.folder_table import Row


@dataclass
class FolderReport:
    """What came of a folder.

    Attributes
    ----------
    folder : Path
    rows : list of dict
        The table, in the order of the paths.
    n_known : int
        Rows that were there already.
    n_other_files : int
        Files that do not claim to be recordings.
    clip_files : list of Path
        One for each clip, where they were asked for.
    seconds : float
    """

    folder: Path
    rows: list[Row] = field(default_factory=list)
    n_known: int = 0
    n_other_files: int = 0
    clip_files: list[Path] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def problems(self) -> list[Row]:
        """The rows of recordings that could not be analysed."""
        return [row for row in self.rows if row["problem"]]

    def as_json(self) -> dict[str, Any]:
        """Return the counts and the rows, ready for JSON; analysed + known + problems = seen."""
        n_problems = len(self.problems)
        return {
            "folder": str(self.folder).encode("utf-8", "backslashreplace").decode(),
            "seen": len(self.rows),
            "analysed": len(self.rows) - self.n_known - n_problems,
            "known": self.n_known,
            "problems": n_problems,
            "other_files": self.n_other_files,
            "seconds": round(self.seconds, 3),
            "clips": self.rows,
        }

    def lines(self) -> list[str]:
        """Return what a person wants to read: the counts, the labels, a line per problem."""
        told = self.as_json()
        counts = (
            f"{told['analysed']} analysed, {told['known']} there already, {told['problems']} with a problem"
        )
        said = [f"{told['folder']}: {told['seen']} recordings: {counts} ({self.seconds:.0f} s)."]
        labels = [row["label"] for row in self.rows if row["label"]]
        if labels:
            shares = ", ".join(f"{name} {labels.count(name)}" for name in SENTIMENTS)
            said.append(f"{shares}, of {len(labels)} with a face.")
        said += [f"problem  {row['clip']!r}  {row['problem']}" for row in self.problems]
        if self.n_other_files:
            files = (
                "other file is no recording" if self.n_other_files == 1 else "other files are no recordings"
            )
            said.append(f"{self.n_other_files} {files}: left out.")
        return said
