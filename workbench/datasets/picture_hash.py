"""Two numbers that say how alike two pictures are: a perceptual hash, and a small picture freed of its light."""

from __future__ import annotations

import numpy as np

from workbench.datasets.near_duplicates import small_grey

HASH_BITS = 64
_SIDE_PX, _LOW = 32, 8
APPEARANCE_PX = 16
"""The size at which two faces are laid over each other: the gap of the lips is still seen, noise is not."""


def perceptual_hash(pictures: np.ndarray) -> np.ndarray:
    """Return the 64 bits of the pHash of each picture, shape (n, 64), as float32 of -1 and +1.

    The picture at 32 x 32 grey values, its discrete cosine transform, the 8 x 8 lowest frequencies without the
    constant row and column, each above or below their median (Zauner 2010, "Implementation and Benchmarking of
    Perceptual Image Hash Functions", section 3.1.1; the library pHash). Kept as signs, so that the number of bits in
    which two hashes differ is ``(64 - a @ b) / 2`` and many are compared by one matrix product.

    Parameters
    ----------
    pictures : np.ndarray, shape (n, size, size, 3), uint8
        ``size`` is 32 or more.
    """
    grey = small_grey(pictures, size_px=_SIDE_PX).reshape(len(pictures), _SIDE_PX, _SIDE_PX)
    place = 2 * np.arange(_SIDE_PX) + 1
    waves = np.cos(np.pi * np.arange(1, _LOW + 1)[:, None] * place / (2 * _SIDE_PX)).astype(np.float32)
    low = (waves @ grey @ waves.T).reshape(len(pictures), HASH_BITS)
    middle = np.median(low, axis=1, keepdims=True) if len(low) else low
    return np.where(low > middle, np.float32(1), np.float32(-1))


def appearance(pictures: np.ndarray) -> np.ndarray:
    """Return 16 x 16 grey values of each picture, without their mean and at length 1, shape (n, 256), float32.

    The distance of two rows is ``sqrt(2 - 2 r)`` with ``r`` the correlation of the two small pictures: lighter,
    darker or harder copies lie at 0, unrelated pictures at about 1.4.

    Parameters
    ----------
    pictures : np.ndarray, shape (n, size, size, 3), uint8
    """
    small = small_grey(pictures, size_px=APPEARANCE_PX)
    centred = small - small.mean(axis=1, keepdims=True) if len(small) else small
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    return (centred / np.maximum(length, 1e-6)).astype(np.float32)
