"""A recording's answers as a table with a row for every moment, CSV or Parquet, written while they come.

The numbers are those of ``analyze --json``: both are made from the same rounded values.
"""

from __future__ import annotations

import csv
import math
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from workbench.files import PendingFile
from workbench.labels.exchange.cells import neutral
from workbench.lazy import load
from workbench.sentiment import SENTIMENTS
from workbench.systems.moment_events import MomentAnswer
from workbench.systems.sinks import AnalysisFacts

_BOX = ("face_x", "face_y", "face_width", "face_height")
_NOW = tuple(f"p_{name}" for name in SENTIMENTS)
_SO_FAR = tuple(f"accumulated_{name}" for name in SENTIMENTS)
COLUMNS = {
    "clip": "text",
    "time_s": "number",
    "frame_time_s": "number",
    "status": "text",
    **dict.fromkeys(_BOX, "number"),
    "p_open": "number",
    "mouth_open": "yes or no",
    "branch": "text",
    **dict.fromkeys(_NOW, "number"),
    **dict.fromkeys(_SO_FAR, "number"),
    "face_id": "count",
    "heard": "yes or no",
    "note": "text",
}
"""The columns and what they hold; a cell is empty where there is nothing to tell."""
_ROWS_TOGETHER = 10_000
"""Rows of one Parquet group: five minutes of video, so that memory does not grow with its length."""


def row_of(clip: str, answer: MomentAnswer) -> dict[str, Any]:
    """Return a moment as a row of :data:`COLUMNS`; None where there is nothing to tell."""
    told = answer.as_json()
    face = told["face"] or (None,) * len(_BOX)
    now, so_far = told["probabilities"] or {}, told["accumulated"] or {}
    return {
        "clip": clip,
        "time_s": told["time_s"],
        "frame_time_s": None if math.isnan(answer.frame_time_s) else round(answer.frame_time_s, 6),
        "status": answer.status,
        **dict(zip(_BOX, face, strict=True)),
        "p_open": None if answer.p_open is None else round(answer.p_open, 6),
        "mouth_open": told["mouth_open"],
        "branch": told["branch"],
        **{column: now.get(name) for column, name in zip(_NOW, SENTIMENTS, strict=True)},
        **{column: so_far.get(name) for column, name in zip(_SO_FAR, SENTIMENTS, strict=True)},
        "face_id": answer.face_id,
        "heard": answer.heard,
        "note": answer.note,
    }


class CsvSink:
    """Keeps the answers as CSV: UTF-8, a header, ``true`` and ``false``, empty where there is nothing to tell.

    A clip whose name a spreadsheet would take for a formula gets an apostrophe in front.
    """

    def __init__(self, target: Path) -> None:
        self._pending = PendingFile(target)
        self._stack = ExitStack()

    def open(self, facts: AnalysisFacts) -> None:
        """Write the header."""
        path = self._pending.begin()
        with self._pending.writing():
            stream = self._stack.enter_context(
                path.open("w", encoding="utf-8", errors="backslashreplace", newline="")
            )
        self._clip = neutral(facts.clip)
        self._writer = csv.DictWriter(stream, list(COLUMNS), lineterminator="\n")
        self._writer.writeheader()

    def write(self, answer: MomentAnswer) -> None:
        """Write a row."""
        words = {None: "", True: "true", False: "false"}
        row = row_of(self._clip, answer)
        row |= {name: words[row[name]] for name in ("mouth_open", "heard")}
        with self._pending.writing():
            self._writer.writerow(row)

    def close(self, summary: Any) -> None:
        """Put the table in its place."""
        with self._pending.writing():
            self._stack.close()
        self._pending.keep()

    def abandon(self) -> None:
        """Take it away."""
        with suppress(OSError):  # what could not be flushed goes anyway
            self._stack.close()
        self._pending.drop()


class ParquetSink:
    """Keeps the answers as Parquet, a group of rows after the other."""

    def __init__(self, target: Path) -> None:
        self._pending = PendingFile(target)
        self._rows: list[dict[str, Any]] = []
        self._writer: Any = None

    def open(self, facts: AnalysisFacts) -> None:
        """Begin the file."""
        path = self._pending.begin()
        arrow = load("pyarrow")
        types = {
            "text": arrow.string(),
            "number": arrow.float64(),
            "yes or no": arrow.bool_(),
            "count": arrow.int64(),
        }
        self._schema = arrow.schema([(name, types[kind]) for name, kind in COLUMNS.items()])
        # A name may hold bytes that are no letters: they are written as Python escapes them.
        self._clip = facts.clip.encode("utf-8", "backslashreplace").decode()
        with self._pending.writing():
            self._writer = load("pyarrow.parquet").ParquetWriter(str(path), self._schema)

    def write(self, answer: MomentAnswer) -> None:
        """Keep a row."""
        self._rows.append(row_of(self._clip, answer))
        if len(self._rows) >= _ROWS_TOGETHER:
            self._flush()

    def close(self, summary: Any) -> None:
        """Put the table in its place."""
        self._flush()
        with self._pending.writing():
            self._writer.close()
        self._pending.keep()

    def abandon(self) -> None:
        """Take it away."""
        self._rows.clear()
        with suppress(OSError):  # what could not be flushed goes anyway
            if self._writer is not None:
                self._writer.close()
        self._pending.drop()

    def _flush(self) -> None:
        table = load("pyarrow").Table.from_pylist(self._rows, schema=self._schema)
        self._rows = []
        with self._pending.writing():
            self._writer.write_table(table)
