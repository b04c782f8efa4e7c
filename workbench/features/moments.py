"""What is seen and heard at each 30 ms of a recording, one moment after the other (Yakaew 2021, figure 1).

The way from a recording to features, for extraction. The running system looks with the same :class:`FollowLooker` while
a recording still comes (:mod:`workbench.systems.watching`); a test holds both equal to the last bit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workbench.errors import InvalidInputError
from workbench.features.follower import FaceFollower
from workbench.features.landmarks import Box, LandmarkPredictor
from workbench.features.sight import FollowLooker, Sight, SightStatus
from workbench.features.spectrogram import N_SAMPLES, level_db, sound_column
from workbench.features.stopwatch import Stopwatch
from workbench.media.audio import SOUND_RATE, Sound, read_sound
from workbench.media.header import read_header
from workbench.media.timeline import GRID_STEP_S, grid_times
from workbench.media.video import Frame, frames_on_grid


@dataclass(frozen=True, eq=False)
class SeenMoment:
    """One moment of a recording.

    Attributes
    ----------
    index : int
        Number on the grid.
    time_s, frame_time_s : float
        The moment, and when the picture seen at it was first shown (NaN without pictures).
    status : {"detected", "tracked", "lost", "no pictures"}
        How the face was found, or that it was not.
    box : tuple of float, or None
        x, y, width, height of the face in pixels of the upright picture.
    n_faces : int
        Faces in the last search of the whole picture.
    landmarks : np.ndarray, shape (68, 2), float32, or None
    face : np.ndarray, shape (96, 96, 3), uint8 RGB, or None
    mouth : np.ndarray, shape (28, 28, 3), uint8 RGB, or None
    column : np.ndarray, shape (701,), float32, or None
        Decibels of the 30 ms that start here. None without sound, and where less than half of the 30 ms are
        left before the sound ends; a shorter rest is filled up with silence.
    level_db : float
        Root mean square of the same 30 ms in dBFS; NaN where ``column`` is None.
    """

    index: int
    time_s: float
    frame_time_s: float
    status: SightStatus
    box: Box | None = None
    n_faces: int = 0
    landmarks: np.ndarray | None = None
    face: np.ndarray | None = None
    mouth: np.ndarray | None = None
    column: np.ndarray | None = None
    level_db: float = math.nan


def _hear(sound: Sound | None, time_s: float) -> tuple[np.ndarray | None, float]:
    if sound is None or sound.samples.size - round(time_s * SOUND_RATE) < N_SAMPLES / 2:
        return None, math.nan
    samples = sound.window(time_s, N_SAMPLES)
    return sound_column(samples), float(level_db(samples))


def _part(watch: Stopwatch | None, name: str) -> AbstractContextManager[None]:
    return watch.part(name) if watch is not None else nullcontext()


def _moment(index: int, time_s: float, sight: Sight, sound: Sound | None) -> SeenMoment:
    column, level = _hear(sound, time_s)
    return SeenMoment(
        index=index,
        time_s=time_s,
        frame_time_s=sight.time_s,
        status=sight.status,
        box=sight.box,
        n_faces=sight.n_faces,
        landmarks=sight.landmarks,
        face=sight.face,
        mouth=sight.mouth,
        column=column,
        level_db=level,
    )


def read_moments(
    path: Path,
    *,
    follower: FaceFollower | None = None,
    predictor: LandmarkPredictor | None = None,
    with_sound: bool = True,
    sound: Sound | None = None,
    step_s: float = GRID_STEP_S,
    watch: Stopwatch | None = None,
) -> Iterator[SeenMoment]:
    """Yield what is seen and heard at each moment of a recording, while it is being decoded.

    With pictures the moments last as long as the pictures do; a recording of sound alone has moments as
    long as the sound, all with status ``"no pictures"``. Cover art is no picture.

    Parameters
    ----------
    follower : FaceFollower, optional
        A fresh one by default; one that was used for another clip would look for that clip's face.
    predictor : LandmarkPredictor, optional
        This process's shared one by default.
    with_sound : bool
        Whether to hear. False gives moments without columns.
    sound : Sound, optional
        The recording's sound where the caller has read it already.
    watch : Stopwatch, optional
        Counts the seconds of each part: sound, decode, detect and follow, landmarks, crops, spectrogram.

    Raises
    ------
    InvalidInputError
        The file is no recording, or its sound is damaged as a whole.
    """
    header = read_header(path)
    if with_sound and sound is None:
        with _part(watch, "sound"):
            sound = read_sound(path)
    if not with_sound:
        sound = None
    if header.pictures is None:
        if sound is None:
            raise InvalidInputError(
                f"{path.name} must have pictures or sound to look at. There is none that was asked for."
            )
        yield from _moments_of_sound(sound, step_s, watch)
        return
    looker = FollowLooker(follower=follower, predictor=predictor, watch=watch)
    frame: Frame | None = None
    grid = frames_on_grid(path, step_s=step_s)
    for moment in watch.each("decode", grid) if watch is not None else grid:
        if frame is not moment.frame:
            frame, sight = moment.frame, looker.look(moment.frame)
        with _part(watch, "spectrogram"):
            seen = _moment(moment.index, moment.time_s, sight, sound)
        yield seen


def _moments_of_sound(sound: Sound, step_s: float, watch: Stopwatch | None) -> Iterator[SeenMoment]:
    nothing = Sight(math.nan, "no pictures")
    for index, time_s in enumerate(grid_times(sound.duration_s, step_s=step_s)):
        with _part(watch, "spectrogram"):
            seen = _moment(index, float(time_s), nothing, sound)
        yield seen
