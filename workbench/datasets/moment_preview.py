"""The face, the mouth, the spectrogram and the sound of a moment, one at a time, as soon as somebody points at it."""

from __future__ import annotations

import functools
import io
from collections.abc import Iterable, Mapping

import numpy as np

from workbench.datasets.catalog import Dataset
from workbench.datasets.crop_shelf import CropShelf
from workbench.datasets.moment_context import clip_of
from workbench.errors import WorkbenchError
from workbench.features.sound_pictures import wav_bytes
from workbench.lazy import load
from workbench.media.audio import SOUND_RATE, Sound, read_sound

HEARD_S = 0.4
"""So much is heard before and after a moment: 30 ms alone are a click."""
_RECORDINGS = 4


class MomentPreviews:
    """Pictures and sounds of many moments; what was read is kept as long as there is room.

    Parameters
    ----------
    dataset : Dataset
    wanted : mapping of str to iterable of int
        The moments (indexes on the 30 ms grid) of each clip that may be asked for.
    """

    def __init__(self, dataset: Dataset, wanted: Mapping[str, Iterable[int]]) -> None:
        self._dataset = dataset
        self._shelf = CropShelf(dataset, ("faces", "mouths"), wanted)
        self._recording = functools.lru_cache(maxsize=_RECORDINGS)(self._read)

    def pictures(self, clip: str, moment: int) -> dict[str, bytes]:
        """Return the face and the mouth of a moment as PNG by name; none where there was no face."""
        crops = {name: self._shelf.crop(clip, f"{name}s", moment) for name in ("face", "mouth")}
        return {name: png_of(crop) for name, crop in crops.items() if crop is not None}

    def sound(self, clip: str, time_s: float) -> bytes | None:
        """Return what is heard around a moment as WAV, or None where the clip has no sound that can be read."""
        sound = self._recording(clip)
        if sound is None:
            return None
        first, last = (max(round((time_s + by) * SOUND_RATE), 0) for by in (-HEARD_S, HEARD_S))
        heard = sound.samples[first:last]
        return wav_bytes(heard) if heard.size else None

    def _read(self, clip: str) -> Sound | None:
        try:
            return read_sound(clip_of(self._dataset, clip).path)
        except WorkbenchError:  # a recording that was moved away still has its point on the map
            return None


def png_of(picture: np.ndarray) -> bytes:
    """Return a picture, shape (height, width, 3), uint8, as PNG: quick to make, not small."""
    stream = io.BytesIO()
    load("PIL.Image").fromarray(np.ascontiguousarray(picture)).save(stream, format="png", compress_level=1)
    return stream.getvalue()
