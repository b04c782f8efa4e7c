"""Many labels as text at once: a million rows say a few thousand different things, and each is put into words once."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from functools import lru_cache

from workbench.labels.exchange import cells
from workbench.labels.reading import Label

_MOST_KEPT = 65_536
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


@lru_cache(maxsize=_MOST_KEPT)
def _quoted(text: str) -> str:
    return _encode(text)


@lru_cache(maxsize=_MOST_KEPT)
def _number(seconds: float) -> str:
    return _encode(seconds)


@lru_cache(maxsize=_MOST_KEPT)
def _decimals(seconds: float) -> str:
    return f"{seconds:.6f}"


@lru_cache(maxsize=_MOST_KEPT)
def _cell(text: str) -> str:
    stream = io.StringIO()
    # The empty cell in front: alone in its row, an empty text would be quoted.
    csv.writer(stream, lineterminator="").writerow(["", cells.neutral(text)])
    return stream.getvalue()[1:]


def contents(labels: Sequence[Label]) -> list[str]:
    """Return each label as the compact JSON list that is hashed."""
    return [
        f"[{_quoted(clip)},{_quoted(question)},{_number(start_s)},{_number(end_s)},{_quoted(annotator)},{_quoted(value)}]"
        for clip, question, start_s, end_s, annotator, value in labels
    ]


def csv_lines(labels: Sequence[Label]) -> str:
    """Return lines of CSV, text that a spreadsheet would run marked as :mod:`.cells` says."""
    return "".join(
        [
            f"{_cell(clip)},{_cell(question)},{_decimals(start_s)},{_decimals(end_s)},{_cell(annotator)},{_cell(value)}\n"
            for clip, question, start_s, end_s, annotator, value in labels
        ]
    )


def json_lines(labels: Sequence[Label]) -> str:
    """Return lines of JSON, an object each."""
    return "".join(
        [
            f'{{"clip": {_quoted(clip)}, "question": {_quoted(question)}, "start_s": {_number(start_s)}, '
            f'"end_s": {_number(end_s)}, "annotator": {_quoted(annotator)}, "value": {_quoted(value)}}}\n'
            for clip, question, start_s, end_s, annotator, value in labels
        ]
    )
