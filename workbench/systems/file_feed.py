"""A recording's pictures and sound in the one order in which they are worked on: sound first, then the picture it leads to.

So every moment before a picture is settled when that picture is looked at, and nothing has to wait in memory.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import InvalidInputError
from workbench.features.stopwatch import Stopwatch
from workbench.media.audio import SOUND_RATE, SoundBlocks
from workbench.media.grid_pictures import GridPictures
from workbench.media.header import read_header
from workbench.media.timeline import GRID_STEP_S
from workbench.media.video import Frame

_WINDOW_S = 0.03
_AT_ONCE = SOUND_RATE


@dataclass(frozen=True, eq=False)
class SoundPiece:
    """Samples, shape (n,), float32, 48 kHz, first heard at ``start_s``."""

    start_s: float
    samples: np.ndarray


@dataclass(frozen=True, eq=False)
class Step:
    """What comes next, in the order of its fields.

    Attributes
    ----------
    no_picture_before_s : float or None
        The next picture comes then; the sound up to there follows.
    sound : SoundPiece or None
    sound_ends : bool
        No more sound comes.
    frame : Frame or None
    ends : bool
        Nothing more comes at all; the last picture stands until ``no_picture_before_s``.
    """

    no_picture_before_s: float | None = None
    sound: SoundPiece | None = None
    sound_ends: bool = False
    frame: Frame | None = None
    ends: bool = False


@dataclass(frozen=True)
class Streams:
    """Which streams a recording has, how many moments it is likely to have (0: not known), and its declared length."""

    pictures: bool
    sound: bool
    n_expected: int
    declared_s: float | None


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
    followed = header.pictures or header.sound
    declared_s = followed.declared_s if followed is not None else None
    n_expected = round((declared_s or header.estimated_s or 0.0) / step_s)
    return Streams(pictures, sound, n_expected, declared_s)


def feed(
    path: Path,
    streams: Streams,
    *,
    step_s: float = GRID_STEP_S,
    begin: dict[str, Any] | None = None,
    watch: Stopwatch | None = None,
) -> Iterator[Step]:
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
    sound = _SoundAhead(path if streams.sound else None, first_s=begin.get("n_told", 0) * step_s)
    if not streams.pictures:
        yield from watch.each("sound", sound.until(math.inf))
        yield Step(ends=True)
        return
    pictures = GridPictures(
        path,
        step_s=step_s,
        from_s=begin.get("picture_s"),
        from_hash=begin.get("picture_hash"),
        pause_s=begin.get("pause_s"),
    )
    for frame in watch.each("decode", pictures):
        step = Step(no_picture_before_s=frame.time_s)
        for heard in watch.each("sound", sound.until(frame.time_s + _WINDOW_S)):
            if step.sound is not None:  # a long way to this picture: its sound comes in several steps
                yield step
                step = Step()
            step = replace(step, sound=heard.sound, sound_ends=heard.sound_ends)
        yield replace(step, frame=frame)
    yield Step(no_picture_before_s=pictures.until_s)
    yield from watch.each("sound", sound.until(pictures.until_s + _WINDOW_S))
    yield Step(no_picture_before_s=pictures.until_s, ends=True)


class _SoundAhead:
    """Hands out a recording's sound up to a time; what lies before ``first_s`` is passed over."""

    def __init__(self, path: Path | None, *, first_s: float) -> None:
        self._blocks = iter(SoundBlocks(path) if path is not None else ())
        self._first, self._next, self._ended = round(first_s * SOUND_RATE), 0, path is None

    def until(self, time_s: float) -> Iterator[Step]:
        """Yield the sound up to ``time_s`` in pieces that never take much memory."""
        while not self._ended and self._next < time_s * SOUND_RATE:
            start, blocks = self._next, list[np.ndarray]()
            while self._next < time_s * SOUND_RATE and self._next - start < _AT_ONCE:
                block = next(self._blocks, None)
                if block is None:
                    self._ended = True
                    break
                self._next += block.size
                blocks.append(block)
            piece = SoundPiece(start / SOUND_RATE, np.concatenate(blocks)) if blocks else None
            if self._ended or (piece is not None and self._next > self._first):
                yield Step(sound=piece, sound_ends=self._ended)
