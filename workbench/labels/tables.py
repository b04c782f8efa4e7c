"""Labels out to and in from CSV and JSON Lines: ``clip, question, start_s, end_s, annotator, value``."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from workbench.errors import InvalidInputError
from workbench.files import atomic_file
from workbench.labels.annotation import LabelEvent, check_annotator
from workbench.labels.schema import schema_of
from workbench.labels.store import LABEL_COLUMNS, LabelStore

_MOST_ERRORS_SHOWN = 20


@dataclass(frozen=True)
class ImportedLabels:
    """What came of an import: ``rows = recorded + already_there``.

    Attributes
    ----------
    rows, recorded, already_there : int
        Rows read, labels newly recorded, rows that had been recorded before.
    columns_left_out : tuple of str
        Columns of the file that labels do not have.
    """

    rows: int
    recorded: int
    already_there: int
    columns_left_out: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the counts as plain data."""
        return {**asdict(self), "columns_left_out": list(self.columns_left_out)}

    def lines(self) -> list[str]:
        """Return the counts for people."""
        lines = [f"{self.rows} answers read: {self.recorded} recorded, {self.already_there} there already."]
        left_out = ", ".join(self.columns_left_out)
        return [*lines, f"Columns that labels do not have were left out: {left_out}."] if left_out else lines


def export_labels(store: LabelStore, path: Path, *, question: str | None = None) -> int:
    """Write the labels as they stand to ``path`` (``.csv`` or ``.jsonl``), atomically, and return how many.

    Raises
    ------
    InvalidInputError
        The ending is another one.
    StorageError
        The file cannot be written.
    """
    lines = _is_json_lines(path)
    table = store.current(question)
    with atomic_file(path) as temporary:
        if lines:
            table.to_json(temporary, orient="records", lines=True, force_ascii=False, double_precision=6)
        else:
            table.to_csv(temporary, index=False, encoding="utf-8", lineterminator="\n", float_format="%.6f")
    return len(table)


def import_labels(
    store: LabelStore, path: Path, *, clips: Mapping[str, float] | None = None
) -> ImportedLabels:
    """Record the labels of a CSV or JSON Lines table: all of its rows, or none.

    A row's operation id is made from its content, so importing the same table again changes nothing, and a
    label that was changed by hand since stays changed.

    Parameters
    ----------
    clips : mapping of str to float, optional
        The known clips and their length in seconds; a row about another clip or beyond its end is then an error.

    Raises
    ------
    InvalidInputError
        Some rows break a rule; the message lists them with their line numbers. Nothing was recorded.
    StorageError
        Nothing was recorded, and why.
    """
    rows, left_out = _read(path)
    events: dict[str, LabelEvent] = {}
    said: dict[tuple[object, ...], tuple[int, str]] = {}
    errors: list[str] = []
    for line, row in rows:
        try:
            event = _event_of(row, clips)
            first_line, first_value = said.setdefault(event.item, (line, event.value))
            if first_value != event.value:
                raise InvalidInputError(
                    f"One person must have one answer for a moment. Received {event.value!r}, and {first_value!r} in line {first_line}."
                )
            events[event.op_id] = event
        except InvalidInputError as error:
            errors.append(f"line {line}: {error}")
    if errors:
        more = f"\n… and {len(errors) - _MOST_ERRORS_SHOWN} more" if len(errors) > _MOST_ERRORS_SHOWN else ""
        raise InvalidInputError(
            f"Every row of {path.name} must be a label; nothing was recorded. Received {len(errors)} row(s) that are not:\n"
            + "\n".join(errors[:_MOST_ERRORS_SHOWN])
            + more
        )
    recorded = sum(not one.repeated for one in store.record_all(events.values()))
    return ImportedLabels(len(rows), recorded, len(rows) - recorded, left_out)


def _is_json_lines(path: Path) -> bool:
    if path.suffix.lower() not in {".csv", ".jsonl"}:
        raise InvalidInputError(f"A labels table must end in .csv or .jsonl. Received {path.name}.")
    return path.suffix.lower() == ".jsonl"


def _read(path: Path) -> tuple[list[tuple[int, dict[str, Any]]], tuple[str, ...]]:
    lines = _is_json_lines(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"{path} must be a readable UTF-8 text. Received: {error}.") from error
    return _read_json_lines(text) if lines else _read_csv(text, path.name)


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


def _event_of(row: dict[str, Any], clips: Mapping[str, float] | None) -> LabelEvent:
    if any(row.get(column) is None for column in LABEL_COLUMNS) or "" in row:
        raise InvalidInputError(
            f"A row must have {', '.join(LABEL_COLUMNS)}, no more and no fewer cells than the header."
        )
    clip, question, annotator, value = (str(row[name]) for name in ("clip", "question", "annotator", "value"))
    start_s, end_s = _seconds(row["start_s"]), _seconds(row["end_s"])
    schema = schema_of(question)
    content = json.dumps(
        [clip, question, schema.version, f"{start_s:.6f}", f"{end_s:.6f}", annotator, value],
        ensure_ascii=False,
    )
    event = LabelEvent(
        op_id="import-" + hashlib.sha256(content.encode()).hexdigest()[:40],
        annotator=check_annotator(annotator),
        question=question,
        schema_version=schema.version,
        clip=clip,
        start_s=start_s,
        end_s=end_s,
        kind="answer",
        value=value,
        details={"source": "import"},
    )
    if clips is not None and clip not in clips:
        raise InvalidInputError(f"A clip must be in the dataset. Received {clip!r}.")
    if clips is not None and end_s > clips[clip]:
        raise InvalidInputError(
            f"A moment must lie within its clip ({clips[clip]:.3f} s). Received {end_s} s."
        )
    return event


def _seconds(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            f"A time must be seconds with a decimal point. Received {value!r}."
        ) from error
