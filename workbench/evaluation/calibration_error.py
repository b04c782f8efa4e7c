"""The gaps between how sure answers are and how often they are right, and what chance alone makes of them.

The expected calibration error is that of Guo et al. 2017, "On Calibration of Modern Neural Networks", equation 3:
``ECE = sum over bins of |B| / n * |accuracy(B) - mean confidence(B)|``, bins open below and closed above.

Chance alone makes gaps: few answers show an error even of a perfectly calibrated system. So beside the ECE stands
what such a system would show with the same confidences (Broecker & Smith 2007, "Increasing the Reliability of
Reliability Diagrams": consistency resampling). The ECE's interval reaches from the bootstrap freed of what chance adds
to the bootstrap as it is (:class:`workbench.evaluation.resampling.Figure`), and down to 0 when a perfectly calibrated
system could show as much.

In simulations of 56 to 120 answers, of 6 or 12 speakers or unknown ones, with a true ECE of 0, 0.05 or 0.15, the
nominal 95% interval held the true ECE in 95 to 99% of 300 draws each; a plain percentile bootstrap in 85 to 95% of 150
where there was an error, and never where there was none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np

from workbench.evaluation.confidence import Confidences
from workbench.evaluation.estimates import Score
from workbench.evaluation.intervals import CONFIDENCE, Clusters
from workbench.evaluation.resampling import Figure, mean_of_column, scores_of, sums_and_counts

Binning = Literal["width", "mass"]
SMALLEST = 5e-7
"""Half of the last digit a predictions file keeps: a probability of 0 counts as this much in a logarithm."""
NOTHING = "there is nothing to judge"
_N_CHANCE = 500
_CELLS = 4_000_000


def losses_of(sure: Confidences) -> np.ndarray:
    """Return the negative log likelihood of every answer's truth, shape (n_rows,), in nats."""
    return -np.log(np.maximum(sure.probabilities[np.arange(sure.n), sure.truth], SMALLEST))


def bin_edges(confidence: np.ndarray, *, n_bins: int, binning: Binning) -> np.ndarray:
    """Return the edges of the bins, rising, shape (at most n_bins + 1,).

    Bins of equal mass are cut at quantiles; where many answers are equally sure there are fewer of them.
    """
    if binning == "width" or not len(confidence):
        return np.linspace(0.0, 1.0, n_bins + 1)
    edges = np.unique(np.percentile(confidence, 100 * np.linspace(0.0, 1.0, n_bins + 1)))
    return edges if len(edges) > 1 else np.array([0.0, edges[0]])


def calibration_scores(sure: Confidences, numbers: np.ndarray, *, n_bins: int, seed: int) -> list[Score]:
    """Return ECE, MCE, overconfidence, Brier score and negative log likelihood, all from the same draws."""
    gap = sure.confidence - sure.right
    brier = ((sure.probabilities - np.eye(len(sure.classes))[sure.truth]) ** 2).sum(axis=1)
    rows = np.stack([gap, brier, losses_of(sure)], axis=1)
    n_cells = 2 * n_bins

    def sums(clusters: Clusters) -> np.ndarray:
        cells, size = clusters.codes * n_bins + numbers, clusters.n * n_bins
        by_bin = np.stack([np.bincount(cells, gap, size), np.bincount(cells, minlength=size)], axis=-1)
        return np.hstack([by_bin.reshape(clusters.n, n_cells), sums_and_counts(rows, clusters)])

    def in_bins(statistic: Callable[[np.ndarray], np.ndarray]) -> Figure:
        return Figure(lambda s: statistic(s[:, :n_cells].reshape(len(s), n_bins, 2)), unbias=True)

    means = [Figure(mean_of_column(n_cells + i)) for i in range(rows.shape[1])]
    figures = [in_bins(_expected_gap), in_bins(_largest_gap), *means]
    return scores_of(figures, sums, sure, seed=seed, undefined=NOTHING)


def down_to_zero(ece: Score, if_calibrated: Score) -> Score:
    """Return the ECE with 0 in its interval when a perfectly calibrated system could show as much."""
    if ece.value is None or ece.low is None or if_calibrated.high is None or ece.value > if_calibrated.high:
        return ece
    return replace(ece, low=0.0)


def _expected_gap(sums: np.ndarray) -> np.ndarray:
    """Return the ECE from sums of gaps and counts, shape (..., n_bins, 2)."""
    return np.abs(sums[..., 0]).sum(axis=-1) / sums[..., 1].sum(axis=-1)


def _largest_gap(sums: np.ndarray) -> np.ndarray:
    n = sums[..., 1]
    return np.divide(np.abs(sums[..., 0]), n, out=np.zeros(n.shape), where=n > 0).max(axis=-1)


def error_if_calibrated(sure: Confidences, numbers: np.ndarray, *, seed: int) -> Score:
    """Return the ECE of answers that are right exactly as often as they say, moments of a clip all of one luck."""
    if not sure.n:
        return Score(None, None, None, NOTHING)
    rng = np.random.default_rng([seed, 1])
    order = np.argsort(numbers, kind="stable")
    starts = np.unique(numbers[order], return_index=True)[1]
    confidence, clips = sure.confidence[order], sure.clip_codes[order]
    expected = np.add.reduceat(confidence, starts)
    found: list[np.ndarray] = []
    together = max(1, _CELLS // sure.n)
    for first in range(0, _N_CHANCE, together):
        luck = rng.random((min(together, _N_CHANCE - first), sure.n_clips))
        right = np.add.reduceat(luck[:, clips] < confidence, starts, axis=1, dtype=float)
        found.append(np.abs(right - expected).sum(axis=1) / sure.n)
    drawn = np.concatenate(found)
    low, high = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Score(float(drawn.mean()), float(low), float(high))
