"""The pictures of any moment or span that somebody answered: what was asked about, not what is asked next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.datasets.catalog import Dataset
from workbench.datasets.crop_shelf import CropShelf
from workbench.datasets.film_strip import Strip
from workbench.datasets.frame_tasks import NEIGHBOURS, PICTURES, Picture, check_request, pictures_of, strip_of
from workbench.errors import InvalidInputError

MOST_CELLS = 60
"""A longer span's film strip shows its beginning."""


@dataclass(frozen=True)
class ShownItem:
    """What was to be seen.

    Attributes
    ----------
    pictures : tuple of Picture
        The crop that the question's network gets in the middle of the item, then what helps to see it; none for a
        voice.
    strip : Strip or None
        The item's moments, marked, with their neighbours.
    """

    pictures: tuple[Picture, ...]
    strip: Strip | None


def shown_item(dataset: Dataset, question: str, clip: str, start_s: float, end_s: float) -> ShownItem:
    """Return the pictures of a moment or span; raises :class:`InvalidInputError` for a clip that was not extracted."""
    check_request(question, 1)
    shelf = CropShelf(dataset, PICTURES[question], {})
    times = shelf.grid(clip).time_s
    if not len(times):
        raise InvalidInputError(f"A clip must have moments to be shown. {clip} has none: extract it again.")
    first, last = (int(np.abs(times - t).argmin()) for t in (start_s, end_s))
    last = min(last, first + MOST_CELLS)
    middle = (first + last) // 2
    shelf = CropShelf(dataset, PICTURES[question], {clip: range(first - NEIGHBOURS, last + NEIGHBOURS + 1)})
    return ShownItem(pictures_of(shelf, clip, middle), strip_of(shelf, clip, first, last))
