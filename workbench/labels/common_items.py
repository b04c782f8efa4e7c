"""What several people answered together: the same items, and the moments that spans and frames have in common.

Answers about the same ``(clip, start_s, end_s)`` are answers about one item, as they stand. Where answers with other
bounds overlap (one person answered a span, another single frames in it), people are compared on the moments of the
30 ms grid that at least two of them cover, each with the newest word of everybody; neighbouring moments about which
all said the same are then one item, because they are one decision: copies inside a span are no evidence of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from workbench.labels.said import SILENT, grid_times, words_about
from workbench.media.timeline import GRID_STEP_S

ITEM = ["clip", "start_s", "end_s"]
_ROUNDING_S = 0.0005


@dataclass(frozen=True)
class CommonItems:
    """Items, and who said what about them.

    Attributes
    ----------
    items : pd.DataFrame
        ``clip, start_s, end_s``, sorted.
    words : np.ndarray, shape (n_items, n_annotators), int
        Row of each person's answer in the table that was handed in, ``SILENT`` where there is none.
    annotators : tuple of str
        Sorted.
    overlaid : np.ndarray, shape (n_items,), bool
        Whether the item was cut out of answers with different bounds.
    """

    items: pd.DataFrame
    words: np.ndarray
    annotators: tuple[str, ...]
    overlaid: np.ndarray


@dataclass(frozen=True)
class _Bare:
    """Answers as arrays, sorted by where they begin; ``rows`` are their places in the table."""

    rows: np.ndarray
    starts_s: np.ndarray
    ends_s: np.ndarray
    people: np.ndarray
    order: np.ndarray
    codes: np.ndarray
    n_people: int


def common_items(answers: pd.DataFrame, codes: np.ndarray) -> CommonItems:
    """Find the items that people answered.

    Parameters
    ----------
    answers : pd.DataFrame
        ``clip, start_s, end_s, annotator`` and, where known, ``sequence``; one row per item and person.
    codes : np.ndarray, shape (n_answers,), int
        What was said, as numbers: equal for equal answers.
    """
    people, annotators = pd.factorize(answers["annotator"], sort=True)
    clips, clip_names = pd.factorize(answers["clip"], sort=True)
    starts_s, ends_s = answers["start_s"].to_numpy(float), answers["end_s"].to_numpy(float)
    # A span reaches to just before the next moment; a frame reaches nowhere: its neighbours are other items.
    reach_s = np.where(ends_s > starts_s, GRID_STEP_S / 2 - _ROUNDING_S, 0.0)
    apart_s = clips * (
        ends_s.max(initial=0.0) + 1.0
    )  # clips one after the other, so that none touches another
    begins, reached = starts_s - reach_s + apart_s, ends_s + reach_s + apart_s
    rows = np.lexsort([ends_s, begins])
    order = answers["sequence"].to_numpy() if "sequence" in answers else np.arange(len(answers))
    bare = _Bare(
        rows, starts_s[rows], ends_s[rows], people[rows], order[rows], codes[rows], n_people=len(annotators)
    )
    firsts = _first_of_groups(begins[rows], reached[rows])
    found = _items_of(bare, firsts)
    items = pd.DataFrame(
        {
            "clip": [str(clip_names[clips[rows[k]]]) for k in found[0]],
            "start_s": np.array(found[1], float),
            "end_s": np.array(found[2], float),
        }
    )
    words = np.array(found[3], int).reshape(len(items), len(annotators))
    return CommonItems(items, words, tuple(str(name) for name in annotators), np.array(found[4], bool))


def _first_of_groups(begins: np.ndarray, reached: np.ndarray) -> np.ndarray:
    """Return where groups of answers that overlap start."""
    if not len(begins):
        return np.zeros(0, int)
    furthest = np.maximum.accumulate(reached)
    return np.flatnonzero(np.append(True, begins[1:] > furthest[:-1]))


def _items_of(bare: _Bare, firsts: np.ndarray) -> tuple[list, list, list, list, list]:
    """Return first answer, start, end, words and whether overlaid, of every item."""
    found: tuple[list, list, list, list, list] = ([], [], [], [], [])
    for first, last in pairwise(np.append(firsts, len(bare.rows))):
        starts_s, ends_s = bare.starts_s[first:last], bare.ends_s[first:last]
        if (starts_s == starts_s[0]).all() and (ends_s == ends_s[0]).all():
            blocks = [(starts_s[0], ends_s[0], _words_of_one(bare, first, last))]
            overlaid = False
        else:
            blocks, overlaid = _stretches(bare, first, last), True
        for start_s, end_s, words in blocks:
            for column, value in zip(found, (first, start_s, end_s, words, overlaid), strict=True):
                column.append(value)
    return found


def _words_of_one(bare: _Bare, first: int, last: int) -> np.ndarray:
    words = np.full(bare.n_people, SILENT)
    group = np.arange(first, last)
    for k in group[np.argsort(bare.order[first:last], kind="stable")]:
        words[bare.people[k]] = bare.rows[k]
    return words


def _stretches(bare: _Bare, first: int, last: int) -> list[tuple[float, float, np.ndarray]]:
    """Return the stretches with equal answers of everybody, of moments that two people or more cover."""
    group = slice(first, last)
    times = grid_times(bare.starts_s[group].min(), bare.ends_s[group].max())
    words = words_about(
        times,
        bare.starts_s[group],
        bare.ends_s[group],
        bare.people[group],
        bare.order[group],
        n_people=bare.n_people,
    )
    codes = np.append(bare.codes[group], SILENT)[words]
    answered = (codes != SILENT).sum(axis=1)
    compared = (answered > 0) & (answered >= min(2, answered.max(initial=0)))
    codes, words, times = codes[compared], words[compared], times[compared]
    if not len(codes):
        return []
    begins = np.flatnonzero(np.append(True, (codes[1:] != codes[:-1]).any(axis=1)))
    ends = np.append(begins[1:], len(codes)) - 1
    rows = np.append(bare.rows[group], SILENT)
    return [(times[a], times[b], rows[words[a]]) for a, b in zip(begins, ends, strict=True)]
