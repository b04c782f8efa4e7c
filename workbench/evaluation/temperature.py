"""One temperature that makes probabilities believable, fitted on validation answers only.

Guo et al. 2017, section 4.2: every logit is divided by the same T > 0 and T minimises the negative log likelihood
on held-out data. Logits are known only up to a constant per row, which softmax ignores, so log p serves as the
logits. The order of the classes in a row never changes, so no answer does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from workbench.errors import InvalidInputError
from workbench.evaluation.calibration_error import SMALLEST
from workbench.evaluation.confidence import Confidences
from workbench.evaluation.estimates import Score
from workbench.evaluation.held_out import require_held_out
from workbench.evaluation.intervals import Clusters
from workbench.evaluation.resampling import Figure, scores_of
from workbench.lazy import load

LOWEST, HIGHEST = 0.05, 20.0
_N_GRID = 241
"""Steps of 2.5%: how finely the interval knows T."""
_NO_LOSS = 1e-9
"""An end of the range that loses less than this (in nats) is as good as the best."""


@dataclass(frozen=True)
class Temperature:
    """A fitted temperature.

    Attributes
    ----------
    value : Score
        T with its interval: above 1 the probabilities were too extreme, below 1 too cautious.
    unit : str
        ``"clip"`` or ``"moment"``: what it was fitted on and is for.
    n, n_clips, n_speakers : int
        How much it was fitted on.
    at_edge : bool
        The likelihood goes on rising at the end of the range searched: no temperature fits.
    """

    value: Score
    unit: str
    n: int
    n_clips: int
    n_speakers: int
    at_edge: bool

    def apply(self, sure: Confidences) -> Confidences:
        """Return the same answers with softened (or sharpened) probabilities."""
        assert self.value.value is not None  # a fit always finds one
        return replace(sure, probabilities=softened(sure.probabilities, temperature=self.value.value))

    def as_json(self) -> dict[str, Any]:
        """Return the form told in ``docs/formats.md``."""
        return {**self.__dict__, "value": self.value.as_json()}


def softened(probabilities: np.ndarray, *, temperature: float) -> np.ndarray:
    """Return ``softmax(log p / T)``, shape as ``probabilities``.

    Parameters
    ----------
    probabilities : np.ndarray, shape (n_rows, n_classes)
        A 0 counts as 5e-7, half of the last digit a predictions file keeps.
    temperature : float, above 0

    Raises
    ------
    InvalidInputError
        The temperature is not above 0.

    Examples
    --------
    >>> softened(np.array([[0.8, 0.2]]), temperature=2.0).round(3)
    array([[0.667, 0.333]])
    """
    if not (np.isfinite(temperature) and temperature > 0):
        raise InvalidInputError(f"A temperature must be above 0. Received {temperature}: 1 changes nothing.")
    return np.exp(_log_chances(_logits(probabilities), temperature))


def fit_temperature(validation: Confidences, *, test_clips: Iterable[str], seed: int = 0) -> Temperature:
    """Fit one temperature on validation answers.

    Parameters
    ----------
    validation : Confidences
        Answers of the validation part.
    test_clips : iterable of str
        Names of the clips that will be judged; nothing else is known here of the test.
    seed : int
        The same seed gives the same interval.

    Raises
    ------
    InvalidInputError
        There are no validation answers, or some are about tested clips.
    """
    require_held_out(validation, test_clips, what="temperature")
    logits, truth = _logits(validation.probabilities), validation.truth

    def losses(log_temperature: float) -> np.ndarray:
        chances = _log_chances(logits, float(np.exp(log_temperature)))
        return -chances[np.arange(len(truth)), truth]

    bounds = (float(np.log(LOWEST)), float(np.log(HIGHEST)))
    found = load("scipy.optimize").minimize_scalar(
        lambda x: losses(x).mean(), bounds=bounds, method="bounded", options={"xatol": 1e-7}
    )
    grid = np.linspace(*bounds, _N_GRID)

    def sums(clusters: Clusters) -> np.ndarray:
        return np.stack([np.bincount(clusters.codes, losses(x), clusters.n) for x in grid], axis=1)

    ends = [x for x in bounds if losses(x).mean() <= losses(found.x).mean() + _NO_LOSS]
    best = Figure(lambda s: np.exp(grid[s.argmin(axis=1)]), value=float(np.exp(ends[0] if ends else found.x)))
    (value,) = scores_of([best], sums, validation, seed=seed, undefined="")
    return Temperature(
        value=value,
        unit=validation.unit,
        n=validation.n,
        n_clips=validation.n_clips,
        n_speakers=validation.n_speakers,
        at_edge=bool(ends),
    )


def _logits(probabilities: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(probabilities, SMALLEST))


def _log_chances(logits: np.ndarray, temperature: float) -> np.ndarray:
    """Return the log of softmax of ``logits / temperature``, row by row, without overflow."""
    scaled = logits / temperature
    scaled = scaled - scaled.max(axis=1, keepdims=True, initial=-np.inf)
    return scaled - np.log(np.exp(scaled).sum(axis=1, keepdims=True))
