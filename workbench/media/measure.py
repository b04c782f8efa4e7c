"""What a recording really holds: every picture and every sample decoded once, nothing kept in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import InvalidInputError
from workbench.lazy import load
from workbench.media.audio import CANCELLED_SHARE
from workbench.media.container import open_media, start_s

FULL_SCALE = 0.9995
"""A sample from here on counts as cut off."""
_EVEN = 0.2
"""A pause between pictures may differ from the usual one by this share and still count as even."""


@dataclass(frozen=True)
class PictureMeasure:
    """What decoding all pictures showed.

    Attributes
    ----------
    n_frames : int
        Pictures that could be decoded.
    n_failed : int
        Packets that could not be decoded.
    n_concealed : int
        Pictures the decoder had to guess in part.
    n_misplaced : int
        Pictures whose timestamp is not later than the one before.
    first_s, end_s : float
        When the first is shown and the last is taken away, seconds from the clip's time zero.
    frame_rate : float
        Pictures a second, from the median pause; 0 for a single picture.
    is_even : bool
        Whether nearly all pauses are alike (constant frame rate).
    """

    n_frames: int
    n_failed: int
    n_concealed: int
    n_misplaced: int
    first_s: float
    end_s: float
    frame_rate: float
    is_even: bool


@dataclass(frozen=True)
class SoundMeasure:
    """What decoding all sound showed.

    Attributes
    ----------
    n_samples : int
        Per channel, at the file's own rate.
    n_blocks, n_failed : int
        Blocks of sound that could be decoded, packets that could not.
    first_s, end_s : float
        Seconds from the clip's time zero.
    peak : float
        Largest absolute value, 1 is full scale.
    power : float
        Mean square of all channels, 1 is full scale.
    clipped_share : float
        Share of values at full scale, 0 to 1.
    is_finite : bool
        False when some values were NaN or infinite.
    is_cancelled : bool
        Whether averaging the channels would silence them (out of phase).
    """

    n_samples: int
    n_blocks: int
    n_failed: int
    first_s: float
    end_s: float
    peak: float
    power: float
    clipped_share: float
    is_finite: bool
    is_cancelled: bool


def _decoded(container: Any, stream: Any, failures: list[str]) -> Iterator[Any]:
    """Yield the frames of a stream; ``failures`` collects why a packet could not be decoded."""
    av = load("av")
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
            frames = packet.decode()
        except StopIteration:
            return
        except (av.FFmpegError, OSError) as error:
            failures.append(str(error))
            continue
        yield from frames


def measure_pictures(path: Path, *, max_pixels: int) -> PictureMeasure | None:
    """Decode all pictures of the first video stream; None when not one is whole.

    Raises
    ------
    InvalidInputError
        The file is no recording, or a picture turns out larger than ``max_pixels``.
    """
    failures: list[str] = []
    times: list[float] = []
    n_concealed, last_duration_s = 0, 0.0
    with open_media(path) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        zero_s = start_s(container)
        for frame in _decoded(container, stream, failures):
            if frame.width * frame.height > max_pixels:
                raise InvalidInputError(
                    f"A picture must have at most {max_pixels} pixels. "
                    f"Received {frame.width} x {frame.height} in {path.name}: make it smaller first."
                )
            n_concealed += bool(frame.is_corrupt)
            times.append(-1.0 if frame.pts is None else float(frame.pts * frame.time_base) - zero_s)
            last_duration_s = float(frame.duration * frame.time_base) if frame.duration else 0.0
    if not times:
        return None
    return _from_times(np.asarray(times), len(failures), n_concealed, last_duration_s)


def _from_times(
    times_s: np.ndarray, n_failed: int, n_concealed: int, last_duration_s: float
) -> PictureMeasure:
    later = np.diff(times_s) > 0
    pauses = np.diff(times_s)[later]
    pause_s = float(np.median(pauses)) if pauses.size else 0.0
    even = np.abs(pauses - pause_s) <= _EVEN * pause_s
    return PictureMeasure(
        n_frames=times_s.size,
        n_failed=n_failed,
        n_concealed=n_concealed,
        n_misplaced=int((~later).sum()),
        first_s=max(float(times_s[0]), 0.0),
        end_s=max(float(times_s.max()), 0.0) + (last_duration_s or pause_s),
        frame_rate=1 / pause_s if pause_s else 0.0,
        is_even=bool(even.mean() >= 0.98) if pauses.size else True,
    )


class _Levels:
    """Running sums over blocks of sound, so that an hour of it needs no more memory than a second."""

    def __init__(self) -> None:
        self.n_values, self.n_clipped, self.peak = 0, 0, 0.0
        self.squares, self.mixed_squares, self.n_channels, self.is_finite = 0.0, 0.0, 1, True

    def add(self, block: np.ndarray) -> None:
        """Take in a block of shape (channels, n)."""
        if not np.isfinite(block).all():
            block, self.is_finite = np.nan_to_num(block, nan=0.0, posinf=1.0, neginf=-1.0), False
        size = np.abs(block)
        self.n_values += block.size
        self.n_clipped += int((size >= FULL_SCALE).sum())
        self.peak = max(self.peak, float(size.max(initial=0.0)))
        self.n_channels = len(block)
        self.squares += float(np.square(block, dtype=np.float64).sum())
        self.mixed_squares += float(np.square(block.mean(axis=0), dtype=np.float64).sum()) * len(block)

    @property
    def is_cancelled(self) -> bool:
        return (
            self.n_channels > 1 and self.squares > 0 and self.mixed_squares < CANCELLED_SHARE * self.squares
        )


def measure_sound(path: Path) -> SoundMeasure | None:
    """Decode all sound of the first audio stream; None when not one sample can be decoded.

    Raises
    ------
    InvalidInputError
        The file is no recording.
    """
    av = load("av")
    failures: list[str] = []
    levels, first_s, end_s, n_samples, n_blocks = _Levels(), 0.0, 0.0, 0, 0
    with open_media(path) as container:
        stream = container.streams.audio[0]
        zero_s = start_s(container)
        to_float = av.AudioResampler(format="fltp")
        for frame in _decoded(container, stream, failures):
            if frame.pts is not None:
                start = float(frame.pts * frame.time_base) - zero_s
                first_s = start if n_samples == 0 else first_s
                end_s = max(end_s, start + frame.samples / frame.sample_rate)
            n_samples += frame.samples
            n_blocks += 1
            for block in to_float.resample(frame):
                levels.add(block.to_ndarray())
    if n_samples == 0:
        return None
    return SoundMeasure(
        n_samples=n_samples,
        n_blocks=n_blocks,
        n_failed=len(failures),
        first_s=max(first_s, 0.0),
        end_s=end_s,
        peak=levels.peak,
        power=levels.squares / levels.n_values if levels.n_values else 0.0,
        clipped_share=levels.n_clipped / levels.n_values if levels.n_values else 0.0,
        is_finite=levels.is_finite,
        is_cancelled=levels.is_cancelled,
    )
