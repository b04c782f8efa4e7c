"""What was written for others to read, and where: ``reports/written.jsonl``, so that it can be found when somebody withdraws.

A path may lie anywhere; the file is readable by its owner only.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
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
    begun : bool
        It was begun and never said to be finished: ``sha256`` is of what lay there before, ``""`` of nothing.
    """

    kind: str
    path: str
    sha256: str
    datasets: tuple[str, ...]
    utc: str
    about: tuple[str, ...] = ()
    begun: bool = False


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
    record_each(project, kind, dict.fromkeys(paths, tuple(about)), datasets)


def record_each(
    project: Project, kind: str, about: Mapping[Path, Iterable[str]], datasets: Iterable[str] = ()
) -> None:
    """As :func:`record_written`, where each file tells about recordings of its own."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    names = tuple(sorted(set(datasets)))
    new = [
        WrittenFile(kind, str(path.resolve()), sha256_of(path), names, now, tuple(sorted(set(hashes))))
        for path, hashes in about.items()
        if path.is_file()
    ]
    fresh = {one.path for one in new}
    kept = [one for one in read_written(project) if one.begun or one.path not in fresh]
    write_register(project, [*kept, *new])


def record_begun(
    project: Project, kind: str, about: Mapping[Path, Iterable[str]], datasets: Iterable[str] = ()
) -> None:
    """Say before the first byte what will be written, so that what a killed process leaves is found, too.

    :func:`record_ended` takes it back.

    Parameters
    ----------
    about : mapping of Path to iterable of str
        The files, and the SHA-256 of the recordings that each tells about.

    Raises
    ------
    StorageError
        The register cannot be written.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    names = tuple(sorted(set(datasets)))
    new = []
    for path in about:
        before = sha256_of(path) if path.is_file() else ""
        hashes = tuple(sorted(set(about[path])))
        new.append(WrittenFile(kind, str(path.resolve()), before, names, now, hashes, begun=True))
    write_register(project, [*read_written(project), *new])


def record_ended(project: Project, paths: Iterable[Path]) -> None:
    """Say that nothing unfinished lies at these paths any more; what was written there is recorded before.

    Raises
    ------
    StorageError
        The register cannot be written.
    """
    ended = {str(path.resolve()) for path in paths}
    write_register(project, [one for one in read_written(project) if not one.begun or one.path not in ended])


def read_written(project: Project) -> list[WrittenFile]:
    """Return what was written, each path once, as it was written last; and what was begun."""
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
