"""A clip's opinion as it grows, moment by moment (Yakaew 2021, section 2, step 6)."""

from __future__ import annotations

import math

import numpy as np

from workbench.errors import InvalidInputError

ALPHA = 0.1
"""How much the newest moment counts (Yakaew 2021)."""


def accumulate(probabilities: np.ndarray, *, alpha: float = ALPHA) -> np.ndarray:
    """Return the accumulated probabilities after every moment.

    ``a_0 = y_0, a_t = alpha y_t + (1 - alpha) a_(t-1)``.

    Parameters
    ----------
    probabilities : np.ndarray, shape (n_moments, n_classes)
        One row per moment, in the order of time.
    alpha : float, in (0, 1]
        Share of the newest moment; 1 forgets all before it.

    Returns
    -------
    np.ndarray, shape (n_moments, n_classes)
        The last row decides the clip. No rows in, no rows out.

    Raises
    ------
    InvalidInputError
        ``alpha`` is outside (0, 1] or the array has another shape.

    Examples
    --------
    >>> accumulate(np.array([[1.0, 0.0], [0.0, 1.0]])).round(2)
    array([[1. , 0. ],
           [0.9, 0.1]])
    """
    check_alpha(alpha)
    values = np.asarray(probabilities, dtype=float)
    if values.ndim != 2:
        raise InvalidInputError(
            f"probabilities must have the shape (n_moments, n_classes). Received {values.shape}: "
            "pass one row per moment."
        )
    accumulated = np.empty_like(values)
    accumulated[:1] = values[:1]
    for moment in range(1, len(values)):
        accumulated[moment] = alpha * values[moment] + (1 - alpha) * accumulated[moment - 1]
    return accumulated


def check_alpha(alpha: float) -> None:
    """Raise InvalidInputError unless ``alpha`` lies in (0, 1]."""
    if not (math.isfinite(alpha) and 0 < alpha <= 1):
        raise InvalidInputError(f"alpha must lie in (0, 1]. Received {alpha}: pass a share such as 0.1.")
