"""Scores of confusion matrices: pure functions on counts with rows true, columns predicted.

All of them take any number of matrices at once, shape (..., n_classes, n_classes), so that a bootstrap is
one call. A score that has no meaning (nothing was predicted so, no such case exists) is NaN, never 0 or 1;
:mod:`workbench.evaluation.estimates` turns NaN into "undefined" with the reason.
"""

from __future__ import annotations

import warnings

import numpy as np


def accuracy(counts: np.ndarray) -> np.ndarray:
    """Return the share of right answers, shape (...); NaN without any answer.

    Examples
    --------
    >>> float(accuracy(np.array([[3, 1], [0, 4]])))
    0.875
    """
    return _ratio(_right(counts).sum(axis=-1), counts.sum(axis=(-2, -1)))


def precision(counts: np.ndarray) -> np.ndarray:
    """Return, per class, how often saying it was right, shape (..., n_classes); NaN if never said."""
    return _ratio(_right(counts), counts.sum(axis=-2))


def recall(counts: np.ndarray) -> np.ndarray:
    """Return, per class, how many of its cases were found, shape (..., n_classes); NaN if it has none."""
    return _ratio(_right(counts), counts.sum(axis=-1))


def f1(counts: np.ndarray) -> np.ndarray:
    """Return, per class, the harmonic mean of precision and recall, shape (..., n_classes).

    0 where the class has cases and none was found; NaN where it has no case, whatever was predicted.
    """
    cases = counts.sum(axis=-1)
    value = _ratio(2 * _right(counts), cases + counts.sum(axis=-2))
    return np.where(cases > 0, value, np.nan)


def macro_f1(counts: np.ndarray) -> np.ndarray:
    """Return the mean F1 of the classes that have cases, each counting the same, shape (...)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the mean of nothing is NaN: that is the answer
        return np.nanmean(f1(counts), axis=-1)


def _right(counts: np.ndarray) -> np.ndarray:
    return np.diagonal(counts, axis1=-2, axis2=-1)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    part, whole = np.broadcast_arrays(np.asarray(part, dtype=float), np.asarray(whole, dtype=float))
    return np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0)
