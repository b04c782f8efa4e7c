"""Who said what about which moment: one person's newest word counts, given for a frame or for a span that covers it.

A label that starts at ``start_s`` and ends at ``end_s`` is about every moment of the 30 ms grid between them, both
included; a frame's label is about its one moment. Where two labels of one person cover the same moment, the one
recorded last is that person's word; a label that was taken back is not in the table at all.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.labels.schema import SCHEMAS
from workbench.media.timeline import GRID_STEP_S

REACH_S = GRID_STEP_S / 2 + 0.0005
"""A label still covers a moment this far outside it: half a step of the grid, and rounding."""
SILENT = -1
"""Stands where somebody said nothing."""


def classes_of(question: str) -> tuple[str, ...]:
    """Return every class a question ever had, in order: answers under an older wording count too."""
    versions = [schema for (name, _), schema in sorted(SCHEMAS.items()) if name == question]
    return tuple(dict.fromkeys(value for schema in versions for value in schema.values))


def newest_words(labels: pd.DataFrame, times_s: np.ndarray) -> tuple[tuple[str, ...], np.ndarray]:
    """Return which label is each person's word about each moment of one clip.

    Parameters
    ----------
    labels : pd.DataFrame
        Labels of one clip: ``start_s, end_s, annotator``, and ``sequence``, the order of recording; without it the
        order of the rows.
    times_s : np.ndarray, shape (n_moments,)
        Moments, ascending.

    Returns
    -------
    annotators : tuple of str
        Sorted.
    words : np.ndarray, shape (n_moments, n_annotators), int
        Position of the label in ``labels``, or ``SILENT``.
    """
    people, annotators = pd.factorize(labels["annotator"], sort=True)
    order = labels["sequence"].to_numpy() if "sequence" in labels else np.arange(len(labels))
    starts_s, ends_s = labels["start_s"].to_numpy(float), labels["end_s"].to_numpy(float)
    words = words_about(times_s, starts_s, ends_s, people, order, n_people=len(annotators))
    return tuple(str(name) for name in annotators), words


def words_about(
    times_s: np.ndarray,
    starts_s: np.ndarray,
    ends_s: np.ndarray,
    people: np.ndarray,
    order: np.ndarray,
    *,
    n_people: int,
) -> np.ndarray:
    """Do as :func:`newest_words` for bare arrays: people by number, ``order`` ascending with the time of recording."""
    words = np.full((len(times_s), n_people), SILENT)
    first = np.searchsorted(times_s, starts_s - REACH_S, side="left")
    last = np.searchsorted(times_s, ends_s + REACH_S, side="right")
    for row in np.argsort(order, kind="stable"):  # oldest first, so that what is written last is the newest
        words[first[row] : last[row], people[row]] = row
    return words


def grid_times(start_s: float, end_s: float) -> np.ndarray:
    """Return the moments of the 30 ms grid that a label from ``start_s`` to ``end_s`` is about, shape (n,)."""
    first = int(np.ceil((start_s - REACH_S) / GRID_STEP_S))
    last = int(np.floor((end_s + REACH_S) / GRID_STEP_S))
    return np.round(np.arange(max(first, 0), last + 1) * GRID_STEP_S, 9)


def effective_labels(labels: pd.DataFrame) -> tuple[int, int]:
    """Return how many moments one person's labels cover, and how many runs of equal answers these are.

    Neighbouring moments with the same answer are copies of one decision: the second figure is how many labels there
    are for anything that takes them as independent.

    Parameters
    ----------
    labels : pd.DataFrame
        ``clip, start_s, end_s, annotator, value`` of one annotator, and ``sequence`` where known.
    """
    n_moments = n_runs = 0
    for _, rows in labels.groupby("clip", sort=False):
        times = grid_times(rows["start_s"].min(), rows["end_s"].max())
        words = newest_words(rows, times)[1].max(axis=1)
        codes = np.append(pd.factorize(rows["value"])[0], SILENT)[words]
        said = codes != SILENT
        n_moments += int(said.sum())
        n_runs += int((said & (np.append(SILENT, codes[:-1]) != codes)).sum())
    return n_moments, n_runs
