"""Who was taken for what: counts with rows true, columns predicted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.errors import InvalidInputError


@dataclass(frozen=True)
class Confusion:
    """A confusion matrix.

    Attributes
    ----------
    classes : tuple of str
        The order of rows and columns.
    counts : np.ndarray, shape (n_classes, n_classes), int
        ``counts[i, j]``: rows of true class ``i`` predicted as ``j``.
    """

    classes: tuple[str, ...]
    counts: np.ndarray

    def row_shares(self) -> np.ndarray:
        """Return each row as shares of its sum, shape as ``counts``; a row without any is NaN."""
        sums = self.counts.sum(axis=1, keepdims=True)
        return np.divide(self.counts, sums, out=np.full(self.counts.shape, np.nan), where=sums > 0)

    def as_json(self) -> dict[str, Any]:
        """Return ``{"classes": […], "counts": [[…]]}``."""
        return {"classes": list(self.classes), "counts": [[int(n) for n in row] for row in self.counts]}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Confusion:
        """Return what :meth:`as_json` wrote."""
        n = len(content["classes"])
        return cls(tuple(content["classes"]), np.array(content["counts"], dtype=int).reshape(n, n))


def confusions_by_group(
    truth: np.ndarray, predicted: np.ndarray, groups: np.ndarray, *, classes: tuple[str, ...], n_groups: int
) -> np.ndarray:
    """Count true against predicted classes within each group.

    Parameters
    ----------
    truth, predicted : np.ndarray, shape (n_rows,)
        Names of classes.
    groups : np.ndarray, shape (n_rows,), int
        Number of each row's group, 0 to ``n_groups - 1``.

    Returns
    -------
    np.ndarray, shape (n_groups, n_classes, n_classes), int
        Rows true, columns predicted; summed over the groups it is the confusion matrix.

    Raises
    ------
    InvalidInputError
        A name is none of ``classes``.
    """
    size = len(classes)
    cells = (groups * size + _codes(truth, classes)) * size + _codes(predicted, classes)
    return np.bincount(cells.astype(int), minlength=n_groups * size * size).reshape(n_groups, size, size)


def _codes(names: np.ndarray, classes: tuple[str, ...]) -> np.ndarray:
    number = {name: position for position, name in enumerate(classes)}
    try:
        return np.array([number[name] for name in names], dtype=int)
    except KeyError as error:
        raise InvalidInputError(
            f"A truth or prediction must be one of {', '.join(classes)}. Received {error.args[0]!r}."
        ) from error
