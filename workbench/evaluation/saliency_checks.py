"""Whether a saliency map may be believed: it follows the weights, and what it points at matters.

*Weights* (Adebayo et al. 2018, arXiv 1810.03292): the rank correlation between a map and the map of the same network
with random weights. A map of what the network learnt changes; a map that looks the same shows the picture.

*Deletion and insertion* (Petsiuk et al. 2018, arXiv 1806.07421): by how much the answer falls faster, or comes back
earlier, in the order of the map than in that of the same map moved elsewhere.

Intervals draw whole speakers, else whole clips, again (:mod:`workbench.evaluation.intervals`), and with them the
random networks, since the maps of one random network are all of one accident.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from workbench.evaluation.estimates import Score
from workbench.evaluation.intervals import N_RESAMPLES, clusters_of, hull, percentile
from workbench.lazy import load

ALIKE = 0.5
"""Rank correlation from which a map counts as looking the same: half of its order is then told by the other."""

Answer = Literal["yes", "no", "undecided"]
MARKS: dict[str, str] = {"yes": "✓", "no": "✗", "undecided": "?"}


@dataclass(frozen=True)
class Checked:
    """A figure over moments, and whether it says yes or no.

    Attributes
    ----------
    figure : Score
        The mean over moments with its 95% interval.
    answer : {"yes", "no", "undecided"}
        Undecided where the interval reaches over the limit, or there is none.
    n_moments, n_clips : int
    """

    figure: Score
    answer: Answer
    n_moments: int
    n_clips: int

    def as_json(self) -> dict[str, Any]:
        """Return the figure with its answer and counts."""
        return {**self.figure.as_json(), "answer": self.answer, "n": self.n_moments, "n_clips": self.n_clips}

    def in_words(self) -> str:
        """Say the figure: ``"0.12 (0.05 to 0.20)"``."""
        value, low, high = self.figure.value, self.figure.low, self.figure.high
        if value is None:
            return f"undefined ({self.figure.undefined})"
        return (
            f"{value:.2f} (no interval)"
            if low is None or high is None
            else f"{value:.2f} ({low:.2f} to {high:.2f})"
        )


def rank_correlations(trained: np.ndarray, random: np.ndarray) -> np.ndarray:
    """Return Spearman's correlation between each map and its like under random weights; signs do not count.

    Parameters
    ----------
    trained : np.ndarray, shape (n, height, width)
    random : np.ndarray, shape (n_draws, n, height, width)

    Returns
    -------
    np.ndarray, shape (n_draws, n)
        0 where the random network's map is the same everywhere: it keeps nothing of the order. NaN where the trained
        one's is: there is nothing to compare.
    """
    rank = load("scipy.stats").rankdata
    n_draws, n = random.shape[:2]
    first = rank(np.abs(trained).reshape(n, -1), axis=-1)
    second = rank(np.abs(random).reshape(n_draws, n, -1), axis=-1)
    first, second = (ranks - ranks.mean(axis=-1, keepdims=True) for ranks in (first, second))
    size, other = np.sqrt((first**2).sum(axis=-1)), np.sqrt((second**2).sum(axis=-1))
    both = np.where(other == 0, 1, size * other)
    found = np.divide((first * second).sum(axis=-1), both, out=np.zeros((n_draws, n)), where=both > 0)
    return np.where(size > 0, found, np.nan)


def check_weights(correlations: np.ndarray, rows: pd.DataFrame, *, seed: int = 0) -> Checked:
    """Say whether maps follow the weights: yes when they are surely less alike than :data:`ALIKE` with random ones.

    Parameters
    ----------
    correlations : np.ndarray, shape (n_draws, n)
        From :func:`rank_correlations`.
    rows : pd.DataFrame, n rows
        ``clip`` and ``speaker`` of each moment.
    """
    checked = check_mean(correlations, rows, limit=ALIKE, seed=seed, undefined="no map shows anything")
    turned: dict[str, Answer] = {"yes": "no", "no": "yes", "undecided": "undecided"}  # alike is bad
    return Checked(checked.figure, turned[checked.answer], checked.n_moments, checked.n_clips)


def check_gain(gains: np.ndarray, rows: pd.DataFrame, *, seed: int = 0) -> Checked:
    """Say whether maps point at what matters: yes when they surely beat moved maps on average.

    Parameters
    ----------
    gains : np.ndarray, shape (n,)
        Areas between the curves of the map and of the moved maps; above 0 is better.
    """
    return check_mean(gains[None], rows, limit=0.0, seed=seed, undefined="there is no moment")


def check_mean(
    values: np.ndarray, rows: pd.DataFrame, *, limit: float, seed: int = 0, undefined: str
) -> Checked:
    """Return the mean, and whether it is surely above (yes) or below (no) a limit.

    Parameters
    ----------
    values : np.ndarray, shape (n_draws, n)
        A figure per moment, for each random network (one row where there is none). NaN is left out.
    rows : pd.DataFrame, n rows
        ``clip`` and ``speaker`` of each moment.
    undefined : str
        Why there is no figure when no moment has one.
    """
    known = np.isfinite(values).all(axis=0)
    values, rows = values[:, known], rows[known]
    n, n_clips = int(known.sum()), int(rows["clip"].nunique())
    if n == 0:
        return Checked(Score(None, None, None, undefined), "undecided", 0, 0)
    value, clusters = float(values.mean()), clusters_of(rows)
    if not clusters.enough:
        return Checked(Score(value, None, None), "undecided", n, n_clips)
    sums = np.stack([np.bincount(clusters.codes, row, clusters.n) for row in values])
    counts = np.bincount(clusters.codes, minlength=clusters.n)
    rng, n_draws = np.random.default_rng([seed, 101]), len(values)
    draws = rng.multinomial(n_draws, np.full(n_draws, 1 / n_draws), size=N_RESAMPLES) / n_draws
    times = rng.multinomial(clusters.n, np.full(clusters.n, 1 / clusters.n), size=N_RESAMPLES)
    means = ((draws @ sums) * times).sum(axis=1) / (times @ counts)
    low, high = hull(value, percentile(means, n_clusters=clusters.n))
    answer: Answer = "yes" if low > limit else "no" if high < limit else "undecided"
    return Checked(Score(value, low, high), answer, n, n_clips)


@dataclass(frozen=True)
class MapChecks:
    """All checks of one method's maps of one input.

    Attributes
    ----------
    weights : dict of str to Checked
        By what was drawn anew: the ``answer`` layer, the ``dense`` ones, ``all``. The last two decide: a map may keep
        much of itself when only the last mixture of a few units changes, but one that outlives the dense layers does not
        show what decides, and one that outlives every layer shows the picture.
    deletion, insertion : Checked
    """

    weights: dict[str, Checked]
    deletion: Checked
    insertion: Checked

    @property
    def follows(self) -> Answer:
        """Whether the maps follow the weights."""
        answers = {self.weights[level].answer for level in DECIDING}
        return "no" if "no" in answers else "undecided" if "undecided" in answers else "yes"

    @property
    def answer(self) -> Answer:
        """Whether the maps may be believed: they follow the weights, and point at what matters."""
        points = {self.deletion.answer, self.insertion.answer}
        if self.follows == "no" or "no" in points:
            return "no"
        return "yes" if self.follows == "yes" and "yes" in points else "undecided"

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        return f"{_HEADS[self.answer]}: {self._about_weights()}; {self._about_pointing()}."

    def _about_weights(self) -> str:
        if self.follows == "yes":
            return "follows the weights"
        which = next(level for level in reversed(DECIDING) if self.weights[level].answer == self.follows)
        if self.follows == "no":
            return f"does not follow the weights, looks the same with {_DRAWN_ANEW[which]} random"
        return f"not surely different with {_DRAWN_ANEW[which]} random"

    def _about_pointing(self) -> str:
        kinds = (("deletion", self.deletion), ("insertion", self.insertion))
        better = [kind for kind, checked in kinds if checked.answer == "yes"]
        worse = [kind for kind, checked in kinds if checked.answer == "no"]
        said = []
        if better:
            said.append(f"beats the same map moved elsewhere ({' and '.join(better)})")
        if worse:
            said.append(f"is worse than the same map moved elsewhere ({' and '.join(worse)})")
        return ", but ".join(said) or "is not surely better than the same map moved elsewhere"

    def as_json(self) -> dict[str, Any]:
        """Return every figure, the verdict and its sentence."""
        return {
            "verdict": self.answer,
            "sentence": self.sentence,
            "weights": {level: checked.as_json() for level, checked in self.weights.items()},
            "deletion": self.deletion.as_json(),
            "insertion": self.insertion.as_json(),
        }


DECIDING = ("dense", "all")
_HEADS = {"yes": "May be trusted", "no": "Not to be trusted", "undecided": "Not proven"}
_DRAWN_ANEW = {"dense": "its dense layers", "all": "every layer"}
