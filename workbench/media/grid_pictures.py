"""The pictures of a recording that are seen at some moment of the grid, from the beginning or from any picture on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from workbench.media.timeline import GRID_STEP_S
from workbench.media.video import Frame, frames_between, read_frames

_ROUNDING_S = 1e-6


def picture_hash(frame: Frame) -> str:
    """Return the SHA-256 of a picture's pixels, to know it again."""
    return hashlib.sha256(np.ascontiguousarray(frame.image).data).hexdigest()


class GridPictures:
    """Read the pictures that :func:`workbench.media.video.frames_on_grid` shows, each once.

    Iterate over it once. Pictures between two moments (a camera with more than 33 a second) are left out.

    Parameters
    ----------
    from_s : float, optional
        When the picture to begin with is shown; it must be one this class yielded before.
    from_hash : str, optional
        What :func:`picture_hash` says of it. Where a jump to it decodes other pixels, everything is read from the
        beginning instead: slower, the same pictures.
    pause_s : float, optional
        How long after the picture before it is shown; only used where it is the last.

    Attributes
    ----------
    until_s : float
        How long the last picture stands; known when the iteration has ended, 0 when there was no picture.
    """

    def __init__(
        self,
        path: Path,
        *,
        step_s: float = GRID_STEP_S,
        from_s: float | None = None,
        from_hash: str | None = None,
        pause_s: float | None = None,
    ) -> None:
        self._path, self._step_s = path, step_s
        self._from_s, self._from_hash = from_s, from_hash
        self._pause_s = step_s if pause_s is None else pause_s
        self.until_s = 0.0

    def __iter__(self) -> Iterator[Frame]:
        shown: Frame | None = None
        pause_s, index = self._pause_s, 0
        for frame in self._frames():
            if shown is not None:
                pause_s = frame.time_s - shown.time_s
                passed = self._pass(index, frame.time_s)
                if passed > index:
                    yield shown
                index = passed
            elif self._from_s is not None:  # what lies before was seen
                index = self._pass(index, frame.time_s)
            shown = frame
        if shown is not None:
            self.until_s = shown.time_s + pause_s
            if self._pass(index, self.until_s) > index:
                yield shown

    def _pass(self, index: int, until_s: float) -> int:
        """Return the first moment at or after ``until_s``, from ``index`` on."""
        while index * self._step_s < until_s - _ROUNDING_S:
            index += 1
        return index

    def _frames(self) -> Iterator[Frame]:
        if self._from_s is None:
            yield from read_frames(self._path)
            return
        frames = frames_between(self._path, self._from_s, float("inf"))
        first = next(frames, None)
        if first is not None and first.time_s == self._from_s and self._is_right(first):
            yield first
            yield from frames
        else:
            del frames  # the file is opened anew
            yield from (frame for frame in read_frames(self._path) if frame.time_s >= self._from_s)

    def _is_right(self, frame: Frame) -> bool:
        return self._from_hash is None or picture_hash(frame) == self._from_hash
