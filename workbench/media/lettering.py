"""Words on pictures: each is drawn once, kept as a mask, and laid down in any colour.

The letters come with Pillow, so that they look the same on every machine. What is written is the workbench's own words
and numbers, never a file's name: that may give somebody away, and its letters may be of any script.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import numpy as np

from workbench.lazy import load

Rgb = tuple[int, int, int]


def rgb(colour: str) -> Rgb:
    """Return ``#rrggbb`` as three numbers.

    Examples
    --------
    >>> rgb("#D55E00")
    (213, 94, 0)
    """
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


@cache
def _letters(size_px: int) -> Any:
    return load("PIL.ImageFont").load_default(size=size_px)


@lru_cache(maxsize=1024)
def mask(text: str, size_px: int) -> np.ndarray:
    """Return how much of each pixel a word covers, shape (height, width), float32 in [0, 1].

    Words of one size have one height, so that they stand on one line.
    """
    letters = _letters(size_px)
    ascent, descent = letters.getmetrics()
    width = max(round(letters.getlength(text)), 1)
    page = load("PIL.Image").new("L", (width, ascent + descent))
    load("PIL.ImageDraw").Draw(page).text((0, 0), text, fill=255, font=letters)
    return np.asarray(page, np.float32) / 255


def write(image: np.ndarray, text: str, *, x: int, y: int, size_px: int, colour: Rgb) -> int:
    """Write ``text`` with its upper left corner at (x, y), cut off at the edges; return its width in pixels."""
    covered = mask(text, size_px)
    height, width = covered.shape
    left, top = max(x, 0), max(y, 0)
    right, bottom = min(x + width, image.shape[1]), min(y + height, image.shape[0])
    if right > left and bottom > top:
        part = image[top:bottom, left:right]
        share = covered[top - y : bottom - y, left - x : right - x, None]
        part[:] = np.rint(part * (1 - share) + np.array(colour, np.float32) * share).astype(np.uint8)
    return width


def width_of(text: str, size_px: int) -> int:
    """Return how many pixels wide a text is."""
    return mask(text, size_px).shape[1]
