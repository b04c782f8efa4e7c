"""A recording's answers drawn on its own pictures: an MP4 with the original sound.

While the answers come they are kept in a nameless temporary file, some 50 bytes each; when all are there the recording is
gone through a second time and drawn on. Memory does not grow with the length.
"""

from __future__ import annotations

import math
import struct
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import numpy as np

from workbench.errors import InvalidInputError
from workbench.files import PendingFile, sha256_of
from workbench.media.header import read_header
from workbench.media.overlay import Overlay, Shown
from workbench.media.redrawing import Redrawn, redraw
from workbench.media.video import Frame
from workbench.progress import Progress, in_one_line, silent
from workbench.sentiment import SENTIMENTS
from workbench.systems.moment_events import MomentAnswer
from workbench.systems.sinks import AnalysisFacts

_KEPT = struct.Struct("<d4f2b6f")
"""Time of the picture; box; mouth and branch by number; probabilities of the moment and so far."""
_MOUTHS = (None, False, True)
_BRANCHES = (None, "visual", "audiovisual")
_NOWHERE = (math.nan,) * 4
_ROUNDING_S = 1e-6


class VideoSink:
    """Draws the answers on the recording.

    A picture shows the last moment that looked at it. In a recording of more than 33 pictures a second some are looked at
    by no moment: they show the moment before.

    Parameters
    ----------
    source, target : Path
    progress : callable
        Told of the drawing, ``(seconds drawn, seconds, words)``; raising :class:`workbench.progress.Stopped` leaves no video.
    """

    def __init__(self, source: Path, target: Path, *, progress: Progress = silent) -> None:
        self._source, self._progress = source, progress
        self._pending = PendingFile(target)
        self._kept: IO[bytes] | None = None
        self._last_s = 0.0
        self.redrawn: Redrawn | None = None

    def open(self, facts: AnalysisFacts) -> None:
        """Make ready.

        Raises
        ------
        InvalidInputError
            There are no pictures to draw on.
        """
        if read_header(self._source).pictures is None:
            raise InvalidInputError(
                f"An annotated video needs pictures to draw on. {self._source.name} has sound only: ask for a table (.csv, .parquet, .json)."
            )
        self._path = self._pending.begin()
        self._kept = tempfile.TemporaryFile(prefix="workbench-")  # noqa: SIM115 - lives until close or abandon

    def write(self, answer: MomentAnswer) -> None:
        """Keep what will be drawn of a moment."""
        if self._kept is None or math.isnan(answer.frame_time_s):
            return
        packed = _KEPT.pack(
            answer.frame_time_s,
            *(answer.box or _NOWHERE),
            _MOUTHS.index(answer.mouth_open),
            _BRANCHES.index(answer.branch),
            *_shares(answer.probabilities),
            *_shares(answer.accumulated),
        )
        self._last_s = answer.time_s
        with self._pending.writing():
            self._kept.write(packed)

    def close(self, summary: Any) -> None:
        """Draw, and put the video in its place."""
        drawing = _Drawing(self._read())
        about = f"affect-workbench; recording sha256 {sha256_of(self._source)}"
        try:
            with self._pending.writing():
                self.redrawn = redraw(
                    self._source,
                    self._path,
                    drawing.draw,
                    comment=about,
                    length_s=self._last_s,
                    progress=self._progress,
                )
            self._pending.keep()
        finally:
            self.abandon()

    def line(self) -> str:
        """Say what became of the sound, for people."""
        told = {
            "copied": "with the recording's own sound, byte by byte",
            "converted": "its sound became AAC: MP4 cannot hold it as it is",
            "left out": "without sound: there is no decoder for it",
            "none": "without sound: the recording has none",
        }
        return f"{in_one_line(self._pending.target.name)}: {told[self.redrawn.sound]}" if self.redrawn else ""

    def abandon(self) -> None:
        """Take it away."""
        kept, self._kept = self._kept, None
        with suppress(OSError):  # a full disk: it goes anyway
            if kept is not None:
                kept.close()
        self._pending.drop()

    def _read(self) -> Iterator[tuple[float, Shown]]:
        kept = self._kept
        if kept is None:
            return
        kept.seek(0)
        so_far: tuple[float, ...] | None = None
        while packed := kept.read(_KEPT.size):
            time_s, *rest = _KEPT.unpack(packed)
            now = _known(rest[6:9])
            so_far = _known(rest[9:12]) or so_far
            yield time_s, Shown(_known(rest[:4]), _MOUTHS[rest[4]], _BRANCHES[rest[5]], now, so_far)


class _Drawing:
    """Walks along the answers beside the pictures, both in the order of time."""

    def __init__(self, answers: Iterator[tuple[float, Shown]]) -> None:
        self._answers = answers
        self._next = next(answers, None)
        self._shown = Shown()
        self._overlay: Overlay | None = None

    def draw(self, frame: Frame) -> np.ndarray:
        """Return the picture with what was seen and said."""
        if self._overlay is None:
            self._overlay = Overlay(frame.image.shape[1], frame.image.shape[0])
        while self._next is not None and self._next[0] <= frame.time_s + _ROUNDING_S:
            self._shown = self._next[1]
            self._next = next(self._answers, None)
        return self._overlay.draw(frame.image, frame.time_s, self._shown)


def _shares(probabilities: dict[str, float] | None) -> tuple[float, ...]:
    return (
        (math.nan,) * len(SENTIMENTS)
        if probabilities is None
        else tuple(probabilities[n] for n in SENTIMENTS)
    )


def _known(numbers: Any) -> Any:
    return None if math.isnan(numbers[0]) else tuple(numbers)
