"""Pictures of a recording, with the times at which they are shown, upright and with square pixels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import InvalidInputError
from workbench.lazy import load
from workbench.media.container import open_media, start_s
from workbench.media.timeline import GRID_STEP_S

_ROUNDING_S = 1e-6
_JUMP_FROM_S = 2.0
"""Moments earlier than this are reached sooner by reading on than by jumping."""


@dataclass(frozen=True)
class Frame:
    """One picture.

    Attributes
    ----------
    time_s : float
        When it is first shown, seconds from the clip's time zero.
    image : np.ndarray, shape (height, width, 3), uint8
        RGB.
    """

    time_s: float
    image: np.ndarray


@dataclass(frozen=True)
class Moment:
    """What one sees at one moment of the 30 ms grid.

    Attributes
    ----------
    index : int
        Number of the moment on the grid.
    time_s : float
        ``index * step_s``.
    frame : Frame
        The last picture shown at or before ``time_s``. The very same object as the previous moment's when no
        new picture came in between (30 ms grid, 33.4 ms frames), so that work on it need not be repeated.
    """

    index: int
    time_s: float
    frame: Frame


def _upright(frame: Any) -> np.ndarray:
    aspect = frame.sample_aspect_ratio if hasattr(frame, "sample_aspect_ratio") else None
    width = frame.width
    if aspect is not None and aspect > 0 and aspect != 1:
        width = 2 * round(frame.width * float(aspect) / 2)
    image = frame.reformat(width=width, format="rgb24").to_ndarray()
    turns = round(getattr(frame, "rotation", 0) / 90) % 4
    return np.ascontiguousarray(np.rot90(image, turns)) if turns else image


def read_frames(path: Path) -> Iterator[Frame]:
    """Yield the pictures of a recording in the order they are shown; damaged ones are left out.

    Raises
    ------
    InvalidInputError
        The file is no recording or has no pictures.
    """
    with open_media(path) as container:
        for time_s, picture in _decoded(container, _pictures_of(container, path)):
            yield Frame(time_s, _upright(picture))


def frames_between(path: Path, from_s: float, to_s: float) -> Iterator[Frame]:
    """Yield the pictures on screen from ``from_s`` to ``to_s``: first the one shown at ``from_s`` already.

    The same pictures at the same times as :func:`read_frames`; what lies before is jumped over where the recording
    allows it, so that a moment late in a long one is there as soon as an early one.

    Raises
    ------
    InvalidInputError
        As :func:`read_frames`.
    """
    if from_s > _JUMP_FROM_S:
        with open_media(path) as container:
            stream = _pictures_of(container, path)
            pictures = _decoded(container, stream) if _jump(container, stream, from_s) else iter(())
            first = next(pictures, None)
            if first is not None and first[0] <= from_s:
                yield from _upright_between(chain([first], pictures), from_s, to_s)
                return
    # No jump, or one that went too far (an index can be wrong): from the beginning.
    with open_media(path) as container:
        yield from _upright_between(_decoded(container, _pictures_of(container, path)), from_s, to_s)


def _upright_between(pictures: Iterable[tuple[float, Any]], from_s: float, to_s: float) -> Iterator[Frame]:
    shown: tuple[float, Any] | None = None
    for time_s, picture in pictures:
        if time_s > to_s + _ROUNDING_S:
            break
        if shown is not None and time_s > from_s + _ROUNDING_S:
            yield Frame(shown[0], _upright(shown[1]))
        shown = (time_s, picture)
    if shown is not None:
        yield Frame(shown[0], _upright(shown[1]))


def _pictures_of(container: Any, path: Path) -> Any:
    if not container.streams.video:
        raise InvalidInputError(f"{path.name} must have a video stream. It has sound only.")
    stream = container.streams.video[0]
    stream.thread_type = "AUTO"
    return stream


def _jump(container: Any, stream: Any, to_s: float) -> bool:
    """Go to the last picture before ``to_s`` that stands alone; False where the recording has no way there."""
    av = load("av")
    try:
        container.seek(int((to_s + start_s(container)) / stream.time_base), stream=stream, backward=True)
    except (av.FFmpegError, OSError):
        return False
    return True


def _decoded(container: Any, stream: Any) -> Iterator[tuple[float, Any]]:
    """Yield (time in seconds, decoded picture) from where the container stands."""
    av = load("av")
    zero_s = start_s(container)
    last_s = -1.0
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
            frames = packet.decode()
        except StopIteration:
            return
        except av.InvalidDataError:
            continue  # a damaged picture: the next ones are still good
        for frame in frames:
            time_s = (
                max(float(frame.pts * frame.time_base) - zero_s, 0.0) if frame.pts is not None else last_s
            )
            if time_s <= last_s:
                continue  # doubled or backward timestamps: the first picture at a time counts
            last_s = time_s
            yield time_s, frame


def frames_on_grid(path: Path, *, step_s: float = GRID_STEP_S) -> Iterator[Moment]:
    """Yield what one sees every ``step_s`` seconds, chosen by timestamp.

    The last frame stands as long as the one before it did.

    Raises
    ------
    InvalidInputError
        As :func:`read_frames`.
    """
    index = 0
    shown: Frame | None = None
    pause_s = step_s
    for frame in read_frames(path):
        if shown is not None:
            pause_s = frame.time_s - shown.time_s
            while index * step_s < frame.time_s - 1e-6:
                yield Moment(index, round(index * step_s, 9), shown)
                index += 1
        shown = frame
    if shown is not None:
        while index * step_s < shown.time_s + pause_s - 1e-6:
            yield Moment(index, round(index * step_s, 9), shown)
            index += 1


def frame_at(path: Path, time_s: float) -> Frame:
    """Return the picture that is on screen at ``time_s`` (the last one when the clip ends before).

    Raises
    ------
    InvalidInputError
        As :func:`read_frames`, or the recording has no decodable picture.
    """
    shown: Frame | None = None
    for frame in read_frames(path):
        if shown is not None and frame.time_s > time_s + 1e-6:
            break
        shown = frame
    if shown is None:
        raise InvalidInputError(f"{path.name} must have at least one whole picture. None could be decoded.")
    return shown


def write_video(
    path: Path,
    frames: Iterable[np.ndarray],
    *,
    frame_rate: Fraction,
    sound: np.ndarray | None = None,
    sound_rate: int = 48_000,
) -> None:
    """Write pictures and sound as an MP4 (H.264, AAC), the same bytes for the same input.

    Parameters
    ----------
    frames : iterable of np.ndarray, shape (height, width, 3), uint8
        RGB pictures of one even size.
    frame_rate : Fraction
        Pictures per second.
    sound : np.ndarray, shape (n,), float32 in [-1, 1], optional
        One channel; none writes no sound stream.
    """
    av = load("av")
    with av.open(
        str(path), "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}
    ) as container:
        video = container.add_stream("libx264", rate=frame_rate)
        video.pix_fmt = "yuv420p"
        # Without mbtree: x264's fast code for it reads memory nobody wrote, and the bytes differ from run to run.
        video.options = {"crf": "18", "preset": "veryfast", "threads": "1", "x264-params": "mbtree=0"}
        voice = None
        if sound is not None:
            voice = container.add_stream("aac", rate=sound_rate)
            voice.layout = "mono"
            voice.bit_rate = 128_000
        for number, image in enumerate(frames):
            if number == 0:
                video.height, video.width = image.shape[:2]
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
            picture.pts, picture.time_base = number, 1 / frame_rate
            container.mux(video.encode(picture))
        container.mux(video.encode(None))
        if voice is not None and sound is not None:
            block = av.AudioFrame.from_ndarray(
                sound.astype(np.float32)[None, :], format="fltp", layout="mono"
            )
            block.sample_rate, block.pts, block.time_base = sound_rate, 0, Fraction(1, sound_rate)
            container.mux(voice.encode(block))
            container.mux(voice.encode(None))
