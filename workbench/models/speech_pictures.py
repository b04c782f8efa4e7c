"""Log-mel pictures of utterances in the form the speech network takes, and how they are varied in training.

A training picture is said faster or slower, by a larger or smaller throat (bands moved up or down), louder or softer,
earlier or later; stretches of time and of bands are blotted out (Park et al. 2019, "SpecAugment"). Values are in
standard deviations, so 0 is the mean: what is blotted out or padded is neither loud nor silent.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.features.log_mel import N_BANDS
from workbench.models.speech_network import N_COLUMNS

LARGEST = 4.0
"""Values beyond so many standard deviations are cut."""
TEMPO = (0.85, 1.15)
BAND_SHIFT = 2.0
GAIN = 0.2
N_BLOTS, BLOT_BANDS, BLOT_COLUMNS = 2, 8, 12


def halved(picture: np.ndarray) -> np.ndarray:
    """Return a picture with columns of 20 ms: the means of each two of 10 ms; of a single one, itself."""
    n = len(picture) // 2
    return picture[: 2 * n].reshape(n, 2, -1).mean(axis=1) if n else picture


def laid_out(
    pictures: Sequence[np.ndarray], *, rng: np.random.Generator | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return pictures at one size, with their masks; varied when a generator is given.

    Parameters
    ----------
    pictures : sequence of np.ndarray, shape (n_columns, 64)
        Normalised, 20 ms a column. Longer ones than 128 columns lose both ends (in training, a random part).

    Returns
    -------
    pictures : np.ndarray, shape (n, 128, 64, 1), float32
    masks : np.ndarray, shape (n, 128), float32
        1 where the utterance is, 0 around it.
    """
    together = np.zeros((len(pictures), N_COLUMNS, N_BANDS), np.float32)
    masks = np.zeros((len(pictures), N_COLUMNS), np.float32)
    for k, picture in enumerate(pictures):
        given = np.clip(picture, -LARGEST, LARGEST)
        if rng is not None:
            given = _said_otherwise(given, rng)
        spare = N_COLUMNS - len(given)
        first = abs(spare) // 2 if rng is None else int(rng.integers(0, abs(spare) + 1))
        if spare < 0:
            given, first = given[first : first + N_COLUMNS], 0
        together[k, first : first + len(given)] = given
        masks[k, first : first + len(given)] = 1.0
        if rng is not None:
            _blot(together[k], rng)
    return together[..., None], masks


def _said_otherwise(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a picture at another tempo, with its bands moved and another loudness."""
    tempo = rng.uniform(*TEMPO)
    columns = np.clip(
        (np.arange(max(round(len(picture) / tempo), 1)) * tempo).astype(int), 0, len(picture) - 1
    )
    place = np.clip(np.arange(N_BANDS) + rng.uniform(-BAND_SHIFT, BAND_SHIFT), 0, N_BANDS - 1)
    low = np.floor(place).astype(int)
    part = (place - low).astype(np.float32)
    taken = picture[columns]
    moved = taken[:, low] * (1 - part) + taken[:, np.minimum(low + 1, N_BANDS - 1)] * part
    return (moved + np.float32(rng.normal(0, GAIN))).astype(np.float32)


def _blot(picture: np.ndarray, rng: np.random.Generator) -> None:
    """Blot out bands and columns of a picture, in place."""
    for _ in range(N_BLOTS):
        n_bands, n_columns = int(rng.integers(0, BLOT_BANDS + 1)), int(rng.integers(0, BLOT_COLUMNS + 1))
        band = int(rng.integers(0, N_BANDS - n_bands + 1))
        column = int(rng.integers(0, N_COLUMNS - n_columns + 1))
        picture[:, band : band + n_bands] = 0.0
        picture[column : column + n_columns] = 0.0
