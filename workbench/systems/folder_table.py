"""One table about the recordings of a folder, a row for each, and the journal that it grows in meanwhile.

A finished row is safe on disk at once. The table itself is written when all are there; its rows say of which file, when
changed, and by which system they were made, so that the same command later does only what is new.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from workbench.errors import InvalidInputError, StorageError
from workbench.files import TEMPORARY_PREFIX, atomic_file
from workbench.labels.exchange.cells import neutral, plain
from workbench.lazy import load
from workbench.sentiment import SENTIMENTS

Row = dict[str, Any]
COLUMNS: dict[str, type] = {
    "clip": str,
    "label": str,
    **{f"accumulated_{name}": float for name in SENTIMENTS},
    "n_moments": int,
    "n_faces": int,
    "n_open": int,
    "heard": bool,
    "seconds_of_video": float,
    "seconds_of_work": float,
    "problem": str,
    "notes": str,
    "sha256": str,
    "n_bytes": int,
    "changed_ns": int,
    "made_with": str,
}
"""The columns and what they hold; a cell is empty where there is nothing to tell."""
TABLE_ENDINGS = (".csv", ".parquet")
_WORDS = {"true": True, "false": False}


def check_table(path: Path) -> None:
    """Raise InvalidInputError unless a table can be written under such a name."""
    if path.suffix.lower() not in TABLE_ENDINGS:
        raise InvalidInputError(
            f"The table about a folder is written as {' or '.join(TABLE_ENDINGS)}. Received {path.name}."
        )


def write_table(path: Path, rows: Sequence[Row]) -> None:
    """Write the table, atomically, readable by its owner only.

    Raises
    ------
    StorageError
        It cannot be written.
    """
    with atomic_file(path) as temporary:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        if path.suffix.lower() == ".csv":
            temporary.write_text(_as_csv(rows), encoding="utf-8", newline="")
            return
        arrow = load("pyarrow")
        types = {str: arrow.string(), float: arrow.float64(), int: arrow.int64(), bool: arrow.bool_()}
        schema = arrow.schema([(name, types[kind]) for name, kind in COLUMNS.items()])
        load("pyarrow.parquet").write_table(
            arrow.Table.from_pylist(list(rows), schema=schema), str(temporary)
        )


def read_table(path: Path) -> list[Row]:
    """Return the rows of a table that was written by :func:`write_table`; none where there is none.

    Raises
    ------
    InvalidInputError
        There is something else under that name.
    """
    if not path.is_file():
        return []
    try:
        if path.suffix.lower() == ".csv":
            with path.open(encoding="utf-8", newline="") as stream:
                rows = [_from_csv(row) for row in csv.DictReader(stream)]
        else:
            rows = load("pyarrow.parquet").ParquetFile(str(path)).read().to_pylist()
        return [{name: row[name] for name in COLUMNS} for row in rows]
    except (OSError, KeyError, ValueError, csv.Error) as error:
        raise InvalidInputError(
            f"{path} must be a table of analysed clips, or not be there yet. It is another file or damaged "
            f"({type(error).__name__}): name another one, or move it away."
        ) from error


class FolderJournal:
    """The rows that are finished, one JSON line each, beside the table that is not."""

    def __init__(self, table: Path) -> None:
        self.path = table.with_name(f"{TEMPORARY_PREFIX}{table.name}.jsonl")

    def rows(self) -> list[Row]:
        """Return what was finished; a line that a kill tore is left out."""
        if not self.path.is_file():
            return []
        found = []
        for line in self.path.read_text(encoding="utf-8").splitlines():
            try:
                row = json.loads(line)
                found.append({name: row[name] for name in COLUMNS})
            except (ValueError, KeyError, TypeError):
                continue
        return found

    def begin(self, rows: Iterable[Row]) -> None:
        """Write anew what is still good, so that a torn line cannot spoil the next one.

        Raises
        ------
        StorageError
            It cannot be written.
        """
        with atomic_file(self.path) as temporary:
            os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            temporary.write_text("".join(map(_line, rows)), encoding="utf-8")

    def add(self, row: Row) -> None:
        """Add a finished row, safe on disk when this returns.

        Raises
        ------
        StorageError
            It cannot be written.
        """
        try:
            with self.path.open("a", encoding="utf-8") as stream:
                stream.write(_line(row))
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise StorageError(
                f"{self.path} must be writable. Received: {error.strerror or error}. Free some space, then run the same command again."
            ) from error

    def remove(self) -> None:
        """Take it away: the table is whole."""
        self.path.unlink(missing_ok=True)


def _line(row: Row) -> str:
    return json.dumps(row, allow_nan=False) + "\n"


def _as_csv(rows: Sequence[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(COLUMNS), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(row[name]) for name in COLUMNS} for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return neutral(value) if isinstance(value, str) else value


def _from_csv(row: dict[str, str]) -> Row:
    def value(name: str, text: str) -> Any:
        kind = COLUMNS[name]
        if kind is str:
            return plain(text) or (None if name == "label" else "")
        if text == "":
            return None
        return _WORDS[text] if kind is bool else kind(text)

    return {name: value(name, row[name]) for name in COLUMNS}
