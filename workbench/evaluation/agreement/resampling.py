"""How sure a coefficient is: items drawn again, whole clips where there are enough of them.

Neighbouring frames of a clip resemble each other, so what is drawn again is the whole **clip** when the items come
from at least ``MIN_CLUSTERS`` clips, else the single **item**. Few units make a percentile interval too narrow; it is
widened by Student's t (:mod:`workbench.evaluation.intervals`, rule 2). Drawing again knows nothing of disagreement
that did not happen yet: where it gives no width (all agree), the lower end of **Wilson's** interval for the share of
agreeing pairs, carried over into the coefficient, stands in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.evaluation.agreement.coefficients import Parts, beyond_chance
from workbench.evaluation.estimates import Score, Share, score, share
from workbench.evaluation.intervals import (
    MIN_CLUSTERS,
    N_RESAMPLES,
    has_width,
    hull,
    percentile,
    resampled_sums,
    wilson,
)

_MOST_AT_ONCE = 200_000


@dataclass(frozen=True)
class Units:
    """What is drawn again as a whole.

    Attributes
    ----------
    codes : np.ndarray, shape (n_items,), int
        The unit of each item.
    n : int
    of : {"clip", "item"}
    """

    codes: np.ndarray
    n: int
    of: str


def units_of(items: pd.DataFrame) -> Units:
    """Choose what is drawn again: whole clips, or single items where there are too few clips."""
    codes, names = pd.factorize(items["clip"])
    if len(names) >= MIN_CLUSTERS:
        return Units(codes, len(names), "clip")
    return Units(np.arange(len(items)), len(items), "item")


def drawn_again(sums: np.ndarray, units: Units, *, seed: int) -> np.ndarray:
    """Return the sums of many resamples, shape (n_resamples, n_sums)."""
    per_unit = np.zeros((units.n, sums.shape[1]))
    np.add.at(per_unit, units.codes, sums)
    n_resamples = N_RESAMPLES if units.n <= _MOST_AT_ONCE else N_RESAMPLES // 10
    return resampled_sums(per_unit, seed=seed, n_resamples=n_resamples)


def estimate(
    coefficient: Callable[[np.ndarray], Parts],
    sums: np.ndarray,
    draws: np.ndarray,
    *,
    n_units: int,
    undefined: str,
) -> Score:
    """Return a coefficient with its interval, or why there is none.

    Parameters
    ----------
    coefficient : callable
        From sums, shape (..., n_sums), to agreement observed and by chance.
    sums : np.ndarray, shape (n_sums,)
        Of all items.
    draws : np.ndarray, shape (n_resamples, n_sums)
    n_units : int
        How many clips or items were drawn again.
    undefined : str
        Why there is no value, should there be none.
    """
    observed, chance = (float(part) for part in coefficient(sums))
    value = float(beyond_chance(np.asarray(observed), np.asarray(chance)))
    if not np.isfinite(value):
        return score(np.nan, (0, 0), undefined=undefined)
    drawn = percentile(beyond_chance(*coefficient(draws)), n_clusters=n_units) if n_units > 1 else None
    if not has_width(drawn):
        low, high = wilson(min(observed, 1.0) * n_units, n_units)
        drawn = (low - chance) / (1 - chance), (high - chance) / (1 - chance)
    return score(value, hull(value, drawn), undefined=undefined)


def share_by_clip(
    hits: pd.Series, clips: pd.Series, *, seed: int, undefined: str = "no such answer"
) -> Share:
    """Return the share of ``hits`` (bool): whole clips drawn again from five on, never narrower than Wilson's."""
    k, n = int(hits.sum()), len(hits)
    if n == 0:
        return share(0, 0, (0, 0), undefined=undefined)
    codes, names = pd.factorize(clips)
    interval = wilson(k, n)
    if len(names) >= MIN_CLUSTERS:
        per_clip = np.zeros((len(names), 2))
        np.add.at(per_clip, codes, np.column_stack([hits.to_numpy(float), np.ones(n)]))
        draws = resampled_sums(per_clip, seed=seed)
        interval = hull(k / n, interval, percentile(draws[:, 0] / draws[:, 1], n_clusters=len(names)))
    return share(k, n, interval, undefined=undefined)
