"""How many more clips would tell two systems apart that these clips do not.

If the difference ``d`` seen is the true one, a test with ``m'`` speakers (clips, where speakers are not known) shows it
in four of five tries when ``d`` is ``t + 0.84`` standard errors or more, with ``t`` Student's for ``m' - 1`` degrees of
freedom: the usual size of a paired study at 5% and a power of 80% (Cohen 1988, section 2.4), the standard error being
that of the ratio of two totals over speakers (:mod:`workbench.evaluation.alarms.width`), never less than that of as many
independent clips. And McNemar's exact test needs six disagreements at the least.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.evaluation.alarms.said import many, roughly
from workbench.evaluation.alarms.width import smallest, spread_of, student
from workbench.evaluation.intervals import clusters_of
from workbench.evaluation.wording import FEWEST_DISAGREEMENTS

_POWER = 0.8416212335729143
"""The standard normal stays below it in 80% of draws."""
MOST_CLIPS = 20_000
"""Beyond that the difference is so small that no number is told."""


def clips_to_tell_apart(rows: pd.DataFrame, points: np.ndarray) -> tuple[int, int, str] | None:
    """Return how many more speakers (or clips) and clips would tell two systems apart in four of five tests.

    Parameters
    ----------
    rows : pd.DataFrame
        ``clip, speaker``, one row per clip or moment.
    points : np.ndarray, shape (n_rows,)
        1 where only the first is right, -1 where only the second is, else 0.

    Returns
    -------
    (int, int, str) or None
        How many more of what ``str`` names (``"speaker"`` or ``"clip"``), and how many clips these are; None where both
        are right equally often.
    """
    difference = abs(float(points.mean()))
    if difference == 0:
        return None
    clusters, n_clips = clusters_of(rows), int(rows["clip"].nunique())
    each = n_clips / clusters.n
    independent = float(points.std()) * np.sqrt(clusters.n / n_clips)
    spread = max(spread_of(points, clusters), independent) if clusters.enough else independent
    disagreeing = float((points != 0).sum()) / clusters.n

    def tells(m: int) -> bool:
        enough = disagreeing * m >= FEWEST_DISAGREEMENTS
        return bool(enough and difference >= (student(m - 1) + _POWER) * spread / np.sqrt(m))

    n = smallest(tells, start=clusters.n)
    return n - clusters.n, int(np.ceil(n * each)) - n_clips, clusters.of


def needed_to_tell(rows: pd.DataFrame, points: np.ndarray) -> str:
    """Say how many more clips would tell two systems apart: a sentence that begins with a space, or nothing."""
    found = clips_to_tell_apart(rows, points)
    if found is None:
        return ""
    n_more, n_more_clips, of = found
    if n_more_clips > MOST_CLIPS:
        return f" If that small a difference is real, even {MOST_CLIPS:,} more clips would hardly show it."
    whose = f" of {many(roughly(n_more), 'more speaker')}" if of == "speaker" else ""
    clips = many(roughly(n_more_clips), "more clip")
    return f" If that difference is real, about {clips}{whose} would show it in four of five tests."
