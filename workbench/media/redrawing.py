"""A recording once more with something drawn on its pictures: each at its own time, with the recording's own sound."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import InvalidInputError
from workbench.lazy import load
from workbench.media.container import open_media
from workbench.media.sound_lane import SoundFate, SoundLane
from workbench.media.video import Frame, read_frames
from workbench.progress import Progress, silent

_FINEST = 1_000_000
"""Ticks a second; a finer clock than a microsecond's is rounded to MPEG's 90,000."""
_MPEG_TICK = Fraction(1, 90_000)
_BT709 = 1
_TELL_EVERY_S = 1.0


@dataclass(frozen=True)
class Redrawn:
    """What was written.

    Attributes
    ----------
    n_pictures : int
    sound : {"copied", "converted", "left out", "none"}
        Whether the sound is the source's own bytes.
    """

    n_pictures: int
    sound: SoundFate


def redraw(
    source: Path,
    target: Path,
    draw: Callable[[Frame], np.ndarray],
    *,
    comment: str = "",
    length_s: float = 0.0,
    progress: Progress = silent,
) -> Redrawn:
    """Write ``source`` as an MP4 whose pictures went through ``draw``; memory does not grow with the length.

    Parameters
    ----------
    target : Path
        Written as it goes; the caller gives it its name when all is well.
    draw : callable
        Takes a picture as :func:`workbench.media.video.read_frames` yields it and returns the one to show instead, all of
        one even size.
    comment : str
        Kept in the file: what it was made of.
    length_s : float
        How long the source is, for the progress.

    Raises
    ------
    InvalidInputError
        The source is no recording, has no picture that can be decoded, or sound that is too damaged to be written.
    OSError
        The target cannot be written.
    """
    try:
        return _redrawn(source, target, draw, comment, length_s, progress)
    except load("av").FFmpegError as error:
        if isinstance(error, OSError):
            raise
        raise InvalidInputError(
            f"{source.name} must have pictures and sound that can be written again. ffmpeg refuses them ({error}): "
            "convert it to MP4 first."
        ) from error


def _redrawn(
    source: Path,
    target: Path,
    draw: Callable[[Frame], np.ndarray],
    comment: str,
    length_s: float,
    progress: Progress,
) -> Redrawn:
    av, tick = load("av"), _tick(source)
    with ExitStack() as stack:
        heard = stack.enter_context(open_media(source))
        options = {"movflags": "+faststart"}
        container = stack.enter_context(av.open(str(target), "w", format="mp4", options=options))
        container.metadata["comment"] = comment
        pictures = _PictureLane(container, tick)
        sound = SoundLane(heard, container)
        told_s = -_TELL_EVERY_S
        for frame, lasts_s in _with_lengths(read_frames(source)):
            pictures.add(draw(frame), frame.time_s, lasts_s)
            sound.until(frame.time_s)
            if frame.time_s - told_s >= _TELL_EVERY_S:
                told_s = frame.time_s
                progress(round(frame.time_s), max(round(length_s), round(frame.time_s) + 1), "s drawn")
        if not pictures.n:
            raise InvalidInputError(f"{source.name} must have a picture to draw on. None could be decoded.")
        pictures.end()
        sound.until(None)
    return Redrawn(pictures.n, sound.fate)


def _tick(source: Path) -> Fraction:
    with open_media(source) as container:
        if not container.streams.video:
            raise InvalidInputError(f"{source.name} must have a video stream to draw on. It has sound only.")
        tick = Fraction(container.streams.video[0].time_base)
    return tick if tick.denominator <= _FINEST else _MPEG_TICK


class _PictureLane:
    """The pictures' stream: H.264 in BT.709, each picture at its time and for its length."""

    def __init__(self, container: Any, tick: Fraction) -> None:
        self.n, self._container, self._tick = 0, container, tick
        self._lengths: deque[int] = deque()
        self._stream = container.add_stream("libx264", rate=Fraction(30))
        self._stream.time_base = self._stream.codec_context.time_base = tick
        self._stream.pix_fmt = "yuv420p"
        # No pictures out of order: every player then shows each at its time, also those that know no edit lists.
        self._stream.options = {"crf": "20", "preset": "veryfast", "bf": "0", "g": "60"}
        context = self._stream.codec_context
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = 1

    def add(self, image: np.ndarray, time_s: float, lasts_s: float) -> None:
        """Write one picture; the first one says the size of all."""
        if self.n == 0:
            self._stream.height, self._stream.width = image.shape[:2]
        drawn = load("av").VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
        picture = drawn.reformat(format="yuv420p", dst_colorspace=_BT709)
        picture.pts, picture.time_base = round(time_s / self._tick), self._tick
        self._lengths.append(max(round(lasts_s / self._tick), 1))
        self.n += 1
        self._write(picture)

    def end(self) -> None:
        """Write what the encoder still holds."""
        self._write(None)

    def _write(self, picture: Any) -> None:
        for packet in self._stream.encode(picture):
            packet.duration = self._lengths.popleft()
            self._container.mux(packet)


def _with_lengths(frames: Iterator[Frame]) -> Iterator[tuple[Frame, float]]:
    """Yield each picture and how long it is shown; the last one as long as the one before."""
    shown: Frame | None = None
    lasts_s = 0.04
    for frame in frames:
        if shown is not None:
            lasts_s = frame.time_s - shown.time_s
            yield shown, lasts_s
        shown = frame
    if shown is not None:
        yield shown, lasts_s
