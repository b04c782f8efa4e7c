"""Everybody against their own usual voice: each feature less the speaker's mean, over the speaker's spread.

**It is transductive.** Mean and spread come from all clips of a speaker that are there, those to be judged included,
and never from an answer. So it fits a person of whom several clips of differing moods are known before the first is
judged, and does not fit a single clip of a stranger.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.errors import InvalidInputError

_TINY = 1e-8
LEAST_CLIPS = 2


def normalise_rows(values: np.ndarray, speakers: Sequence[str]) -> np.ndarray:
    """Return rows less their speaker's mean, over their speaker's standard deviation, column by column.

    Parameters
    ----------
    values : np.ndarray, shape (n, d)
    speakers : sequence of str, length n

    Raises
    ------
    InvalidInputError
        A row without a speaker, or a speaker with one row only.

    Examples
    --------
    >>> normalise_rows(np.array([[1.0], [3.0], [70.0], [90.0]]), ["a", "a", "b", "b"]).ravel().round(3)
    array([-1.,  1., -1.,  1.])
    """
    values = np.asarray(values, dtype=np.float64)
    normalised = np.empty_like(values)
    for rows in rows_of_speakers(speakers):
        mean, spread = values[rows].mean(axis=0), values[rows].std(axis=0)
        normalised[rows] = (values[rows] - mean) / np.maximum(spread, _TINY)
    return normalised


def normalise_pictures(pictures: Sequence[np.ndarray], speakers: Sequence[str]) -> list[np.ndarray]:
    """Return pictures, shape (n_columns, n_bands) each, whose bands are normalised over all columns of their speaker.

    Raises
    ------
    InvalidInputError
        As :func:`normalise_rows`.
    """
    normalised: list[np.ndarray] = [np.zeros(0)] * len(pictures)
    for rows in rows_of_speakers(speakers):
        columns = np.concatenate([pictures[k] for k in rows])
        mean, spread = columns.mean(axis=0), np.maximum(columns.std(axis=0), _TINY)
        for k in rows:
            normalised[k] = ((pictures[k] - mean) / spread).astype(np.float32)
    return normalised


def rows_of_speakers(speakers: Sequence[str]) -> list[np.ndarray]:
    """Return the rows of every speaker.

    Raises
    ------
    InvalidInputError
        A row without a speaker, or a speaker with one row only.
    """
    names = np.asarray(speakers, dtype=object)
    if (n_unknown := int((names == "").sum())) > 0:
        raise InvalidInputError(
            f"Normalising by speaker needs a speaker for every clip. {n_unknown} of {len(names)} clips have none: "
            "fill in the catalog's speaker column, or do without (--normalise none)."
        )
    found = []
    for name in sorted(set(names)):
        rows = np.flatnonzero(names == name)
        if len(rows) < LEAST_CLIPS:
            raise InvalidInputError(
                f"Normalising by speaker needs {LEAST_CLIPS} clips or more of everyone. There is 1 of {name!r}: "
                "import more, or do without (--normalise none)."
            )
        found.append(rows)
    return found
