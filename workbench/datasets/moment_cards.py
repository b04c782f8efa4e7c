"""Small compressed pictures of moments, ready before anybody asks: face, mouth, and the sound around as the network hears it."""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.features.spectrogram import IMAGE_SIZE, column_strips
from workbench.lazy import load
from workbench.media.audio import SOUND_RATE

Place = tuple[str, int]
"""A clip, and the index of a moment on its grid."""

AROUND = 17
"""So many 30 ms columns before and after a moment are in its spectrogram: half a second either way."""
TOP_HZ = 8_000.0
_ROWS = round(IMAGE_SIZE * TOP_HZ / (SOUND_RATE / 2))
_NO_SOUND = (225, 225, 225)
_QUALITY = 85
MOST_KEPT = 4_000
"""Cards kept in memory, about 10 kB each; the longest unseen are forgotten first."""


@dataclass(frozen=True)
class CardPictures:
    """What is to be seen of one moment.

    Attributes
    ----------
    face, mouth : bytes or None
        JPEG 96 x 96 and PNG 28 x 28, the crops that the networks get; None without a face.
    sound : bytes or None
        PNG, 35 columns of 30 ms with the moment in the middle, each the audio network's own column, 0 to 8 kHz; None
        where the clip has no sound there.
    """

    face: bytes | None
    mouth: bytes | None
    sound: bytes | None


class CardShelf:
    """Makes the pictures of moments, clip by clip, and keeps them.

    Parameters
    ----------
    dataset : Dataset
        An extracted one.
    most_kept : int
        How many cards are kept.
    """

    def __init__(self, dataset: Dataset, *, most_kept: int = MOST_KEPT) -> None:
        self._store = FeatureStore(dataset.features)
        self._most_kept = most_kept
        self._kept: OrderedDict[Place, CardPictures] = OrderedDict()

    def of(self, clip: str, moment: int) -> CardPictures:
        """Return the pictures of one moment; raises as :meth:`FeatureStore.arrays`."""
        place = (clip, moment)
        if place not in self._kept:
            self.prepare([place])
        self._kept.move_to_end(place)
        return self._kept[place]

    def missing(self, places: Iterable[Place]) -> list[Place]:
        """Return those that are not made yet."""
        return [place for place in places if place not in self._kept]

    def prepare(self, places: Iterable[Place]) -> None:
        """Make the pictures of these moments, reading each clip once."""
        by_clip: dict[str, list[int]] = {}
        for clip, moment in self.missing(places):
            by_clip.setdefault(clip, []).append(moment)
        for clip, moments in by_clip.items():
            arrays = self._store.arrays(clip, ("found", "faces", "mouths", "columns"))
            rows = np.where(arrays["found"], np.cumsum(arrays["found"]) - 1, -1)
            for moment in moments:
                self._kept[clip, moment] = _pictures(arrays, rows, moment)
        while len(self._kept) > self._most_kept:
            self._kept.popitem(last=False)


def _pictures(arrays: dict[str, np.ndarray], rows: np.ndarray, moment: int) -> CardPictures:
    row = rows[moment] if 0 <= moment < len(rows) else -1
    seen = row >= 0
    return CardPictures(
        face=_encoded(arrays["faces"][row], "jpeg") if seen else None,
        mouth=_encoded(arrays["mouths"][row], "png") if seen else None,
        sound=_sound(arrays["columns"], moment),
    )


def _sound(columns: np.ndarray, moment: int) -> bytes | None:
    first, last = moment - AROUND, moment + AROUND + 1
    inside = np.arange(max(first, 0), min(last, len(columns)))
    heard = inside[np.isfinite(columns[inside]).all(axis=1)] if inside.size else inside
    if not heard.size:
        return None
    picture = np.full((_ROWS, last - first, 3), _NO_SOUND, np.uint8)
    strips = column_strips(columns[heard])[:, -_ROWS:, 0, :]
    picture[:, heard - first] = np.rint(strips.transpose(1, 0, 2) * 255).astype(np.uint8)
    return _encoded(picture, "png")


def _encoded(image: np.ndarray, kind: str) -> bytes:
    stream = io.BytesIO()
    options = {"quality": _QUALITY} if kind == "jpeg" else {"compress_level": 3}
    load("PIL.Image").fromarray(np.ascontiguousarray(image)).save(stream, format=kind, **options)
    return stream.getvalue()
