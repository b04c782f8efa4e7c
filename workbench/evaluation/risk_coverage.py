"""What is gained by answering only when sure: the risk-coverage curve and its area.

Geifman & El-Yaniv 2017, "Selective Classification for Deep Neural Networks", section 2: answers are taken from the
surest down; coverage is the share taken, risk the share of those that is wrong. The area under the curve (AURC) is
the mean risk over all n coverages. Among equally sure answers no order is better than another, so the expectation
over all their orders is taken; without ties this is the plain mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.evaluation.confidence import Confidences
from workbench.evaluation.estimates import Score
from workbench.evaluation.intervals import Clusters
from workbench.evaluation.resampling import Figure, scores_of
from workbench.lazy import load

_STEPS_DRAWN = 200
"""The area's interval takes neighbours in confidence together into at most so many steps; the area itself does not."""
_POINTS_TOLD = 50


@dataclass(frozen=True)
class RiskCoverage:
    """What a system does when it answers only from a confidence up.

    Attributes
    ----------
    unit : str
        ``"clip"`` or ``"moment"``.
    n : int
        All answers.
    threshold : np.ndarray, shape (n_steps,)
        Every confidence that occurs, falling.
    n_answered, n_wrong : np.ndarray, shape (n_steps,), int
        How many answers are at least so sure, and how many of those are wrong.
    aurc : Score
        Area under the curve: 0 is best, the overall risk is what chance gives.
    aurc_best : float or None
        The area if all the wrong answers were the least sure ones.
    """

    unit: str
    n: int
    threshold: np.ndarray
    n_answered: np.ndarray
    n_wrong: np.ndarray
    aurc: Score
    aurc_best: float | None

    @property
    def coverage(self) -> np.ndarray:
        """Share answered at every threshold, shape (n_steps,), rising to 1."""
        return self.n_answered / max(self.n, 1)

    @property
    def risk(self) -> np.ndarray:
        """Share wrong of those answered, shape (n_steps,)."""
        return self.n_wrong / self.n_answered

    def as_json(self) -> dict[str, Any]:
        """Return the form told in ``docs/formats.md``; of a long curve 50 points, the last always."""
        n_steps = len(self.threshold)
        told = np.unique(np.linspace(0, n_steps - 1, min(n_steps, _POINTS_TOLD)).round().astype(int))
        return {
            "n": self.n,
            "aurc": self.aurc.as_json(),
            "aurc_best": self.aurc_best,
            "points": [
                {
                    "threshold": float(self.threshold[i]),
                    "answered": int(self.n_answered[i]),
                    "wrong": int(self.n_wrong[i]),
                    "coverage": float(self.coverage[i]),
                    "risk": float(self.risk[i]),
                }
                for i in told
            ],
        }


def risk_coverage(sure: Confidences, *, seed: int = 0) -> RiskCoverage:
    """Return the risk-coverage curve of some answers.

    Parameters
    ----------
    seed : int
        The same seed gives the same interval.
    """
    falling, steps = np.unique(-sure.confidence, return_inverse=True)
    wrong = ~sure.right
    answered = np.bincount(steps, minlength=len(falling))
    errors = np.bincount(steps, wrong, len(falling))
    if not sure.n:
        aurc, best = Score(None, None, None, "there is nothing to judge"), None
    else:
        aurc, best = (
            _area_with_interval(sure, answered, errors, steps, seed=seed),
            _best(sure.n, int(wrong.sum())),
        )
    return RiskCoverage(
        unit=sure.unit,
        n=sure.n,
        threshold=-falling,
        n_answered=answered.cumsum(),
        n_wrong=errors.cumsum().astype(int),
        aurc=aurc,
        aurc_best=best,
    )


def area_under(sums: np.ndarray) -> np.ndarray:
    """Return the AURC of counts per step of falling confidence.

    Parameters
    ----------
    sums : np.ndarray, shape (..., n_steps, 2)
        Answers and wrong ones of each step; within a step all orders are equally likely.

    Returns
    -------
    np.ndarray, shape (...)
    """
    answered, errors = sums[..., 0], sums[..., 1]
    before, errors_before = answered.cumsum(axis=-1) - answered, errors.cumsum(axis=-1) - errors
    rate = np.divide(errors, answered, out=np.zeros(errors.shape), where=answered > 0)
    # sum over j = 1 .. answered of (errors_before + rate j) / (before + j), by harmonic numbers
    digamma = load("scipy.special").digamma
    harmonic = digamma(before + answered + 1) - digamma(before + 1)
    area = errors + (errors_before - rate * before) * harmonic
    return area.sum(axis=-1) / answered.sum(axis=-1)


def _area_with_interval(
    sure: Confidences, answered: np.ndarray, errors: np.ndarray, steps: np.ndarray, *, seed: int
) -> Score:
    value = float(area_under(np.stack([answered, errors], axis=-1).astype(float)))
    coarse = steps
    if len(answered) > _STEPS_DRAWN:
        middle = answered.cumsum() - answered / 2
        coarse = np.minimum(middle * _STEPS_DRAWN / sure.n, _STEPS_DRAWN - 1).astype(int)[steps]
    n_steps = int(coarse.max()) + 1

    def sums(clusters: Clusters) -> np.ndarray:
        cells, size = clusters.codes * n_steps + coarse, clusters.n * n_steps
        pair = [np.bincount(cells, minlength=size), np.bincount(cells, ~sure.right, size)]
        return np.stack(pair, axis=-1).reshape(clusters.n, n_steps, 2)

    (area,) = scores_of([Figure(area_under, value=value)], sums, sure, seed=seed, undefined="")
    return area


def _best(n: int, n_wrong: int) -> float:
    """Return the area with as many errors, all of them last."""
    return float(area_under(np.array([[n - n_wrong, 0], [n_wrong, n_wrong]], dtype=float)))
