"""Moments of a dataset to be labelled: spread over speakers and clips, each with the pixels the networks get.

What the recording was meant to show is never looked at here: people answer what they see.
"""

from __future__ import annotations

import hashlib
import io
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

import numpy as np

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.errors import InvalidInputError
from workbench.lazy import load

PICTURES = {"mouth": ("mouths", "faces"), "sentiment": ("faces",)}
"""Which arrays are shown for a question: first the one its network gets, then what helps to see it."""
_WORDS = {"mouths": "mouth", "faces": "face"}


@dataclass(frozen=True)
class Picture:
    """One picture to show.

    Attributes
    ----------
    name : {"mouth", "face"}
        What it shows.
    png : bytes
        The crop, pixel for pixel, as lossless PNG.
    """

    name: str
    png: bytes


@dataclass
class _ClipCrops:
    """The crops of the chosen moments of one clip; read once, when the first of them is shown."""

    store: FeatureStore
    clip: str
    arrays: tuple[str, ...]
    rows: np.ndarray
    _read: dict[str, np.ndarray] | None = None

    def row(self, row: int) -> dict[str, np.ndarray]:
        if self._read is None:
            whole = self.store.arrays(self.clip, self.arrays)
            self._read = {name: whole[name][self.rows] for name in self.arrays}
        position = int(np.flatnonzero(self.rows == row)[0])
        return {name: crops[position] for name, crops in self._read.items()}


@dataclass(frozen=True)
class FrameTask:
    """One moment of one clip waiting for a label; pictures are read when asked for.

    Attributes
    ----------
    task_id : str
        Clip and time, the same in every session.
    clip : str
        The clip's id.
    start_s, end_s : float
        The moment on the 30 ms grid, twice.
    dataset : str
        Name of the dataset.
    """

    task_id: str
    clip: str
    start_s: float
    end_s: float
    dataset: str
    _row: int = field(repr=False)
    _crops: _ClipCrops = field(repr=False, compare=False)

    def pictures(self) -> tuple[Picture, ...]:
        """Return what is shown: first the crop the question's network gets."""
        return tuple(Picture(_WORDS[name], _png(crop)) for name, crop in self._crops.row(self._row).items())

    @property
    def pixels_sha256(self) -> str:
        """Hash of the first picture's pixels: RGB bytes row by row."""
        first = self._crops.row(self._row)[self._crops.arrays[0]]
        return hashlib.sha256(np.ascontiguousarray(first).tobytes()).hexdigest()

    def details(self) -> Mapping[str, Any]:
        """Return what is kept with an answer: dataset and hash of the pixels that were shown."""
        return {"dataset": self.dataset, "pixels_sha256": self.pixels_sha256}


def frame_tasks(dataset: Dataset, question: str, *, n_tasks: int = 200, seed: int = 0) -> list[FrameTask]:
    """Choose moments with a face: speakers take turns, then their clips, then spread-out moments of each clip.

    The first ``k`` of more tasks are the same tasks as ``k`` tasks, so asking for more keeps what was done.

    Parameters
    ----------
    question : {"mouth", "sentiment"}
        Decides which pictures are shown.
    n_tasks : int
        At most so many; fewer when the dataset has fewer moments with a face.
    seed : int
        Another one chooses others.

    Raises
    ------
    InvalidInputError
        An unknown question, ``n_tasks`` below 1, or no extracted clip with a face.
    """
    if question not in PICTURES:
        raise InvalidInputError(f"Frames can be asked about {', '.join(PICTURES)}. Received {question!r}.")
    if n_tasks < 1:
        raise InvalidInputError(f"n_tasks must be 1 or more. Received {n_tasks}.")
    store = FeatureStore(dataset.features)
    chosen = _choose(dataset, store, n_tasks=n_tasks, seed=seed)
    rows: dict[str, list[int]] = defaultdict(list)
    for clip, row, _ in chosen:
        rows[clip].append(row)
    crops = {
        clip: _ClipCrops(store, clip, PICTURES[question], np.array(sorted(set(r))))
        for clip, r in rows.items()
    }
    return [
        FrameTask(f"{clip}@{time_s:.3f}", clip, time_s, time_s, dataset.name, row, crops[clip])
        for clip, row, time_s in chosen
    ]


def _choose(
    dataset: Dataset, store: FeatureStore, *, n_tasks: int, seed: int
) -> list[tuple[str, int, float]]:
    """Return (clip, row among the clip's faces, moment in seconds), reading no clip that is not needed."""
    waiting = _clips_in_turn(dataset, store, seed=seed)
    if not waiting:
        raise InvalidInputError(
            f"Frames can be labelled once {dataset.name} is extracted. Nothing is yet: run `workbench extract {dataset.name}`."
        )
    moments: dict[str, list[tuple[int, float]]] = {}
    chosen: list[tuple[str, int, float]] = []
    turn = 0
    while waiting and len(chosen) < n_tasks:
        for clip in tuple(waiting):
            if clip not in moments:
                moments[clip] = _spread_moments(store, clip, seed=seed)
            if turn < len(moments[clip]):
                chosen.append((clip, *moments[clip][turn]))
            else:
                waiting.remove(clip)
            if len(chosen) == n_tasks:
                break
        turn += 1
    if not chosen:
        raise InvalidInputError(
            f"Frames to label must have a face. Extraction found none in {dataset.name}: see its report."
        )
    return chosen


def _clips_in_turn(dataset: Dataset, store: FeatureStore, *, seed: int) -> list[str]:
    """Return the extracted clips with pictures: one of each speaker, then a second of each, and so on."""
    extracted = set(store.clips())
    of_speaker: dict[str, list[str]] = defaultdict(list)
    for clip in dataset.clips():
        if clip.has_face and clip.clip in extracted:
            of_speaker[clip.speaker].append(clip.clip)
    shuffled = [
        _shuffled(of_speaker[speaker], seed, speaker) for speaker in _shuffled(sorted(of_speaker), seed, "")
    ]
    return [clip for turn in zip_longest(*shuffled) for clip in turn if clip is not None]


def _shuffled(names: list[str], seed: int, what: str) -> list[str]:
    """Order names by a hash of themselves, so that a clip more or less leaves the order of the others."""
    return sorted(names, key=lambda name: hashlib.sha256(f"{seed}|{what}|{name}".encode()).digest())


def _spread_moments(store: FeatureStore, clip: str, *, seed: int) -> list[tuple[int, float]]:
    """Return all (row, moment) with a face so that any first few lie far apart in time."""
    arrays = store.arrays(clip, ("time_s", "found"))
    times = arrays["time_s"][arrays["found"]]
    start = int.from_bytes(hashlib.sha256(f"{seed}|{clip}".encode()).digest()[:8], "big") / 2**64
    # Steps of the golden ratio fill a stretch evenly however many are taken; each takes the nearest free moment.
    steps = np.argsort(np.argsort((start + 0.6180339887498949 * np.arange(len(times))) % 1.0))
    return [(int(row), float(times[row])) for row in steps]


def _png(crop: np.ndarray) -> bytes:
    stream = io.BytesIO()
    load("PIL.Image").fromarray(crop).save(stream, format="png", compress_level=1)
    return stream.getvalue()
