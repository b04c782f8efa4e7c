"""Who said what about which moment: one person's newest word counts, given for a frame or for a span that covers it.

A label that starts at ``start_s`` and ends at ``end_s`` is about every moment of the 30 ms grid between them, both
included; a frame's label is about its one moment. Where two labels of one person cover the same moment, the one
recorded last is that person's word; a label that was taken back is not in the table at all.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.media.timeline import GRID_STEP_S

REACH_S = GRID_STEP_S / 2 + 0.0005
"""A label still covers a moment this far outside it: half a step of the grid, and rounding."""
SILENT = -1
"""Stands where somebody said nothing."""


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
    annotators = tuple(sorted(labels["annotator"].unique()))
    column = {name: k for k, name in enumerate(annotators)}
    words = np.full((len(times_s), len(annotators)), SILENT)
    order = np.argsort(labels["sequence"], kind="stable") if "sequence" in labels else np.arange(len(labels))
    first = np.searchsorted(times_s, labels["start_s"].to_numpy() - REACH_S, side="left")
    last = np.searchsorted(times_s, labels["end_s"].to_numpy() + REACH_S, side="right")
    people = labels["annotator"].map(column).to_numpy()
    for row in order:  # oldest first, so that what is written last is the newest
        words[first[row] : last[row], people[row]] = row
    return annotators, words


def grid_times(start_s: float, end_s: float) -> np.ndarray:
    """Return the moments of the 30 ms grid that a label from ``start_s`` to ``end_s`` is about, shape (n,)."""
    first = int(np.ceil((start_s - REACH_S) / GRID_STEP_S))
    last = int(np.floor((end_s + REACH_S) / GRID_STEP_S))
    return np.round(np.arange(max(first, 0), last + 1) * GRID_STEP_S, 9)


def n_moments(labels: pd.DataFrame) -> int:
    """Return how many moments of the grid are covered by any of the labels (``clip, start_s, end_s``)."""
    total = 0
    for _, rows in labels.groupby("clip", sort=False):
        first = np.ceil((rows["start_s"].to_numpy() - REACH_S) / GRID_STEP_S).astype(int).clip(0)
        last = np.floor((rows["end_s"].to_numpy() + REACH_S) / GRID_STEP_S).astype(int)
        order = np.argsort(first, kind="stable")
        first, reached = first[order], np.maximum.accumulate(last[order])
        begun = np.maximum(first, np.concatenate([[0], reached[:-1] + 1]))
        total += int(np.maximum(reached - begun + 1, 0).sum())
    return total
