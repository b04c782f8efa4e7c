"""Sound of a recording as one channel at 48 kHz, on the same clock as its pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workbench.errors import InvalidInputError
from workbench.lazy import load
from workbench.media.container import open_media, start_s

SOUND_RATE = 48_000
"""Samples a second that every feature is computed at (Yakaew 2021, figure 1)."""

CANCELLED_SHARE = 1e-3
"""Channels whose average keeps less than this share of their power cancel each other out (out of phase)."""


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


def _one_channel(channels: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Average the channels; where they cancel each other out, take the first instead."""
    notes: tuple[str, ...] = ()
    if not np.isfinite(channels).all():
        channels, notes = np.nan_to_num(channels, nan=0.0, posinf=1.0, neginf=-1.0), ("NOT_FINITE",)
    mixed = channels.mean(axis=0)
    power = float((channels**2).mean())
    if len(channels) > 1 and power > 0 and float((mixed**2).mean()) < CANCELLED_SHARE * power:
        return channels[0], (*notes, "OUT_OF_PHASE")
    return mixed, notes


def read_sound(path: Path) -> Sound | None:
    """Read the first sound stream of a recording, or None when it has none.

    Raises
    ------
    InvalidInputError
        The file is no recording, or not one sample can be decoded.
    """
    av = load("av")
    with open_media(path) as container:
        if not container.streams.audio:
            return None
        stream = container.streams.audio[0]
        source_rate = stream.rate
        resampler = av.AudioResampler(format="fltp", rate=SOUND_RATE)
        zero_s, first_s = start_s(container), None
        blocks: list[np.ndarray] = []
        for packet in container.demux(stream):
            try:
                decoded = packet.decode()
            except av.InvalidDataError:
                continue  # a damaged packet: the rest is still good
            for frame in decoded:
                if first_s is None:
                    first_s = 0.0 if frame.pts is None else float(frame.pts * frame.time_base) - zero_s
                blocks += [block.to_ndarray() for block in resampler.resample(frame)]
        if blocks:
            blocks += [block.to_ndarray() for block in resampler.resample(None)]
    if not blocks or first_s is None:
        raise InvalidInputError(
            f"{path.name} must have sound that can be decoded. Its sound stream is empty or damaged."
        )
    samples, notes = _one_channel(np.concatenate(blocks, axis=1))
    shift = round(first_s * SOUND_RATE)
    samples = np.pad(samples, (shift, 0)) if shift > 0 else samples[-shift:]
    return Sound(np.ascontiguousarray(samples, dtype=np.float32), source_rate, notes)
