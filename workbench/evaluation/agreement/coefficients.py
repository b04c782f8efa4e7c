"""The coefficients of agreement, as functions of sums over items.

Each coefficient depends on the items only through a handful of sums (how many pairs of answers agree, how often each
class is given …). Drawing items again for an interval then means adding the same rows again, for all draws at once.

With :math:`r_{ik}` answers *k* to item *i* and :math:`r_i` answers to it in all:

percent, Fleiss, AC2: agreement is the mean over items with two answers or more of the share of agreeing pairs;
chance is made from the mean over all answered items of :math:`r_{ik} / r_i` (Gwet 2014, "Handbook of Inter-Rater
Reliability", 4th edition, chapters 3 and 4: with the same number of answers to every item, Fleiss 1971).
Krippendorff's alpha: from the coincidences of all pairs within items (Krippendorff 2011, "Computing Krippendorff's
Alpha-Reliability"). All are 1 for full agreement and 0 for agreement as by chance.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from workbench.errors import InvalidInputError

Parts = tuple[np.ndarray, np.ndarray]
"""Agreement as observed and as expected by chance; :func:`beyond_chance` makes one coefficient of them."""
WeightKind = Literal["nominal", "linear", "ordinal", "quadratic"]
"""How much a near miss counts; ``nominal``: nothing, so that AC2 is AC1."""


def agreement_weights(kind: WeightKind, n_classes: int) -> np.ndarray:
    """Return how far two answers count as agreeing, shape (n_classes, n_classes), 1 on the diagonal.

    Parameters
    ----------
    kind : {"nominal", "linear", "ordinal", "quadratic"}
        The last three take the classes as ordered (Gwet 2014, section 3.5).

    Raises
    ------
    InvalidInputError
        There is no such kind, or fewer than two classes.
    """
    if kind not in get_args(WeightKind):
        raise InvalidInputError(
            f"Weights must be one of {', '.join(get_args(WeightKind))}. Received {kind!r}."
        )
    if n_classes < 2:
        raise InvalidInputError(f"Agreement needs two classes or more. Received {n_classes}.")
    distance = np.abs(np.subtract.outer(np.arange(n_classes), np.arange(n_classes))).astype(float)
    if kind == "nominal":
        return np.eye(n_classes)
    if kind == "linear":
        return 1 - distance / (n_classes - 1)
    if kind == "quadratic":
        return 1 - (distance / (n_classes - 1)) ** 2
    return 1 - distance * (distance + 1) / (n_classes * (n_classes - 1))


def counts_per_item(codes: np.ndarray, n_classes: int) -> np.ndarray:
    """Return how often each class was given to each item, shape (n_items, n_classes).

    Parameters
    ----------
    codes : np.ndarray, shape (n_items, n_annotators), int
        Class numbers, -1 where somebody did not answer.
    """
    return np.stack([(codes == k).sum(axis=1) for k in range(n_classes)], axis=1).astype(float)


def item_sums(counts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return what each item adds to the coefficients, shape (n_items, 3 + n_classes + n_classes ** 2).

    The columns: answered at all, answered twice or more, share of its pairs that agree, share of each class, and the
    coincidence of each two classes.
    """
    n_items, n_classes = counts.shape
    answers = counts.sum(axis=1)
    several = answers >= 2
    others = np.maximum(answers - 1, 1)
    agreeing = (counts * (counts @ weights - 1)).sum(axis=1) / np.maximum(answers * others, 1)
    shares = counts / np.maximum(answers, 1)[:, None]
    pairs = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(n_classes)
    coincidences = np.where(several[:, None, None], pairs / others[:, None, None], 0.0)
    return np.concatenate(
        [
            (answers > 0)[:, None],
            several[:, None],
            np.where(several, agreeing, 0.0)[:, None],
            shares,
            coincidences.reshape(n_items, n_classes**2),
        ],
        axis=1,
    )


def percent(sums: np.ndarray, weights: np.ndarray) -> Parts:
    """Return the share of agreeing pairs, mean over items, and no chance to set against it."""
    observed = _agreeing(sums)
    return observed, np.zeros_like(observed)


def fleiss_kappa(sums: np.ndarray, weights: np.ndarray) -> Parts:
    """Return Fleiss' kappa in two parts, in Gwet's form for items with different numbers of answers."""
    shares = _class_shares(sums, len(weights))
    return _agreeing(sums), np.einsum("...k,kl,...l", shares, weights, shares)


def gwet_ac2(sums: np.ndarray, weights: np.ndarray) -> Parts:
    """Return Gwet's AC2 (AC1 with nominal weights) in two parts."""
    n_classes = len(weights)
    shares = _class_shares(sums, n_classes)
    chance = weights.sum() / (n_classes * (n_classes - 1)) * (shares * (1 - shares)).sum(axis=-1)
    return _agreeing(sums), chance


def krippendorff_alpha(sums: np.ndarray, weights: np.ndarray) -> Parts:
    """Return Krippendorff's alpha (nominal with nominal weights) in two parts."""
    n_classes = len(weights)
    together = sums[..., -(n_classes**2) :].reshape(*sums.shape[:-1], n_classes, n_classes)
    given = together.sum(axis=-1)
    n_given = given.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = (weights * together).sum(axis=(-1, -2)) / n_given
        chance = (np.einsum("...k,kl,...l", given, weights, given) - n_given) / (n_given * (n_given - 1))
    return observed, chance


def cohen_kappa(tables: np.ndarray) -> Parts:
    """Return Cohen's kappa in two parts, of tables of two annotators, shape (..., n_classes, n_classes)."""
    n_items = tables.sum(axis=(-1, -2))
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = np.trace(tables, axis1=-2, axis2=-1) / n_items
        chance = (tables.sum(axis=-1) * tables.sum(axis=-2)).sum(axis=-1) / n_items**2
    return observed, chance


def beyond_chance(observed: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Return how far agreement goes beyond chance, of what is possible; NaN where chance alone explains all.

    Examples
    --------
    >>> float(beyond_chance(*cohen_kappa(np.array([[20, 5], [10, 15]]))))
    0.4
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(1 - chance > 1e-12, (observed - chance) / (1 - chance), np.nan))


def _class_shares(sums: np.ndarray, n_classes: int) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(sums[..., 3 : 3 + n_classes] / sums[..., :1])


def _agreeing(sums: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(sums[..., 2] / sums[..., 1])
