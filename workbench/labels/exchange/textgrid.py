"""Praat's ``.TextGrid``: spans are intervals, moments are points of a tier of their own (``question:annotator #points``).

Praat counts seconds with as many digits as are written, so times are exact as they stand.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from workbench.errors import InvalidInputError
from workbench.labels.exchange.tiers import (
    MOST_BYTES,
    ClipLabels,
    ForeignRow,
    Mark,
    ReadFile,
    annotator_of,
    by_tier,
    lanes,
    numbered,
    parse_tier_name,
    tier_name,
)
from workbench.lazy import load

ENDING = ".TextGrid"
_POINTS = "points"
_SMALL_TIME = re.compile(r"^(\s*(?:xmin|xmax|number) = )(\d(?:\.\d+)?e-\d+) $", re.MULTILINE)
_NUMBERED_TWIN = re.compile(r"_\d+$")


def write_textgrid(path: Path, labels: ClipLabels) -> None:
    """Write the labels of one clip to ``path``."""
    praat = load("praatio.textgrid")
    last_s = max((mark.end_s for mark in labels.marks), default=0.0)
    length_s = max(last_s, labels.duration_s or 0.0, 1e-6)
    grid = praat.Textgrid(0.0, length_s)
    for question, annotator, marks in by_tier(labels.marks):
        spans = [mark for mark in marks if mark.end_s > mark.start_s]
        moments = [(mark.start_s, mark.value) for mark in marks if mark.end_s == mark.start_s]
        for number, lane in enumerate(lanes(spans, _extent)):
            name = tier_name(question, annotator, further=numbered(number))
            intervals = [(mark.start_s, mark.end_s, mark.value) for mark in lane]
            grid.addTier(praat.IntervalTier(name, intervals, 0.0, length_s))
        if moments:
            name = tier_name(question, annotator, further=_POINTS)
            grid.addTier(praat.PointTier(name, moments, 0.0, length_s))
    grid.save(str(path), format="long_textgrid", includeBlankSpaces=True, minimumIntervalLength=None)
    # The library writes times below 0.1 ms as 5e-05, which it does not read again.
    text = path.read_text(encoding="utf-8")
    path.write_text(_SMALL_TIME.sub(lambda m: f"{m[1]}{float(m[2]):.6f} ", text), encoding="utf-8")


def read_textgrid(path: Path, *, annotator: str | None = None) -> ReadFile:
    """Read a file of Praat, long or short, UTF-8 or UTF-16: ours or anybody's.

    Parameters
    ----------
    annotator : str, optional
        Who made tiers that name nobody.

    Raises
    ------
    InvalidInputError
        It is no such file, or a tier about one of our questions names no annotator. The message names file and tier.
    """
    grid = _open(path)
    rows: list[ForeignRow] = []
    left_out: list[str] = []
    for tier in grid.tiers:
        named = parse_tier_name(tier.name) or parse_tier_name(_NUMBERED_TWIN.sub("", tier.name))
        if named is None:
            left_out.append(tier.name)
            continue
        question, name = named
        try:
            who = annotator_of(name, "", annotator, tier=tier.name)
        except InvalidInputError as error:
            raise InvalidInputError(f"{path.name}: {error}") from error
        for entry in tier.entries:
            start_s, end_s, value = float(entry[0]), float(entry[-2]), str(entry[-1]).strip()
            if value:
                row = {"question": question, "annotator": who, "value": value}
                where = f"tier {tier.name!r}, {start_s:.3f} to {end_s:.3f} s"
                rows.append(ForeignRow(where, row | {"start_s": start_s, "end_s": end_s}))
    return ReadFile("", tuple(rows), tuple(left_out))


def _extent(mark: Mark) -> tuple[float, float]:
    return mark.start_s, mark.end_s


def _open(path: Path) -> Any:
    rule = f"{path.name} must be a TextGrid of Praat"
    try:
        n_bytes = path.stat().st_size
    except OSError as error:
        raise InvalidInputError(f"{rule}. It cannot be read: {error}.") from error
    if n_bytes > MOST_BYTES:
        raise InvalidInputError(f"{rule} of at most {MOST_BYTES} bytes. Received {n_bytes}.")
    try:
        return load("praatio.textgrid").openTextgrid(
            str(path), includeEmptyIntervals=False, reportingMode="silence", duplicateNamesMode="rename"
        )
    except Exception as error:  # the library answers a damaged file with whatever it stumbles over
        raise InvalidInputError(
            f"{rule}. It is damaged or another kind of file ({type(error).__name__}: {error}): open it in Praat and save it "
            "as a text file."
        ) from error
