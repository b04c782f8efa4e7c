"""Labels out to and in from CSV and JSON Lines: ``clip, question, start_s, end_s, annotator, value``."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from workbench.errors import InvalidInputError
from workbench.files import atomic_file
from workbench.labels.exchange import cells
from workbench.labels.exchange.label_lines import contents, csv_lines, json_lines
from workbench.labels.exchange.label_rows import ImportedLabels, LabelRows
from workbench.labels.exchange.manifest import ContentTally, check_content, read_manifest, write_manifest
from workbench.labels.store import LABEL_COLUMNS, LabelStore

_TEXT_COLUMNS = ("clip", "question", "annotator", "value")


def export_labels(store: LabelStore, path: Path, *, question: str | None = None) -> int:
    """Write the labels as they stand to ``path`` (``.csv`` or ``.jsonl``) with its manifest, and return how many.

    In CSV, text that a spreadsheet would take for a formula is marked (see :mod:`.cells`); the manifest says so, and
    :func:`import_labels` takes the mark off.

    Raises
    ------
    InvalidInputError
        The ending is another one.
    StorageError
        The file cannot be written.
    """
    lines = _is_json_lines(path)
    tally = ContentTally(LABEL_COLUMNS)
    written = json_lines if lines else csv_lines
    with atomic_file(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as stream:
        stream.write("" if lines else ",".join(LABEL_COLUMNS) + "\n")
        for labels in store.labels_in_parts(question):
            tally.add_many(labels, contents(labels))
            stream.write(written(labels))
    write_manifest(path, kind="labels table", tally=tally, escaping=None if lines else cells.RULE)
    return tally.n_rows


def import_labels(
    store: LabelStore, path: Path, *, clips: Mapping[str, float] | None = None
) -> ImportedLabels:
    """Record the labels of a CSV or JSON Lines table: all of its rows, or none.

    A row's operation id is made from its content, so importing the same table again changes nothing, and a
    label that was changed by hand since stays changed. With a manifest beside it, the file is held against it first.

    Parameters
    ----------
    clips : mapping of str to float, optional
        The known clips and their length in seconds; a row about another clip or beyond its end is then an error.

    Raises
    ------
    InvalidInputError
        Some rows break a rule; the message lists them with their line numbers. Or the file is not the one its
        manifest was written for. Nothing was recorded.
    StorageError
        Nothing was recorded, and why.
    """
    lines = _is_json_lines(path)
    text = read_text(path)
    manifest = read_manifest(path)
    rows, left_out = _read_json_lines(text) if lines else _read_csv(text, path.name)
    escaped = manifest is not None and manifest.get("escaping") == cells.RULE
    gathered = LabelRows(clips)
    tally = ContentTally(LABEL_COLUMNS)
    for line, row in rows:
        event = gathered.add(f"line {line}", _unmarked(row) if escaped else row)
        if event is not None and manifest is not None:
            tally.add({name: getattr(event, name) for name in LABEL_COLUMNS})
    gathered.check(path.name)
    check_content(manifest, tally, name=path.name)
    return replace(gathered.record(store), columns_left_out=left_out)


def read_text(path: Path) -> str:
    """Return a file's text; a byte-order mark is taken off.

    Raises
    ------
    InvalidInputError
        It is not there, not readable, or not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"{path} must be a readable UTF-8 text. Received: {error}.") from error


def _is_json_lines(path: Path) -> bool:
    if path.suffix.lower() not in {".csv", ".jsonl"}:
        raise InvalidInputError(f"A labels table must end in .csv or .jsonl. Received {path.name}.")
    return path.suffix.lower() == ".jsonl"


def _unmarked(row: dict[str, Any]) -> dict[str, Any]:
    texts = {name: cells.plain(row[name]) for name in _TEXT_COLUMNS if isinstance(row.get(name), str)}
    return row | texts


def _read_csv(text: str, name: str) -> tuple[list[tuple[int, dict[str, Any]]], tuple[str, ...]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, restkey="")
    try:
        header = reader.fieldnames or []
        missing = [column for column in LABEL_COLUMNS if column not in header]
        if missing or len(set(header)) != len(header):
            raise InvalidInputError(
                f"{name} must have each of the columns {', '.join(LABEL_COLUMNS)} once, separated by commas. "
                f"Received {', '.join(header) or 'nothing'}."
            )
        rows = [(reader.line_num, dict(row)) for row in reader]
    except csv.Error as error:
        raise InvalidInputError(
            f"{name} must be a CSV table. Line {reader.line_num} is not ({error})."
        ) from error
    return rows, tuple(column for column in header if column not in LABEL_COLUMNS)


def _read_json_lines(text: str) -> tuple[list[tuple[int, dict[str, Any]]], tuple[str, ...]]:
    rows: list[tuple[int, dict[str, Any]]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                row = None
            rows.append((number, row if isinstance(row, dict) else {}))
    further = {column for _, row in rows for column in row} - set(LABEL_COLUMNS)
    return rows, tuple(sorted(further))
