"""A linear layer found in closed form: Gaussian classes of one covariance, shrunk as Ledoit and Wolf (2004) say.

With hundreds of statistics and about as many utterances a covariance cannot be estimated; shrunk towards its diagonal
it can, and the linear discriminant then needs no epochs, no seed and no strength to choose.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.errors import InvalidInputError
from workbench.lazy import load


@dataclass(frozen=True)
class Discriminant:
    """A softmax layer.

    Attributes
    ----------
    weights : np.ndarray, shape (n_targets, d)
    biases : np.ndarray, shape (n_targets,)
    """

    weights: np.ndarray
    biases: np.ndarray

    @property
    def n_parameters(self) -> int:
        """How many numbers it consists of."""
        return int(self.weights.size + self.biases.size)

    def scores(self, rows: np.ndarray) -> np.ndarray:
        """Return each target's log probability up to a constant a row, shape (n, n_targets), for rows (n, d)."""
        return rows @ self.weights.T + self.biases


def fit_discriminant(rows: np.ndarray, targets: np.ndarray) -> Discriminant:
    """Fit the layer to rows of shape (n, d) whose targets, shape (n,), are numbers from 0 without a gap.

    Raises
    ------
    InvalidInputError
        Fewer than three targets, or one with fewer than two rows.
    """
    counts = np.bincount(targets)
    if len(counts) < 3 or (counts < 2).any():
        raise InvalidInputError(
            f"A discriminant needs 3 targets or more with 2 rows each. Received {counts.tolist()} rows: import more clips."
        )
    analysis = load("sklearn.discriminant_analysis").LinearDiscriminantAnalysis(
        solver="lsqr", shrinkage="auto"
    )
    fitted = analysis.fit(np.asarray(rows, dtype=np.float64), targets)
    return Discriminant(fitted.coef_, fitted.intercept_)
