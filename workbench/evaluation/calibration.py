"""Whether "80% sure" means right in 80 of 100: reliability in bins, and what follows from it.

Confidence is the probability of the most probable class, as it stands in the table (top-label calibration). How its
error is measured is told in :mod:`workbench.evaluation.calibration_error`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

import numpy as np

from workbench.errors import InvalidInputError
from workbench.evaluation.calibration_error import (
    NOTHING,
    Binning,
    bin_edges,
    calibration_scores,
    down_to_zero,
    error_if_calibrated,
)
from workbench.evaluation.confidence import Confidences
from workbench.evaluation.estimates import Score, Share, share
from workbench.evaluation.intervals import wilson
from workbench.evaluation.resampling import share_of

N_BINS = 15
_MOST_BINS = 100


@dataclass(frozen=True)
class Bin:
    """The answers that were about equally sure.

    Attributes
    ----------
    low, high : float
        Confidence from (not included) and to (included).
    confidence : float or None
        Their mean confidence; None when there are none.
    accuracy : Share
        How many of them were right, with Wilson's interval that counts each clip once.
    n_clips : int
        How many clips they are about.
    """

    low: float
    high: float
    confidence: float | None
    accuracy: Share
    n_clips: int

    @property
    def verdict(self) -> str:
        """``"too sure"``, ``"not sure enough"``, or ``""`` when the interval holds the mean confidence."""
        if self.confidence is None or self.accuracy.low is None or self.accuracy.high is None:
            return ""
        if self.confidence > self.accuracy.high:
            return "too sure"
        return "not sure enough" if self.confidence < self.accuracy.low else ""

    def as_json(self) -> dict[str, Any]:
        """Return ``{"low", "high", "confidence", "accuracy", "n_clips"}``."""
        return {**self.__dict__, "accuracy": self.accuracy.as_json()}


@dataclass(frozen=True)
class Calibration:
    """How far one level's confidences can be believed.

    Attributes
    ----------
    unit : str
        ``"clip"`` or ``"moment"``.
    confidence : float or None
        Mean confidence.
    overconfidence : Score
        Mean confidence minus accuracy: above 0 is too sure.
    ece, mce : Score
        Expected and largest gap between accuracy and mean confidence of a bin.
    ece_if_calibrated : Score
        What a perfectly calibrated system with these confidences would show: mean, and the middle 95%.
    brier : Score
        Mean of the summed squared differences to the truth (Brier 1950): 0 to 2, over all classes.
    nll : Score
        Mean negative log likelihood of the truth, in nats.
    """

    unit: str
    n_clips: int
    n_speakers: int
    binning: Binning
    bins: tuple[Bin, ...]
    confidence: float | None
    accuracy: Share
    overconfidence: Score
    ece: Score
    ece_if_calibrated: Score
    mce: Score
    brier: Score
    nll: Score

    @property
    def verdict(self) -> str:
        """``"too sure"`` or ``"not sure enough"`` when the interval of ``overconfidence`` says so, else ``""``."""
        low, high = self.overconfidence.low, self.overconfidence.high
        if low is None or high is None or low <= 0 <= high:
            return ""
        return "too sure" if low > 0 else "not sure enough"

    def as_json(self) -> dict[str, Any]:
        """Return the form told in ``docs/formats.md``."""
        scores = ("accuracy", "overconfidence", "ece", "ece_if_calibrated", "mce", "brier", "nll")
        return {
            **self.__dict__,
            "bins": [one.as_json() for one in self.bins],
            **{name: getattr(self, name).as_json() for name in scores},
        }


def measure_calibration(
    sure: Confidences, *, n_bins: int = N_BINS, binning: Binning = "width", seed: int = 0
) -> Calibration:
    """Measure how far confidences can be believed.

    Parameters
    ----------
    n_bins : int, 2 to 100
    binning : {"width", "mass"}
        Bins of equal width over [0, 1], or of about equally many answers (equally sure ones stay together).
    seed : int
        The same seed gives the same intervals.

    Raises
    ------
    InvalidInputError
        Another number or kind of bins.
    """
    check_bins(n_bins, binning)
    confidence = sure.confidence
    edges = bin_edges(confidence, n_bins=n_bins, binning=binning)
    numbers = np.searchsorted(edges[1:-1], confidence)  # side "left": a bin holds its upper edge
    ece, mce, overconfidence, brier, nll = calibration_scores(sure, numbers, n_bins=len(edges) - 1, seed=seed)
    if_calibrated = error_if_calibrated(sure, numbers, seed=seed)
    return Calibration(
        unit=sure.unit,
        n_clips=sure.n_clips,
        n_speakers=sure.n_speakers,
        binning=binning,
        bins=tuple(_bin(sure, numbers == i, edges[i], edges[i + 1]) for i in range(len(edges) - 1)),
        confidence=float(confidence.mean()) if sure.n else None,
        accuracy=share_of(sure.right, sure, seed=seed, undefined=NOTHING),
        overconfidence=overconfidence,
        ece=down_to_zero(ece, if_calibrated),
        ece_if_calibrated=if_calibrated,
        mce=mce,
        brier=brier,
        nll=nll,
    )


def check_bins(n_bins: int, binning: str) -> None:
    """Raise InvalidInputError unless bins can be made so."""
    if not 2 <= n_bins <= _MOST_BINS:
        raise InvalidInputError(
            f"Confidences must be sorted into 2 to {_MOST_BINS} bins. Received {n_bins}: {N_BINS} is usual."
        )
    if binning not in get_args(Binning):
        raise InvalidInputError(
            f"Bins must be of equal {' or '.join(get_args(Binning))}. Received {binning!r}."
        )


def _bin(sure: Confidences, inside: np.ndarray, low: float, high: float) -> Bin:
    k, n = int(sure.right[inside].sum()), int(inside.sum())
    n_clips = int(sure.rows["clip"][inside].nunique())
    each_clip_once = n_clips / n if n else 1.0
    interval = wilson(k * each_clip_once, n * each_clip_once) if n else (np.nan, np.nan)
    accuracy = share(k, n, interval, undefined=f"no {sure.unit} was this sure")
    mean = float(sure.confidence[inside].mean()) if n else None
    return Bin(float(low), float(high), mean, accuracy, n_clips)
