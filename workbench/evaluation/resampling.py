"""Intervals for figures made of sums over answers: whole speakers, else whole clips, are drawn again.

The rules are those of :mod:`workbench.evaluation.intervals`. A figure with fewer than ``MIN_CLUSTERS`` clusters
has a value and no interval, save a share, which has Wilson's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Figure:
    """A figure that is a function of sums over answers.

    Attributes
    ----------
    statistic : callable
        Sums, shape (n_draws, ...), to the figure, shape (n_draws,).
    value : float, optional
        The figure itself, where it is known more exactly than from the sums.
    unbias : bool
        For figures that chance can only raise (a mean of absolute gaps). Drawing again adds as much on average as
        chance added to the value, so both are taken off (Efron & Tibshirani 1993, section 10.2). Where all gaps lean
        the same way chance adds nothing, so the interval holds the draws as they are, too.
    """

    statistic: Callable[[np.ndarray], np.ndarray]
    value: float | None = None
    unbias: bool = False


def scores_of(
    figures: Sequence[Figure], sums: SumsByCluster, sure: Confidences, *, seed: int, undefined: str
) -> list[Score]:
    """Return each figure with its 95% interval, all from the same draws; the interval always holds the value.

    Parameters
    ----------
    sums : callable
        Clusters to what each of them adds, shape (n_clusters, ...).
    undefined : str
        What there is none of when there are no answers.
    """
    if not sure.n:
        return [Score(None, None, None, undefined)] * len(figures)
    whole = sums(Clusters(np.zeros(sure.n, dtype=int), 1, "clip"))
    values = [float(one.statistic(whole)[0]) if one.value is None else one.value for one in figures]
    intervals: list[list[Interval | None]] = [[] for _ in figures]
    for clusters in sure.clusterings():
        if clusters.enough:
            resampled = resampled_sums(sums(clusters), seed=seed)
            for one, value, found in zip(figures, values, intervals, strict=True):
                drawn = one.statistic(resampled)
                found.append(percentile(drawn, n_clusters=clusters.n))
                if one.unbias:
                    freed = np.maximum(drawn - 2 * (drawn.mean() - value), 0.0)
                    found.append(percentile(freed, n_clusters=clusters.n))
    return [
        Score(value, *hull(value, *found)) if found else Score(value, None, None)
        for value, found in zip(values, intervals, strict=True)
    ]


def mean_scores(values: np.ndarray, sure: Confidences, *, seed: int, undefined: str) -> list[Score]:
    """Return the mean of each column of values with its interval.

    Parameters
    ----------
    values : np.ndarray, shape (n_rows, n_columns)
        In the order of ``sure.rows``.
    """
    figures = [Figure(mean_of_column(i)) for i in range(values.shape[1])]
    return scores_of(
        figures, lambda clusters: sums_and_counts(values, clusters), sure, seed=seed, undefined=undefined
    )


def mean_of_column(number: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return the statistic that makes of :func:`sums_and_counts` the mean of a column."""
    return lambda sums: sums[:, number] / sums[:, -1]


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
        drawn = resampled_sums(sums_and_counts(hits[:, None], clusters), seed=seed)
        bootstrap = percentile(drawn[:, 0] / drawn[:, 1], n_clusters=clusters.n)
    if sure.unit == "clip":
        return share(k, n, hull(k / n, bootstrap, independent), undefined=undefined)
    spoken = bootstrap if has_width(bootstrap) else independent
    return share(k, n, hull(k / n, spoken), undefined=undefined)


def sums_and_counts(values: np.ndarray, clusters: Clusters) -> np.ndarray:
    """Return the sum of each column of values and the number of rows per cluster, shape (n_clusters, n_columns + 1)."""
    columns = [np.bincount(clusters.codes, column, clusters.n) for column in values.astype(float).T]
    return np.stack([*columns, np.bincount(clusters.codes, minlength=clusters.n)], axis=1)
