"""One wide picture of neighbouring crops, like a piece of film: what came before and after what is asked about."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.errors import InvalidInputError
from workbench.features.face import crop_square
from workbench.lazy import load

CELL_PX = 72
"""Side of one cell; crops are scaled to it, for the judged picture stays the lossless one."""
_NO_FACE = 128
_QUALITY = 85


@dataclass(frozen=True)
class Strip:
    """A film strip.

    Attributes
    ----------
    name : {"mouth", "face"}
        What the cells show.
    jpeg : bytes
        Square cells side by side; an even grey one where no face was found.
    times_s : tuple of float
        The moment of each cell, seconds from the clip's time zero.
    marked : tuple of int
        First and last cell that the answer is about, counted from 0.
    """

    name: str
    jpeg: bytes
    times_s: tuple[float, ...]
    marked: tuple[int, int]


def draw_strip(
    name: str, crops: Sequence[np.ndarray | None], times_s: Sequence[float], *, marked: tuple[int, int]
) -> Strip:
    """Put crops side by side.

    Parameters
    ----------
    crops : sequence of np.ndarray or None
        Square RGB pictures, uint8; None where there was no face.
    times_s : sequence of float
        One for each crop.
    marked : tuple of int
        First and last cell that is asked about.

    Raises
    ------
    InvalidInputError
        There are no crops, not one time for each, or marked cells that are not there.
    """
    if not crops or len(crops) != len(times_s) or not 0 <= marked[0] <= marked[1] < len(crops):
        raise InvalidInputError(
            "A strip must have cells, a time for each, and marked ones among them. "
            f"Received {len(crops)} crops, {len(times_s)} times, marked {marked}."
        )
    cells = [_cell(crop) for crop in crops]
    stream = io.BytesIO()
    load("PIL.Image").fromarray(np.concatenate(cells, axis=1)).save(stream, format="jpeg", quality=_QUALITY)
    return Strip(name, stream.getvalue(), tuple(map(float, times_s)), marked)


def _cell(crop: np.ndarray | None) -> np.ndarray:
    if crop is None:
        return np.full((CELL_PX, CELL_PX, 3), _NO_FACE, np.uint8)
    side = crop.shape[0]
    return crop_square(crop, centre=(side / 2, side / 2), side_px=side, size=CELL_PX)
