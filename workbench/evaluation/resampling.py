"""Intervals for figures made of sums over answers: whole speakers, else whole clips, are drawn again.

The rules are those of :mod:`workbench.evaluation.intervals`. A figure with fewer than ``MIN_CLUSTERS`` clusters
has a value and no interval, save a share, which has Wilson's.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from workbench.evaluation.confidence import Confidences
from workbench.evaluation.estimates import Score, Share, share
from workbench.evaluation.intervals import (
    Clusters,
    Interval,
    has_width,
    hull,
    percentile,
    resampled_sums,
    wilson,
)

SumsByCluster = Callable[[Clusters], np.ndarray]
Statistic = Callable[[np.ndarray], np.ndarray]


def interval_of(
    value: float,
    sums: SumsByCluster,
    statistic: Statistic,
    sure: Confidences,
    *,
    seed: int,
    unbias: bool = False,
) -> Interval | None:
    """Return the 95% interval of a figure that is a function of sums; None with too few clusters.

    Parameters
    ----------
    value : float
        The figure itself; the interval always holds it.
    sums : callable
        Clusters to what each of them adds, shape (n_clusters, ...).
    statistic : callable
        Sums, shape (n_draws, ...), to the figure, shape (n_draws,).
    unbias : bool
        For figures that chance can only raise (a mean of absolute gaps): what drawing again adds on average is
        taken off twice, once for the draws and once for the value (Efron & Tibshirani 1993, section 10.2).
    """
    intervals: list[Interval | None] = []
    for clusters in sure.clusterings():
        if clusters.enough:
            drawn = statistic(resampled_sums(sums(clusters), seed=seed))
            if unbias:
                drawn = np.maximum(drawn - 2 * (np.nanmean(drawn) - value), 0.0)
            intervals.append(percentile(drawn, n_clusters=clusters.n))
    found = [interval for interval in intervals if interval is not None]
    return hull(value, *found) if found else None


def scored(value: float, interval: Interval | None) -> Score:
    """Return a score that exists, with its interval where there is one."""
    low, high = (None, None) if interval is None else interval
    return Score(float(value), low, high)


def mean_score(values: np.ndarray, sure: Confidences, *, seed: int, undefined: str) -> Score:
    """Return the mean of one value per answer with its interval.

    Parameters
    ----------
    values : np.ndarray, shape (n_rows,)
        In the order of ``sure.rows``.
    """
    if not len(values):
        return Score(None, None, None, undefined)
    interval = interval_of(
        float(values.mean()),
        lambda clusters: _sums_and_counts(values, clusters),
        lambda sums: sums[:, 0] / sums[:, 1],
        sure,
        seed=seed,
    )
    return scored(float(values.mean()), interval)


def share_of(hits: np.ndarray, sure: Confidences, *, seed: int, undefined: str) -> Share:
    """Return how many of the answers are hits, with the interval that ``evaluate`` gives such a share.

    Parameters
    ----------
    hits : np.ndarray, shape (n_rows,), bool
        In the order of ``sure.rows``.
    """
    k, n = int(hits.sum()), len(hits)
    if n == 0:
        return share(0, 0, (np.nan, np.nan), undefined=undefined)
    clusters = sure.clusterings()[0]
    effective = sure.n_clips / n
    independent = wilson(k * effective, n * effective)
    bootstrap = None
    if clusters.enough and not (sure.unit == "clip" and clusters.of == "clip"):
        drawn = resampled_sums(_sums_and_counts(hits, clusters), seed=seed)
        bootstrap = percentile(drawn[:, 0] / drawn[:, 1], n_clusters=clusters.n)
    if sure.unit == "clip":
        return share(k, n, hull(k / n, bootstrap, independent), undefined=undefined)
    spoken = bootstrap if has_width(bootstrap) else independent
    return share(k, n, hull(k / n, spoken), undefined=undefined)


def _sums_and_counts(values: np.ndarray, clusters: Clusters) -> np.ndarray:
    """Return sum and number of the values of each cluster, shape (n_clusters, 2)."""
    sums = np.bincount(clusters.codes, values.astype(float), clusters.n)
    return np.stack([sums, np.bincount(clusters.codes, minlength=clusters.n)], axis=1)
