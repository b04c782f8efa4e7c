"""What lies beside every export: how much was written, of what, and the hashes that prove it came back whole."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

from workbench import __version__
from workbench.errors import InvalidInputError, StorageError
from workbench.files import read_json, sha256_of, write_json

MANIFEST_VERSION = 1
_COUNTED = ("question", "annotator", "kind")
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


class ContentTally:
    """Counts and the hash of rows, taken while they pass by.

    The hash is of the logical content: the same rows in the same order give the same hash in every file format.

    Parameters
    ----------
    columns : sequence of str
        The columns that are hashed, in this order.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = tuple(columns)
        self._hash = hashlib.sha256()
        self._n_rows = 0
        self._counts: dict[str, Counter[str]] = {name: Counter() for name in _COUNTED}
        self._versions: Counter[tuple[str, int]] = Counter()

    @property
    def n_rows(self) -> int:
        """How many rows passed by."""
        return self._n_rows

    @property
    def content_sha256(self) -> str:
        """The hash of the rows so far, in hex."""
        return self._hash.hexdigest()

    def add(self, row: Mapping[str, Any], content: str | None = None) -> None:
        """Count one row; ``content`` is its text where that is made already."""
        self._n_rows += 1
        for name, counter in self._counts.items():
            if name in row:
                counter[row[name]] += 1
        if "schema_version" in row:
            self._versions[row["question"], row["schema_version"]] += 1
        if content is None:  # times are rounded: one number, one text
            content = _encode([row[column] for column in self._columns])
        self._hash.update(content.encode("utf-8", "surrogatepass") + b"\n")

    def add_many(self, rows: Sequence[Sequence[Any]], contents: Iterable[str]) -> None:
        """Count rows whose values stand in the order of the columns, each with its content (compact JSON of its values)."""
        for name, counter in self._counts.items():
            if name in self._columns:
                counter.update(map(itemgetter(self._columns.index(name)), rows))
        if "schema_version" in self._columns:
            both = itemgetter(self._columns.index("question"), self._columns.index("schema_version"))
            self._versions.update(map(both, rows))
        self._n_rows += len(rows)
        self._hash.update("".join(f"{content}\n" for content in contents).encode("utf-8", "surrogatepass"))

    def as_json(self) -> dict[str, Any]:
        """Return counts, schema versions and hash as plain data."""
        counts = {name: dict(sorted(counter.items())) for name, counter in self._counts.items() if counter}
        versions: dict[str, dict[str, int]] = {}
        for (question, version), n_rows in sorted(self._versions.items()):
            versions.setdefault(question, {})[str(version)] = n_rows
        return {
            "rows": self._n_rows,
            "counts": counts,
            "schema_versions": versions,
            "content_columns": list(self._columns),
            "content_sha256": self.content_sha256,
        }


def manifest_path(export: Path) -> Path:
    """Return where the manifest of ``export`` lies: beside it, its name and ``.manifest.json``."""
    return export.with_name(export.name + ".manifest.json")


def write_manifest(export: Path, *, kind: str, tally: ContentTally, escaping: str | None = None) -> Path:
    """Write the manifest of a file that was just written, and return its path.

    Parameters
    ----------
    kind : {"labels table", "label events"}
        What the file holds.
    escaping : str, optional
        How text cells were changed on the way out; None when they were not.
    """
    path = manifest_path(export)
    write_json(
        path,
        {
            "manifest_version": MANIFEST_VERSION,
            "kind": kind,
            "file": export.name,
            "file_sha256": sha256_of(export),
            **tally.as_json(),
            "escaping": escaping,
            "workbench": __version__,
            "made_utc": datetime.now(UTC).isoformat(timespec="seconds"),
        },
    )
    return path


def read_manifest(export: Path) -> dict[str, Any] | None:
    """Return the manifest beside ``export`` after holding the file against it; None when there is none.

    Raises
    ------
    InvalidInputError
        The manifest is no manifest, is a newer workbench's, or the file is not the one it was written for.
    """
    path = manifest_path(export)
    if not path.is_file():
        return None
    mend = f"When the change was meant, delete {path.name} and import again."
    try:
        manifest = read_json(path)
    except StorageError as error:
        raise InvalidInputError(
            f"{path.name} must be the manifest of {export.name}. It is damaged. {mend}"
        ) from error
    if not isinstance(manifest, dict) or not isinstance(manifest.get("file_sha256"), str):
        raise InvalidInputError(f"{path.name} must be the manifest of {export.name}. It is not. {mend}")
    if manifest.get("manifest_version") != MANIFEST_VERSION:
        raise InvalidInputError(
            f"A manifest must be of version {MANIFEST_VERSION}. Received {manifest.get('manifest_version')!r} in "
            f"{path.name}: import with the workbench that wrote it. {mend}"
        )
    if sha256_of(export) != manifest["file_sha256"]:
        raise InvalidInputError(
            f"{export.name} must be as its manifest says ({manifest.get('rows')} rows). Its SHA-256 is another: it was "
            f"changed or cut short since. {mend}"
        )
    return manifest


def check_content(manifest: Mapping[str, Any] | None, tally: ContentTally, *, name: str) -> None:
    """Hold the rows that were understood against the manifest.

    Raises
    ------
    InvalidInputError
        Their number or content is another than what was exported.
    """
    if manifest is None:
        return
    if manifest.get("rows") != tally.n_rows or manifest.get("content_sha256") != tally.content_sha256:
        raise InvalidInputError(
            f"{name} must hold what its manifest says: {manifest.get('rows')} rows, content {manifest.get('content_sha256')!s:.12}. "
            f"Received {tally.n_rows} rows, content {tally.content_sha256:.12}: export it again."
        )
