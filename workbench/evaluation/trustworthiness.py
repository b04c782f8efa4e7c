"""How far the neighbours on a map can be believed: trustworthiness (Venna & Kaski 2001), with its interval.

T(k) = 1 - 2 / (n k (2n - 3k - 1)) x the sum, over all points and their k neighbours on the map, of how far beyond the
k-th place each stands among the neighbours in the space that was mapped. 1: no false neighbour; a layout by lot: about
one half.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import InvalidInputError
from workbench.evaluation.estimates import Score
from workbench.evaluation.intervals import clusters_of, hull, percentile, resampled_sums

N_NEIGHBOURS = 12
"""As in van der Maaten 2009, "Learning a Parametric Embedding by Preserving Local Structure"."""
MOST_ASKED = 2000
"""On a larger map so many points are asked, drawn by lot; each is compared with all the others."""
_CHUNK_VALUES = 4_000_000


@dataclass(frozen=True)
class Trust:
    """The trustworthiness of a map.

    Attributes
    ----------
    score : Score
        The value, with a 95% interval over speakers or clips where there are enough of them.
    k : int
        How many neighbours count.
    n_asked, n : int
        How many points were asked, of how many.
    """

    score: Score
    k: int
    n_asked: int
    n: int

    def in_words(self) -> str:
        """Say it: ``"trustworthiness 0.973 (95% interval 0.968 to 0.978; 12 neighbours, 2,000 of 20,000 points asked)"``."""
        low, high = self.score.low, self.score.high
        interval = "no interval" if low is None else f"95% interval {low:.3f} to {high:.3f}"
        asked = f"{self.n_asked:,} of {self.n:,} points asked"
        return f"trustworthiness {self.score.value:.3f} ({interval}; {self.k} neighbours, {asked})"

    def as_json(self) -> dict[str, Any]:
        """Return the score with ``k``, ``n_asked`` and ``n``."""
        return self.score.as_json() | {"k": self.k, "n_asked": self.n_asked, "n": self.n}


def trustworthiness(
    features: np.ndarray,
    points: np.ndarray,
    *,
    rows: pd.DataFrame | None = None,
    k: int = N_NEIGHBOURS,
    most_asked: int = MOST_ASKED,
    seed: int = 0,
) -> Trust:
    """Say how many of the neighbours on a map are neighbours in the space that was mapped.

    Parameters
    ----------
    features : np.ndarray, shape (n, d)
        What was mapped.
    points : np.ndarray, shape (n, 2)
        The map.
    rows : pd.DataFrame, n rows, optional
        ``clip, speaker`` of each point: whole speakers, else whole clips, are drawn again for the interval. Without
        it there is no interval.
    k : int
        How many neighbours count; lowered on a map of few points, where it must be below n / 2.

    Raises
    ------
    InvalidInputError
        The numbers of rows differ, or fewer than 4 points.
    """
    n = len(features)
    if n < 4 or len(points) != n or (rows is not None and len(rows) != n):
        raise InvalidInputError(
            f"Trustworthiness needs 4 points or more, each with its features. Received {len(points)} points and {n} rows."
        )
    k = min(k, (n - 1) // 2)
    asked: np.ndarray = np.arange(n)
    if n > most_asked:
        asked = np.sort(np.random.default_rng([seed, 17]).choice(n, most_asked, replace=False))
    beyond = _places_beyond(np.asarray(features, float), np.asarray(points, float), asked, k)
    each = 1 - 2 / (k * (2 * n - 3 * k - 1)) * beyond
    score = Score(float(each.mean()), None, None)
    if rows is not None:
        score = _with_interval(each, rows.iloc[asked], seed)
    return Trust(score, k, len(asked), n)


def _places_beyond(features: np.ndarray, points: np.ndarray, asked: np.ndarray, k: int) -> np.ndarray:
    """Return, for each point asked, by how many places its k neighbours on the map lie beyond the k-th, in all.

    A place is one more than the number of others that are strictly nearer: who is equally far shares the best place.
    """
    sums = np.empty(len(asked))
    step = max(1, _CHUNK_VALUES // len(features))
    for first in range(0, len(asked), step):
        some = asked[first : first + step]
        there = np.arange(len(some))
        on_map, in_space = _squared_distances(points, some), _squared_distances(features, some)
        for distances in (on_map, in_space):
            distances[there, some] = np.inf  # nobody is its own neighbour
        neighbours = np.argpartition(on_map, k - 1, axis=1)[:, :k]
        beyond = np.zeros(len(some))
        for column in neighbours.T:
            place = 1 + (in_space < in_space[there, column][:, None]).sum(axis=1)
            beyond += np.maximum(place - k, 0)
        sums[first : first + step] = beyond
    return sums


def _squared_distances(rows: np.ndarray, some: np.ndarray) -> np.ndarray:
    centred = rows - rows.mean(axis=0)  # large common offsets would eat the digits
    squares = (centred**2).sum(axis=1)
    return squares[some][:, None] - 2 * centred[some] @ centred.T + squares


def _with_interval(each: np.ndarray, rows: pd.DataFrame, seed: int) -> Score:
    value, clusters = float(each.mean()), clusters_of(rows)
    if not clusters.enough:
        return Score(value, None, None)
    sums = np.stack(
        [np.bincount(clusters.codes, each, clusters.n), np.bincount(clusters.codes, minlength=clusters.n)], 1
    )
    drawn = resampled_sums(sums, seed=seed)
    return Score(value, *hull(value, percentile(drawn[:, 0] / drawn[:, 1], n_clusters=clusters.n)))
