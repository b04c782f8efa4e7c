"""What was written for others to read, and where: ``reports/written.jsonl``, so that it can be found when somebody withdraws.

A path may lie anywhere; the file is readable by its owner only.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from workbench.files import atomic_file, sha256_of
from workbench.project import Project

FILE = "written.jsonl"


@dataclass(frozen=True)
class WrittenFile:
    """One file that left the workbench's hands.

    Attributes
    ----------
    kind : str
        ``"labels"``, ``"report"``, ``"picture"``, ``"table"``.
    path, sha256 : str
        Where, and of which content.
    datasets : tuple of str
        What it tells about; empty when not known.
    utc : str
        When.
    about : tuple of str
        SHA-256 of the recordings it tells about, where it tells of no others; empty when not known.
    """

    kind: str
    path: str
    sha256: str
    datasets: tuple[str, ...]
    utc: str
    about: tuple[str, ...] = ()


def register_file(project: Project) -> Path:
    """Return where the register lies."""
    return project.reports / FILE


def record_written(
    project: Project,
    kind: str,
    paths: Iterable[Path],
    datasets: Iterable[str] = (),
    *,
    about: Iterable[str] = (),
) -> None:
    """Add files that were just written to the register; those that are not there are left out.

    Parameters
    ----------
    about : iterable of str
        SHA-256 of the recordings that the files tell about, when they tell of no others.

    Raises
    ------
    StorageError
        The register cannot be written.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    names = tuple(sorted(set(datasets)))
    files = [path.resolve() for path in paths if path.is_file()]
    hashes = tuple(sorted(set(about)))
    new = [WrittenFile(kind, str(path), sha256_of(path), names, now, hashes) for path in files]
    fresh = {one.path for one in new}
    kept = [one for one in read_written(project) if one.path not in fresh]
    write_register(project, [*kept, *new])


def read_written(project: Project) -> list[WrittenFile]:
    """Return what was written, each path once, as it was written last."""
    path = register_file(project)
    if not path.is_file():
        return []
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    lists = ("datasets", "about")
    return [WrittenFile(**row | {name: tuple(row.get(name, ())) for name in lists}) for row in rows]


def write_register(project: Project, files: Iterable[WrittenFile]) -> None:
    """Replace the register, atomically."""
    text = "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in files)
    with atomic_file(register_file(project)) as temporary:
        os.close(os.open(temporary, os.O_CREAT | os.O_WRONLY, 0o600))
        # A name may hold bytes that are no letters: they become JSON's own escapes, and come back as they were.
        temporary.write_text(text, encoding="utf-8", errors="backslashreplace", newline="")
