"""The alarm about an interval too wide to say anything, and how many more clips would do.

How many: let ``r`` be what each speaker is right beyond the mean, ``r_s = k_s - p n_s``, and ``m`` the number of
speakers. The accuracy's standard error is ``sqrt(m / (m - 1) * sum r_s^2) / n`` (Cochran 1977, "Sampling Techniques",
section 3.12, the ratio of two totals), so one speaker's worth of spread is that times ``sqrt(m)``. With ``m'`` speakers
of as many clips each the interval reaches ``t(m' - 1) * spread / sqrt(m')`` to each side, and never less than Wilson's
of as many independent clips. The smallest ``m'`` for which that is at most ten points is told. The *design effect* is
how many times more clips are needed because clips of one speaker resemble each other (Kish 1965, section 5.4): the
variance over speakers divided by that of independent clips, at least 1.

Where speakers are not known, or fewer than five are, clips are counted as independent and only Wilson's is asked. The
spread of few speakers is itself known roughly only (of six, to about a third), so the number is an order of size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.evaluation.alarms.said import many, roughly
from workbench.evaluation.estimates import interval_in_words
from workbench.evaluation.intervals import CONFIDENCE, Clusters, clusters_of, wilson
from workbench.evaluation.judgement import Judgement
from workbench.evaluation.warnings import Alarm
from workbench.lazy import load

WIDE_INTERVAL = 0.20
"""Ten points to each side: a true 70% may show as 60 or as 80."""
_MOST = 1_000_000


@dataclass(frozen=True)
class Needed:
    """How much must be tested in all for an interval as narrow as wished.

    Attributes
    ----------
    of : str
        What is counted as independent: ``"speaker"`` or ``"clip"``.
    n, n_clips : int
        How many of these, and how many clips they are, in all.
    n_more, n_more_clips : int
        Beyond those there are.
    design_effect : float
        At least 1; 1 where clips are counted as independent.
    """

    of: str
    n: int
    n_clips: int
    n_more: int
    n_more_clips: int
    design_effect: float

    def in_words(self) -> str:
        """Say it: ``"about 90 more clips, of 10 more speakers with as many clips each as here"``."""
        clips = many(roughly(self.n_more_clips), "more clip")
        if self.of == "clip":
            return f"about {clips}"
        people = many(roughly(self.n_more), "more speaker")
        return f"about {clips}, of {people} with as many clips each as here"


def clips_needed(rows: pd.DataFrame, *, half_width: float = WIDE_INTERVAL / 2) -> Needed:
    """Return how many clips would bring the accuracy's 95% interval to ``half_width`` on each side.

    Parameters
    ----------
    rows : pd.DataFrame
        At least one; ``clip, speaker, truth, predicted``, one row per clip or per moment.
    half_width : float
        As a share: 0.10 is ten points.
    """
    right = (rows["truth"] == rows["predicted"]).to_numpy(dtype=float)
    clusters, n_clips, value = clusters_of(rows), int(rows["clip"].nunique()), float(right.mean())
    by_moment = len(rows) > n_clips
    spread = (
        spread_of(right, clusters) if clusters.of == "speaker" or (by_moment and clusters.enough) else 0.0
    )
    each = n_clips / clusters.n

    def reach(m: int) -> float:
        low, high = wilson(value * each * m, each * m)
        if spread == 0:
            return (high - low) / 2
        over_clusters = student(m - 1) * spread / np.sqrt(m)
        return float(over_clusters if by_moment else max(over_clusters, (high - low) / 2))

    n = smallest(lambda m: reach(m) <= half_width, start=clusters.n)
    independent = value * (1 - value) / n_clips
    effect = max(1.0, spread**2 / clusters.n / independent) if spread and independent else 1.0
    total = int(np.ceil(n * each))
    return Needed(clusters.of, n, total, n - clusters.n, total - n_clips, effect)


def wide_interval(rows: pd.DataFrame, judgement: Judgement) -> list[Alarm]:
    """Return an alarm when the accuracy's interval is more than ten points wide on each side."""
    low, high = judgement.accuracy.low, judgement.accuracy.high
    if low is None or high is None or high - low <= WIDE_INTERVAL:
        return []
    needed = clips_needed(rows)
    alike = (
        f" (clips of one speaker resemble each other: {needed.design_effect:.1f} times as many are needed as of "
        "independent ones)"
        if needed.design_effect > 1.05
        else ""
    )
    return [
        Alarm(
            "wide_interval",
            f"The accuracy is known to {100 * (high - low):.0f} points only ({interval_in_words(judgement.accuracy)}): "
            f"too wide to decide on. Test on {needed.in_words()}{alike}, and it will be known to "
            f"{100 * WIDE_INTERVAL:.0f} points.",
            {"low": low, "high": high, **needed.__dict__},
        )
    ]


def spread_of(values: np.ndarray, clusters: Clusters) -> float:
    """Return the standard error of a mean over clusters, as told above, times the root of their number (2 or more)."""
    of_each = np.bincount(clusters.codes, minlength=clusters.n)
    beyond = np.bincount(clusters.codes, values, clusters.n) - values.mean() * of_each
    m = clusters.n
    return float(np.sqrt(m / (m - 1) * (beyond**2).sum()) / len(values) * np.sqrt(m))


def student(degrees: int) -> float:
    """Return Student's t that 95% of draws stay within, for the given degrees of freedom (1 or more)."""
    return float(-load("scipy.special").stdtrit(max(degrees, 1), (1 - CONFIDENCE) / 2))


def smallest(holds: Callable[[int], bool], *, start: int) -> int:
    """Return the smallest number above ``start`` for which a rule holds that, once true, stays so; at most a million."""
    low, high = start, start + 1
    while not holds(high) and high < _MOST:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return min(high, _MOST)
