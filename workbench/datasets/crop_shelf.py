"""The crops that tasks show: read clip by clip when they are wanted, kept as long as there is room."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.moment_context import clip_of
from workbench.features.spectrogram import N_SAMPLES
from workbench.media.audio import read_sound

ROOM_BYTES = 192 * 1024 * 1024
"""Crops beyond this are forgotten, the longest unseen first, and read again when they are wanted."""


@dataclass(frozen=True, eq=False)
class ClipGrid:
    """The moments of a clip: ``time_s`` of each, and its row among the clip's faces (-1 without a face)."""

    time_s: np.ndarray
    face_rows: np.ndarray


class CropShelf:
    """Crops and hashes for the moments of many tasks.

    Parameters
    ----------
    dataset : Dataset
    arrays : tuple of {"mouths", "faces"}
        Which crops; none for a question that is only heard.
    wanted : mapping of str to iterable of int
        The moments (indexes on the grid) of each clip that will be shown, neighbours included.
    room_bytes : int
        How much is kept.
    """

    def __init__(
        self,
        dataset: Dataset,
        arrays: tuple[str, ...],
        wanted: Mapping[str, Iterable[int]],
        *,
        room_bytes: int = ROOM_BYTES,
    ) -> None:
        self.dataset = dataset
        self.arrays = arrays
        self._store = FeatureStore(dataset.features)
        self._wanted = {clip: frozenset(moments) for clip, moments in wanted.items()}
        self._room_bytes = room_bytes
        self._grids: dict[str, ClipGrid] = {}
        self._crops: OrderedDict[str, dict[str, dict[int, np.ndarray]]] = OrderedDict()
        self._bytes = 0
        self._sounds: dict[str, dict[int, str]] = {}

    def grid(self, clip: str) -> ClipGrid:
        """Return the moments of a clip."""
        if clip not in self._grids:
            arrays = self._store.arrays(clip, ("time_s", "found"))
            rows = np.where(arrays["found"], np.cumsum(arrays["found"]) - 1, -1)
            self._grids[clip] = ClipGrid(arrays["time_s"], rows)
        return self._grids[clip]

    def want(self, clip: str, moments: Iterable[int]) -> None:
        """Say that these moments of a clip will be shown too."""
        before = self._wanted.get(clip, frozenset())
        self._wanted[clip] = before | frozenset(moments)
        if self._wanted[clip] != before and clip in self._crops:
            self._bytes -= _size(self._crops.pop(clip))

    def crop(self, clip: str, name: str, moment: int) -> np.ndarray | None:
        """Return one crop, or None where there was no face."""
        return self._of_clip(clip)[name].get(moment)

    def pixels_sha256(self, clip: str, moments: Iterable[int]) -> str:
        """Hash the pixels of the first array at these moments, one after the other: RGB bytes row by row."""
        digest = hashlib.sha256()
        for moment in moments:
            crop = self.crop(clip, self.arrays[0], moment)
            if crop is not None:
                digest.update(np.ascontiguousarray(crop).tobytes())
        return digest.hexdigest()

    def sound_sha256(self, clip: str, moment: int) -> str:
        """Hash the 30 ms of sound that start at a moment: 1,440 samples of float32, what its column was made from."""
        known = self._sounds.setdefault(clip, {})
        if moment not in known:
            sound = read_sound(clip_of(self.dataset, clip).path)
            times = self.grid(clip).time_s
            for index in (self._wanted.get(clip, frozenset()) & set(range(len(times)))) | {moment}:
                samples = np.zeros(0) if sound is None else sound.window(float(times[index]), N_SAMPLES)
                known[index] = hashlib.sha256(samples.astype("<f4").tobytes()).hexdigest()
        return known[moment]

    def _of_clip(self, clip: str) -> dict[str, dict[int, np.ndarray]]:
        if clip in self._crops:
            self._crops.move_to_end(clip)
            return self._crops[clip]
        rows = self.grid(clip).face_rows
        moments = [m for m in sorted(self._wanted.get(clip, ())) if 0 <= m < len(rows) and rows[m] >= 0]
        whole = self._store.arrays(clip, self.arrays)
        # Copies: a slice would keep the whole clip's pictures in memory.
        read = {name: {m: whole[name][rows[m]].copy() for m in moments} for name in self.arrays}
        self._crops[clip] = read
        self._bytes += _size(read)
        while self._bytes > self._room_bytes and len(self._crops) > 1:
            self._bytes -= _size(self._crops.popitem(last=False)[1])
        return read


def _size(crops: dict[str, dict[int, np.ndarray]]) -> int:
    return sum(crop.nbytes for by_moment in crops.values() for crop in by_moment.values())
