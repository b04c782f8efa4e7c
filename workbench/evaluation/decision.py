"""What a clip is decided to be, for any alpha and any threshold of the mouth's gate, from what the branches said once.

The networks are asked once per clip; everything here is arithmetic on their answers, quick enough to try every value.
The timeline's page does the same arithmetic in the browser (``widgets/fusion_decision.js``): a test holds both equal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.errors import InvalidInputError
from workbench.evaluation.accumulate import ALPHA, accumulate, check_alpha
from workbench.sentiment import OPEN_THRESHOLD

ALPHAS = np.arange(1, 101) / 100
"""The values of alpha that are tried: 0.01 to 1."""
THRESHOLDS = np.arange(101) / 100
"""The gate's thresholds that are tried: 0 (every mouth that is not surely closed counts as open) to 1 (face alone)."""
MOST_STRETCHES = 4
"""So many stretches of equal decisions are told in words; more are counted."""


@dataclass(frozen=True, eq=False)
class Branches:
    """What each branch says about each of n moments of one clip; a row of NaN where it has nothing to say.

    Attributes
    ----------
    p_open : np.ndarray, shape (n,)
        Probability that the mouth is open; NaN without a face.
    visual : np.ndarray, shape (n, k)
        By the face alone; NaN without a face.
    audiovisual : np.ndarray, shape (n, k)
        By face and voice, at every moment that has both, whatever the gate says.
    """

    p_open: np.ndarray
    visual: np.ndarray
    audiovisual: np.ndarray

    def __post_init__(self) -> None:
        shapes = [np.shape(self.p_open), np.shape(self.visual), np.shape(self.audiovisual)]
        if len(shapes[1]) != 2 or shapes[2] != shapes[1] or shapes[0] != shapes[1][:1]:
            raise InvalidInputError(
                "The branches must have the shapes (n,), (n, k) and (n, k), one row per moment. "
                f"Received {shapes}: pass NaN where a branch says nothing."
            )


@dataclass(frozen=True, eq=False)
class Decision:
    """What the running system makes of a clip.

    Attributes
    ----------
    fused : np.ndarray, shape (n,), bool
        Whether face and voice spoke together at the moment.
    probabilities : np.ndarray, shape (n, k)
        What the branch that spoke said; NaN without a face.
    accumulated : np.ndarray, shape (n, k)
        The opinion after the moment; NaN where nothing was added to it.
    winner : int
        Number of the class decided for, -1 when no face was ever seen.
    """

    fused: np.ndarray
    probabilities: np.ndarray
    accumulated: np.ndarray
    winner: int


def gate(branches: Branches, *, threshold: float = OPEN_THRESHOLD) -> tuple[np.ndarray, np.ndarray]:
    """Return what the branch that speaks at each moment says, shape (n, k), and whether it is the fused one, shape (n,).

    Raises
    ------
    InvalidInputError
        The threshold is outside [0, 1].
    """
    if not 0 <= threshold <= 1:
        raise InvalidInputError(
            f"A threshold must lie in [0, 1]. Received {threshold}: pass a probability such as 0.5."
        )
    fused = (branches.p_open > threshold) & np.isfinite(branches.audiovisual).all(axis=1)
    return np.where(fused[:, None], branches.audiovisual, branches.visual), fused


def decide(branches: Branches, *, alpha: float = ALPHA, threshold: float = OPEN_THRESHOLD) -> Decision:
    """Gate every moment, accumulate over those with a prediction, and decide by the last opinion.

    Raises
    ------
    InvalidInputError
        ``alpha`` is outside (0, 1] or the threshold outside [0, 1].
    """
    said, fused = gate(branches, threshold=threshold)
    known = np.isfinite(said).all(axis=1)
    opinion = np.full(said.shape, np.nan)
    opinion[known] = accumulate(said[known], alpha=alpha)
    winner = int(np.argmax(opinion[known][-1])) if known.any() else -1
    return Decision(fused, said, opinion, winner)


def winners_over_alphas(
    branches: Branches, *, threshold: float = OPEN_THRESHOLD, alphas: np.ndarray = ALPHAS
) -> np.ndarray:
    """Return the class decided for at each alpha, shape (n_alphas,), int; -1 without any prediction.

    Raises
    ------
    InvalidInputError
        An alpha is outside (0, 1] or the threshold outside [0, 1].
    """
    for alpha in alphas:
        check_alpha(float(alpha))
    said, _ = gate(branches, threshold=threshold)
    said = said[np.isfinite(said).all(axis=1)]
    if not len(said):
        return np.full(len(alphas), -1)
    share = np.asarray(alphas, dtype=float)[:, None]
    opinions = np.repeat(said[:1], len(alphas), axis=0)
    for row in said[1:]:  # all alphas at once
        opinions = share * row + (1 - share) * opinions
    return np.argmax(opinions, axis=1)


def winners_over_thresholds(
    branches: Branches, *, alpha: float = ALPHA, thresholds: np.ndarray = THRESHOLDS
) -> np.ndarray:
    """Return the class decided for at each threshold, shape (n_thresholds,), int; -1 without any prediction.

    Raises
    ------
    InvalidInputError
        ``alpha`` is outside (0, 1] or a threshold outside [0, 1].
    """
    return np.array([decide(branches, alpha=alpha, threshold=float(t)).winner for t in thresholds], dtype=int)


def stretches(values: np.ndarray, winners: np.ndarray) -> list[tuple[float, float, int]]:
    """Return (first value, last value, class) of each stretch of equal decisions, in the order of ``values``.

    Examples
    --------
    >>> stretches(np.array([0.1, 0.2, 0.3]), np.array([2, 2, 1]))
    [(0.1, 0.2, 2), (0.3, 0.3, 1)]
    """
    if len(values) == 0:
        return []
    starts = np.concatenate([[0], np.flatnonzero(np.diff(winners)) + 1])
    ends = np.append(starts[1:], len(winners)) - 1
    return [(float(values[a]), float(values[b]), int(winners[a])) for a, b in zip(starts, ends, strict=True)]


def stretches_in_words(name: str, values: np.ndarray, winners: np.ndarray, classes: tuple[str, ...]) -> str:
    """Say where the decision flips.

    Parameters
    ----------
    name : str
        What ``values`` are, such as ``"alpha"``.

    Examples
    --------
    >>> stretches_in_words("alpha", np.array([0.1, 0.2, 0.3]), np.array([1, 1, 0]), ("neutral", "positive"))
    'positive up to alpha 0.20, then neutral'
    """
    found = stretches(values, winners)
    if not found or found[0][2] < 0:
        return "no decision: no moment has a face"
    if len(found) == 1:
        return f"{classes[found[0][2]]} at every {name}"
    told = found[:MOST_STRETCHES]
    first = f"{classes[told[0][2]]} up to {name} {told[0][1]:.2f}"
    middle = [f"{classes[winner]} up to {last:.2f}" for _, last, winner in told[1:-1]]
    sentence = ", ".join([first, *middle, f"then {classes[told[-1][2]]}"])
    if len(found) > len(told):
        further = len(found) - len(told)
        return f"{sentence}, and {further} more {'flip' if further == 1 else 'flips'} after {told[-1][1]:.2f}"
    return sentence
