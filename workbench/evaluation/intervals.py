"""How sure a figure is: 95% intervals that respect who was recorded.

The rule, in one place:

1. Clips of one speaker resemble each other, moments of one clip even more. What is drawn again in a
   bootstrap is therefore the whole **speaker** when every row has one and there are at least
   ``MIN_CLUSTERS`` of them, else the whole **clip**.
2. Few clusters make a percentile interval too narrow; it is widened by Student's t with ``n - 1`` degrees
   of freedom (Hesterberg 2015, "What Teachers Should Know About the Bootstrap", expanded percentile
   interval).
3. A bootstrap knows nothing of errors that did not happen yet (49 of 49 right gives no width). So for
   figures about clips the interval is never narrower than that of as many independent clips: **Wilson's**
   for a share, a Dirichlet posterior of the confusion's rows for an F1. Without five speakers this is all
   there is for a share: 49 of 54 gives 80.1 to 96.0%.
4. For figures about moments, the same with as many independent answers as there are clips stands in only
   where the bootstrap cannot speak: fewer than ``MIN_CLUSTERS`` clusters, or no variation at all.

In simulations with 6 speakers of 9 clips, 80 to 90% right, speakers alike by 0.1 (intraclass correlation),
the nominal 95% interval held the true share in 94% of 300 draws each; Wilson alone in 83 to 87%, a plain
percentile bootstrap over speakers in 83 to 87%.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.errors import InvalidInputError
from workbench.lazy import load

CONFIDENCE = 0.95
MIN_CLUSTERS = 5
N_RESAMPLES = 2000
_CHUNK = 200
_Z = 1.959963984540054

Interval = tuple[float, float]


@dataclass(frozen=True)
class Clusters:
    """What is drawn as a whole when resampling.

    Attributes
    ----------
    codes : np.ndarray, shape (n_rows,), int
        The cluster of each row.
    n : int
        How many clusters there are.
    of : str
        ``"speaker"`` or ``"clip"``.
    """

    codes: np.ndarray
    n: int
    of: str

    @property
    def enough(self) -> bool:
        """Whether resampling them says anything."""
        return self.n >= MIN_CLUSTERS


def clusters_of(rows: pd.DataFrame) -> Clusters:
    """Choose speakers or clips as clusters of the rows (columns ``clip, speaker``) by rule 1 above."""
    speakers = rows["speaker"].to_numpy(dtype=object)
    known = bool(len(rows)) and bool((speakers != "").all())
    if known and rows["speaker"].nunique() >= MIN_CLUSTERS:
        codes, names = pd.factorize(speakers)
        return Clusters(codes, len(names), "speaker")
    codes, names = pd.factorize(rows["clip"].to_numpy(dtype=object))
    return Clusters(codes, len(names), "clip")


def wilson(k: float, n: float) -> Interval:
    """Return Wilson's 95% score interval of ``k`` of ``n`` (fractions allowed: an effective sample).

    Raises
    ------
    InvalidInputError
        Not 0 <= k <= n with n > 0.

    Examples
    --------
    >>> low, high = wilson(49, 54)
    >>> round(low, 3), round(high, 3)
    (0.801, 0.96)
    """
    if not (n > 0 and 0 <= k <= n * (1 + 1e-12)):
        raise InvalidInputError(f"A share must have 0 <= k <= n and n > 0. Received {k} of {n}.")
    value = min(k / n, 1.0)
    centre = value + _Z**2 / (2 * n)
    spread = _Z * np.sqrt(value * (1 - value) / n + _Z**2 / (4 * n**2))
    scale = 1 + _Z**2 / n
    low, high = (centre - spread) / scale, (centre + spread) / scale
    return (0.0 if value == 0 else float(low), 1.0 if value == 1 else float(high))


def resampled_sums(values: np.ndarray, *, seed: int, n_resamples: int = N_RESAMPLES) -> np.ndarray:
    """Draw clusters with replacement and sum their values, many times.

    Parameters
    ----------
    values : np.ndarray, shape (n_clusters, ...)
        What each cluster adds (for instance its confusion matrix).

    Returns
    -------
    np.ndarray, shape (n_resamples, ...), float
    """
    n_clusters = len(values)
    flat = values.reshape(n_clusters, -1).astype(float)
    rng = np.random.default_rng(seed)
    sums = np.empty((n_resamples, flat.shape[1]))
    for start in range(0, n_resamples, _CHUNK):  # in chunks, so that thousands of clips need no gigabytes
        stop = min(start + _CHUNK, n_resamples)
        times_drawn = rng.multinomial(n_clusters, np.full(n_clusters, 1 / n_clusters), size=stop - start)
        sums[start:stop] = times_drawn @ flat
    return sums.reshape(n_resamples, *values.shape[1:])


def percentile(draws: np.ndarray, *, n_clusters: int | None = None) -> Interval | None:
    """Return the middle 95% of draws, widened for few clusters; None when most draws are undefined (NaN).

    Parameters
    ----------
    draws : np.ndarray, shape (n_draws,)
    n_clusters : int, optional
        Widen by rule 2 above for this many clusters (2 or more).
    """
    defined = draws[np.isfinite(draws)]
    if 2 * len(defined) < len(draws) or len(defined) == 0:
        return None
    tail = (1 - CONFIDENCE) / 2
    if n_clusters is not None:
        special = load("scipy.special")
        student = -special.stdtrit(n_clusters - 1, tail)
        tail = float(special.ndtr(-np.sqrt(n_clusters / (n_clusters - 1)) * student))
    low, high = np.quantile(defined, [tail, 1 - tail])
    return float(low), float(high)


def posterior_confusions(counts: np.ndarray, *, seed: int, n_draws: int = N_RESAMPLES) -> np.ndarray:
    """Draw confusion matrices that could have given these counts, rows independent, rows' sums kept.

    Each row is Dirichlet with a prior of one answer in all (for two classes: Jeffreys' prior).

    Parameters
    ----------
    counts : np.ndarray, shape (n_classes, n_classes)

    Returns
    -------
    np.ndarray, shape (n_draws, n_classes, n_classes), float
    """
    rng = np.random.default_rng(seed)
    draws = rng.gamma(counts + 1 / counts.shape[-1], size=(n_draws, *counts.shape))
    shares = draws / np.maximum(draws.sum(axis=-1, keepdims=True), np.finfo(float).tiny)
    return shares * counts.sum(axis=-1, keepdims=True)


def hull(value: float, *intervals: Interval | None) -> Interval:
    """Return the narrowest interval that holds the value and all the intervals."""
    bounds = [bound for interval in intervals if interval is not None for bound in interval]
    return min([value, *bounds]), max([value, *bounds])


def has_width(interval: Interval | None) -> bool:
    """Say whether the interval exists and is more than one point."""
    return interval is not None and interval[1] - interval[0] > 1e-12
