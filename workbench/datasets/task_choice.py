"""Which clips and moments are asked about: speakers take turns, then their clips, then spread-out moments of each.

What the recording was meant to show is never looked at here: people answer what they see and hear.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import TypeVar

import numpy as np

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.errors import InvalidInputError
from workbench.features.voice_activity import voiced
from workbench.media.clip import Clip

T = TypeVar("T")


def clips_in_turn(dataset: Dataset, *, seed: int, with_voice: bool = False) -> list[str]:
    """Return the extracted clips with pictures: one of each speaker, then a second of each, and so on.

    Parameters
    ----------
    with_voice : bool
        Only clips that have sound too.

    Raises
    ------
    InvalidInputError
        Nothing was extracted yet.
    """
    extracted = set(FeatureStore(dataset.features).clips())
    of_speaker: dict[str, list[str]] = defaultdict(list)
    for clip in dataset.clips():
        if clip.has_face and clip.clip in extracted and (clip.has_voice or not with_voice):
            of_speaker[clip.speaker].append(clip.clip)
    if not extracted or not of_speaker:
        lack = "is extracted" if not with_voice else "is extracted and holds clips with picture and sound"
        raise InvalidInputError(
            f"Frames can be labelled once {dataset.name} {lack}. There is no such clip yet: "
            f"run `workbench extract {dataset.name}`."
        )
    return _in_turn_of_speakers(of_speaker, seed=seed)


def clips_of_speakers_in_turn(dataset: Dataset, *, seed: int) -> list[Clip]:
    """Return all clips of a dataset, extracted or not: one of each speaker, then a second of each, and so on."""
    clips = {clip.clip: clip for clip in dataset.clips()}
    of_speaker: dict[str, list[str]] = defaultdict(list)
    for clip in clips.values():
        of_speaker[clip.speaker].append(clip.clip)
    return [clips[name] for name in _in_turn_of_speakers(of_speaker, seed=seed)]


def _in_turn_of_speakers(of_speaker: dict[str, list[str]], *, seed: int) -> list[str]:
    in_order = shuffled(sorted(of_speaker), seed, "")
    turns = [shuffled(of_speaker[speaker], seed, speaker) for speaker in in_order]
    return [clip for turn in zip_longest(*turns) for clip in turn if clip is not None]


def shuffled(names: list[str], seed: int, what: str) -> list[str]:
    """Order names by a hash of themselves, so that one more or less leaves the order of the others."""
    return sorted(names, key=lambda name: hashlib.sha256(f"{seed}|{what}|{name}".encode()).digest())


def spread(clip: str, n: int, *, seed: int) -> list[int]:
    """Return the numbers 0 to ``n - 1`` in an order in which any first few lie far apart."""
    start = int.from_bytes(hashlib.sha256(f"{seed}|{clip}".encode()).digest()[:8], "big") / 2**64
    # Steps of the golden ratio fill a stretch evenly however many are taken; each takes the nearest free place.
    steps = np.argsort(np.argsort((start + 0.6180339887498949 * np.arange(n)) % 1.0))
    return [int(step) for step in steps]


def in_turn(clips: list[str], n_wanted: int, of_clip: Callable[[str], Sequence[T]]) -> list[tuple[str, T]]:
    """Take the first of each clip, then the second of each, and so on; no clip that is not needed is opened.

    Parameters
    ----------
    of_clip : callable
        Returns what a clip has, in the order in which it is to be taken.
    """
    waiting = list(clips)
    opened: dict[str, Sequence[T]] = {}
    chosen: list[tuple[str, T]] = []
    turn = 0
    while waiting and len(chosen) < n_wanted:
        for clip in tuple(waiting):
            if clip not in opened:
                opened[clip] = of_clip(clip)
            if turn < len(opened[clip]):
                chosen.append((clip, opened[clip][turn]))
            else:
                waiting.remove(clip)
            if len(chosen) == n_wanted:
                break
        turn += 1
    return chosen


def moments_to_ask(store: FeatureStore, clip: str, *, with_voice: bool = False) -> list[tuple[int, float]]:
    """Return index and time of a clip's moments with a face; ``with_voice``: where somebody speaks too."""
    names = ("time_s", "found", "level_db") if with_voice else ("time_s", "found")
    arrays = store.arrays(clip, names)
    good = arrays["found"]
    if with_voice:
        good = good & voiced(arrays["level_db"])
    return [(int(index), float(arrays["time_s"][index])) for index in np.flatnonzero(good)]
