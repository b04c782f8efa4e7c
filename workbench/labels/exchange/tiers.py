"""Labels of one clip as the tiers that ELAN and Praat show: one for each question and annotator.

A tier is named ``question:annotator``. Neither tool lets the annotations of a tier overlap: what would overlap goes
into a further tier, ``question:annotator #2``. ``#`` cannot stand in an annotator's name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.errors import InvalidInputError
from workbench.labels.schema import QUESTIONS

MOST_BYTES = 50_000_000
"""A file of annotations above this size is none."""
_FURTHER = re.compile(r"\s*#\s*\w+\s*$")


@dataclass(frozen=True, order=True)
class Mark:
    """One answer about a stretch of a clip; a moment has ``start_s == end_s``."""

    question: str
    annotator: str
    start_s: float
    end_s: float
    value: str


@dataclass(frozen=True)
class ClipLabels:
    """The labels of one clip.

    Attributes
    ----------
    clip : str
        The clip's id.
    marks : tuple of Mark
        What was answered.
    duration_s : float or None
        The clip's length, when it is known.
    media : str
        The name of its recording, empty when not known.
    """

    clip: str
    marks: tuple[Mark, ...]
    duration_s: float | None = None
    media: str = ""


@dataclass(frozen=True)
class ForeignRow:
    """One annotation as a file says it: a row of the labels table, and where it stands in the file."""

    where: str
    row: Mapping[str, Any]


@dataclass(frozen=True)
class ReadFile:
    """What a file of annotations holds.

    Attributes
    ----------
    clip : str
        The clip that the file says it is about; empty when it does not say.
    rows : tuple of ForeignRow
        The annotations of tiers about one of our questions.
    tiers_left_out : tuple of str
        Tiers about something else.
    """

    clip: str
    rows: tuple[ForeignRow, ...]
    tiers_left_out: tuple[str, ...]


def tier_name(question: str, annotator: str, *, further: str = "") -> str:
    """Return the name of a tier.

    Examples
    --------
    >>> tier_name("mouth", "Ada"), tier_name("mouth", "Ada", further="2")
    ('mouth:Ada', 'mouth:Ada #2')
    """
    return f"{question}:{annotator}" + (f" #{further}" if further else "")


def parse_tier_name(name: str) -> tuple[str, str] | None:
    """Return question and annotator (empty when the name has none); None for a tier about something else.

    Examples
    --------
    >>> parse_tier_name("Mouth"), parse_tier_name("mouth:Ada #2"), parse_tier_name("words")
    (('mouth', ''), ('mouth', 'Ada'), None)
    """
    question, _, annotator = _FURTHER.sub("", name).partition(":")
    question = question.strip().lower().replace(" ", "_")
    return (question, annotator.strip()) if question in QUESTIONS else None


def annotator_of(named: str, attribute: str, fallback: str | None, *, tier: str) -> str:
    """Return who made a tier: the tier's name says so, or its attribute, or the one who imports.

    Raises
    ------
    InvalidInputError
        Nobody says so.
    """
    annotator = named or attribute.strip() or fallback
    if not annotator:
        raise InvalidInputError(
            f"Labels must have an annotator. Tier {tier!r} names none: call it {tier_name(tier, 'NAME')!r}, or say who "
            "it was with --annotator."
        )
    return annotator


def by_tier(marks: Iterable[Mark]) -> Iterator[tuple[str, str, list[Mark]]]:
    """Yield question, annotator and their marks by start."""
    tiers: dict[tuple[str, str], list[Mark]] = defaultdict(list)
    for mark in sorted(marks):
        tiers[mark.question, mark.annotator].append(mark)
    for (question, annotator), some in tiers.items():
        yield question, annotator, some


def lanes(marks: Iterable[Mark], extent: Callable[[Mark], tuple[float, float]]) -> list[list[Mark]]:
    """Spread marks over as few lanes as they need, so that no two of a lane overlap.

    Parameters
    ----------
    extent : callable
        Start and end of a mark as it will stand in the file.
    """
    spread: list[list[Mark]] = []
    ends: list[float] = []
    for mark in sorted(marks, key=extent):
        start, end = extent(mark)
        lane = next((i for i, last in enumerate(ends) if last <= start), len(ends))
        if lane == len(ends):
            spread.append([])
            ends.append(0.0)
        spread[lane].append(mark)
        ends[lane] = end
    return spread


def numbered(lane: int) -> str:
    """Return what tells a further lane from the first: ``""``, ``"2"``, ``"3"`` and so on."""
    return str(lane + 1) if lane else ""
