"""Sound of a recording as one channel at 48 kHz, on the same clock as its pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import InvalidInputError
from workbench.lazy import load
from workbench.media.container import open_media, start_s

SOUND_RATE = 48_000
"""Samples a second that every feature is computed at (Yakaew 2021, figure 1)."""

CANCELLED_SHARE = 1e-3
"""Channels whose average keeps less than this share of their power cancel each other out (out of phase)."""

DECIDED_AFTER_S = 30.0
"""Length of sound that is not silent after which it is decided whether the channels cancel each other out."""


@dataclass(frozen=True)
class Sound:
    """One channel of sound.

    Attributes
    ----------
    samples : np.ndarray, shape (n,), float32
        In [-1, 1]; sample k stands at ``k / 48000`` seconds of the clip.
    source_rate : int
        Samples a second in the file, before resampling.
    notes : tuple of str
        Codes of what was odd: ``OUT_OF_PHASE``, ``NOT_FINITE``.
    """

    samples: np.ndarray
    source_rate: int
    notes: tuple[str, ...] = ()

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.samples.size / SOUND_RATE

    def window(self, time_s: float, n_samples: int) -> np.ndarray:
        """Return ``n_samples`` from ``time_s`` on; past the end of the sound, zeros."""
        first = round(time_s * SOUND_RATE)
        piece = self.samples[first : first + n_samples]
        return piece if piece.size == n_samples else np.pad(piece, (0, n_samples - piece.size))


class SoundBlocks:
    """Read a recording's first sound stream piece by piece: the samples of :func:`read_sound`, in flat memory.

    Iterate over it once. Together the blocks, each of shape (n,), float32, are the whole sound from time zero on.
    Whether channels cancel each other out is decided by the first 30 s that are not silent; until then blocks wait.

    Attributes
    ----------
    source_rate : int
        Samples a second in the file; 0 until the first block came.
    notes : tuple of str
        As :attr:`Sound.notes`, of what was read so far.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.source_rate = 0
        self.notes: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[np.ndarray]:
        mix, skip = _OneChannel(), 0
        for number, (start, channels) in enumerate(self._decoded()):
            if number == 0:
                skip = max(-start, 0)  # sound from before time zero
                for first in range(0, max(start, 0), SOUND_RATE):
                    yield np.zeros(min(SOUND_RATE, start - first), np.float32)
            for block in mix.push(channels):
                yield block[skip:]
                skip = max(skip - block.size, 0)
            self.notes = mix.notes
        for block in mix.end():
            yield block[skip:]
            skip = max(skip - block.size, 0)
        self.notes = mix.notes

    def _decoded(self) -> Iterator[tuple[int, np.ndarray]]:
        """Yield (first sample of the whole on the clip's clock, channels of the next block)."""
        av = load("av")
        with open_media(self._path) as container:
            stream = container.streams.audio[0]
            self.source_rate = stream.rate
            resampler, zero_s, first_s = _Resampler(), start_s(container), 0.0
            n_blocks, came = 0, False
            for packet in container.demux(stream):
                try:
                    decoded = packet.decode()
                except av.InvalidDataError:
                    continue  # a damaged packet: the rest is still good
                for frame in decoded:
                    if not came and frame.pts is not None:
                        first_s = float(frame.pts * frame.time_base) - zero_s
                    came = True
                    for channels in resampler.push(frame):
                        n_blocks += 1
                        yield round(first_s * SOUND_RATE), channels
            for channels in resampler.end() if n_blocks else ():
                yield round(first_s * SOUND_RATE), channels
        if not n_blocks:
            raise InvalidInputError(
                f"{self._path.name} must have sound that can be decoded. Its sound stream is empty or damaged."
            )


class _Resampler:
    """Bring decoded sound to 48 kHz float, also where its rate or channels change on the way, as broadcasts' do."""

    def __init__(self) -> None:
        self._resampler: Any = None
        self._shape: tuple[str, str, int] | None = None

    def push(self, frame: Any) -> Iterator[np.ndarray]:
        """Yield the channels, shape (n_channels, n), that are ready by now."""
        shape = (frame.format.name, frame.layout.name, frame.rate)
        if shape != self._shape:
            yield from self.end()
            self._resampler = load("av").AudioResampler(format="fltp", rate=SOUND_RATE)
            self._shape = shape
        for block in self._resampler.resample(frame):
            yield block.to_ndarray()

    def end(self) -> Iterator[np.ndarray]:
        """Yield what is left; nothing where nothing came."""
        for block in self._resampler.resample(None) if self._resampler is not None else ():
            yield block.to_ndarray()


class _OneChannel:
    """Average the channels; where they cancel each other out, take the first instead."""

    def __init__(self) -> None:
        self._waiting: list[np.ndarray] = []
        self._n, self._power, self._mixed_power = 0, 0.0, 0.0
        self._out_of_phase: bool | None = None
        self._is_finite = True

    @property
    def notes(self) -> tuple[str, ...]:
        return (("NOT_FINITE",) if not self._is_finite else ()) + (
            ("OUT_OF_PHASE",) if self._out_of_phase else ()
        )

    def push(self, channels: np.ndarray) -> list[np.ndarray]:
        """Return the blocks of one channel that are decided by now."""
        if not np.isfinite(channels).all():
            self._is_finite = False
            channels = np.nan_to_num(channels, nan=0.0, posinf=1.0, neginf=-1.0)
        if self._out_of_phase is not None:
            return [self._one(channels)]
        self._waiting.append(channels)
        self._n += channels.shape[1]
        self._power += float(np.square(channels, dtype=np.float64).sum()) / len(channels)
        self._mixed_power += float(np.square(_average(channels), dtype=np.float64).sum())
        if len(channels) == 1 or (self._power > 0 and self._n >= DECIDED_AFTER_S * SOUND_RATE):
            return self.end()
        if self._power == 0:  # silence is silence in every channel
            self._n = 0
            return [self._one(self._waiting.pop())]
        return []

    def end(self) -> list[np.ndarray]:
        """Decide, and return what waited for it."""
        if self._out_of_phase is None:
            several = bool(self._waiting) and len(self._waiting[0]) > 1
            cancelled = self._power > 0 and self._mixed_power < CANCELLED_SHARE * self._power
            self._out_of_phase = several and cancelled
        waited, self._waiting = self._waiting, []
        return [self._one(channels) for channels in waited]

    def _one(self, channels: np.ndarray) -> np.ndarray:
        one = channels[0] if self._out_of_phase else _average(channels)
        return np.ascontiguousarray(one, dtype=np.float32)


def _average(channels: np.ndarray) -> np.ndarray:
    """Return the mean of the channels, added in their order so that a block's length cannot change a bit of it."""
    total = channels[0].copy()
    for channel in channels[1:]:
        total += channel
    return total / np.float32(len(channels))


def sound_blocks(path: Path) -> SoundBlocks | None:
    """Return a recording's sound piece by piece, or None when it has no sound stream.

    Raises
    ------
    InvalidInputError
        The file is no recording; while iterating: not one sample can be decoded.
    """
    with open_media(path) as container:
        has_sound = bool(container.streams.audio)
    return SoundBlocks(path) if has_sound else None


def read_sound(path: Path) -> Sound | None:
    """Read the first sound stream of a recording, or None when it has none.

    Raises
    ------
    InvalidInputError
        The file is no recording, or not one sample can be decoded.
    """
    reader = sound_blocks(path)
    if reader is None:
        return None
    blocks = list(reader)
    samples = np.concatenate(blocks) if blocks else np.zeros(0, np.float32)
    return Sound(samples, reader.source_rate, reader.notes)
