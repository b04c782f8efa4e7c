"""A recording's pictures and sound in the one order in which they are worked on: sound first, then the picture it leads to.

So every moment before a picture is settled when that picture is looked at, and nothing has to wait in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import InvalidInputError
from workbench.features.stopwatch import Stopwatch
from workbench.media.audio import SOUND_RATE, sound_blocks
from workbench.media.grid_pictures import GridPictures
from workbench.media.header import read_header
from workbench.media.timeline import GRID_STEP_S
from workbench.media.video import Frame

_WINDOW_S = 0.03


@dataclass(frozen=True, eq=False)
class SoundPiece:
    """Samples, shape (n,), float32, 48 kHz, first heard at ``start_s``."""

    start_s: float
    samples: np.ndarray


@dataclass(frozen=True)
class NoPictureBefore:
    """The next picture comes at ``time_s``; the sound up to there follows."""

    time_s: float


@dataclass(frozen=True)
class SoundEnds:
    """No more sound comes."""


@dataclass(frozen=True)
class FileEnds:
    """Nothing more comes; the last picture stands until ``until_s`` (None in a recording of sound alone)."""

    until_s: float | None


Item = Frame | SoundPiece | NoPictureBefore | SoundEnds | FileEnds


@dataclass(frozen=True)
class Streams:
    """Which streams a recording has, and how many moments it is likely to have (0: not known)."""

    pictures: bool
    sound: bool
    n_expected: int


def streams_of(path: Path, *, step_s: float = GRID_STEP_S) -> Streams:
    """Return which streams of a recording will be followed.

    Raises
    ------
    InvalidInputError
        It is no recording, or has neither pictures nor sound. Cover art is no picture.
    """
    header = read_header(path)
    pictures, sound = header.pictures is not None, header.n_sounds > 0
    if not pictures and not sound:
        raise InvalidInputError(f"{path.name} must have pictures or sound to look at. It has neither.")
    declared_s = header.pictures.declared_s if header.pictures is not None else None
    return Streams(pictures, sound, round((declared_s or header.estimated_s or 0.0) / step_s))


def feed(
    path: Path,
    streams: Streams,
    *,
    step_s: float = GRID_STEP_S,
    begin: dict[str, Any] | None = None,
    watch: Stopwatch | None = None,
) -> Iterator[Item]:
    """Yield a recording's pictures and sound in order.

    Parameters
    ----------
    begin : dict, optional
        Where to go on: ``picture_s``, ``picture_hash``, ``pause_s`` and ``n_told`` of a cut.

    Raises
    ------
    InvalidInputError
        The recording cannot be read, or its sound is damaged as a whole.
    """
    watch, begin = watch or Stopwatch(), begin or {}
    sound = _SoundAhead(path, first=round(begin.get("n_told", 0) * step_s, 9)) if streams.sound else None
    if not streams.pictures:
        if sound is not None:
            yield from watch.each("sound", sound.until(None))
        yield FileEnds(None)
        return
    pictures = GridPictures(
        path,
        step_s=step_s,
        from_s=begin.get("picture_s"),
        from_hash=begin.get("picture_hash"),
        pause_s=begin.get("pause_s"),
    )
    for frame in watch.each("decode", pictures):
        yield NoPictureBefore(frame.time_s)
        if sound is not None:
            yield from watch.each("sound", sound.until(frame.time_s + _WINDOW_S))
        yield frame
    yield NoPictureBefore(pictures.until_s)
    if sound is not None:
        yield from watch.each("sound", sound.until(pictures.until_s + _WINDOW_S))
    yield FileEnds(pictures.until_s)


class _SoundAhead:
    """Hands out a recording's sound up to a time; what lies before ``first`` seconds is passed over."""

    def __init__(self, path: Path, *, first: float) -> None:
        self._blocks = iter(sound_blocks(path) or ())
        self._first, self._next, self._ended = round(first * SOUND_RATE), 0, False

    def until(self, time_s: float | None) -> Iterator[SoundPiece | SoundEnds]:
        while not self._ended and (time_s is None or self._next < time_s * SOUND_RATE):
            block = next(self._blocks, None)
            if block is None:
                self._ended = True
                yield SoundEnds()
                return
            start, self._next = self._next, self._next + block.size
            if self._next > self._first:
                yield SoundPiece(start / SOUND_RATE, block)
