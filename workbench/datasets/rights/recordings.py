"""Whether what is computed of one recording may leave the house: asked by its content, wherever the file lies."""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

from workbench.datasets.forgotten import FILE as TOMBSTONE
from workbench.datasets.forgotten import Forgotten
from workbench.datasets.rights.permission import require_permission
from workbench.errors import InvalidInputError, StorageError
from workbench.files import file_stamp, sha256_of
from workbench.project import Project


def require_exportable(project: Project, recording: Path) -> tuple[str, ...]:
    """Return the datasets that hold a recording; none where it is in no dataset, and then nobody was asked.

    Raises
    ------
    InvalidInputError
        It cannot be read, one of them may not be exported (the message says why not), or the recording was erased because its speaker
        withdrew.
    """
    if not recording.is_file():
        raise InvalidInputError(f"{recording} must be a readable file. There is none: check the path.")
    catalogs = tuple((path, file_stamp(path)) for path in sorted(project.datasets.glob("*/catalog.csv")))
    buried = any(project.datasets.glob(f"*/{TOMBSTONE}"))
    if not catalogs and not buried:
        return ()
    sha256 = sha256_of(recording)
    if buried and Forgotten(project.datasets / "any").why(sha256, ""):
        raise InvalidInputError(
            f"What is exported must be of nobody who withdrew. {recording.name} was erased because its speaker did."
        )
    names = _holders(catalogs).get(sha256, ())
    require_permission(project, names, "export")
    return names


@lru_cache(maxsize=4)
def _holders(catalogs: tuple[tuple[Path, tuple[int, int]], ...]) -> dict[str, tuple[str, ...]]:
    """Return which datasets hold each content; read anew when a catalog was written."""
    found: dict[str, list[str]] = {}
    for path, _ in catalogs:
        try:
            with path.open(encoding="utf-8", newline="") as stream:
                for row in csv.DictReader(stream):
                    found.setdefault(row["sha256"], []).append(path.parent.name)
        except (OSError, KeyError, csv.Error, UnicodeDecodeError) as error:
            raise StorageError(f"{path} must be a catalog. It is damaged ({error}): import again.") from error
    return {sha256: tuple(names) for sha256, names in found.items()}
