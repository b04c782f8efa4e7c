"""What is seen in one picture, and who looks: everything that depends on the picture alone, computed once per picture."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np

from workbench.features.face import crop_face
from workbench.features.follower import FaceFollower
from workbench.features.landmarks import Box, LandmarkPredictor, shared_predictor
from workbench.features.mouth import crop_mouth
from workbench.features.stopwatch import Stopwatch
from workbench.media.video import Frame

SightStatus = Literal["detected", "tracked", "lost", "no pictures"]


@dataclass(frozen=True)
class OtherFace:
    """A face in the picture that is not the one being judged.

    Attributes
    ----------
    face_id : int
        Its number in this recording.
    box : tuple of float
        x, y, width, height in pixels of the upright picture.
    """

    face_id: int
    box: Box


@dataclass(frozen=True, eq=False)
class Sight:
    """What is seen in one picture.

    Attributes
    ----------
    time_s : float
        When the picture is first shown; NaN without pictures.
    status : {"detected", "tracked", "lost", "no pictures"}
        How the face was found, or that it was not.
    box : tuple of float, or None
        x, y, width, height of the face in pixels of the upright picture.
    n_faces : int
        Faces in the last search of the whole picture.
    landmarks : np.ndarray, shape (68, 2), float32, or None
    face : np.ndarray, shape (96, 96, 3), uint8 RGB, or None
    mouth : np.ndarray, shape (28, 28, 3), uint8 RGB, or None
    face_id : int or None
        Which of several faces this is, where they are kept apart.
    others : tuple of OtherFace
        The other faces, where they are kept apart.
    """

    time_s: float
    status: SightStatus
    box: Box | None = None
    n_faces: int = 0
    landmarks: np.ndarray | None = None
    face: np.ndarray | None = None
    mouth: np.ndarray | None = None
    face_id: int | None = None
    others: tuple[OtherFace, ...] = ()


class Looker(Protocol):
    """Looks at one recording's pictures in the order they are shown; a new recording needs a new one."""

    def look(self, frame: Frame) -> Sight:
        """Return what is seen in ``frame``."""
        ...

    def heard(self, time_s: float, level_db: float) -> None:
        """Learn how loud the 30 ms from ``time_s`` were (NaN where nothing was heard); may be ignored.

        Told in the order of time. From a file, all that lies before a picture is told before that picture is shown;
        from a camera it may come later.
        """
        ...

    def state(self) -> dict[str, Any] | None:
        """Return everything needed to go on later, ready for JSON; None while the work cannot be cut here."""
        ...

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from :meth:`state`. The next picture looked at must be the one looked at last before it was taken."""
        ...


class FollowLooker:
    """Follow the largest face, place its landmarks and cut out face and mouth, as extraction does.

    Parameters
    ----------
    follower : FaceFollower, optional
        A fresh one by default; one that was used for another clip would look for that clip's face.
    predictor : LandmarkPredictor, optional
        This process's shared one by default.
    watch : Stopwatch, optional
        Counts the seconds of each part: detect and follow, landmarks, crops.
    """

    def __init__(
        self,
        *,
        follower: FaceFollower | None = None,
        predictor: LandmarkPredictor | None = None,
        watch: Stopwatch | None = None,
    ) -> None:
        self._follower, self._predictor, self._watch = follower, predictor, watch

    def _ready(self) -> tuple[FaceFollower, LandmarkPredictor]:
        # dlib's detector belongs to the thread that uses it, so both are fetched on the thread that looks.
        self._follower = self._follower or FaceFollower()
        self._predictor = self._predictor or shared_predictor()
        return self._follower, self._predictor

    def look(self, frame: Frame) -> Sight:
        """Return what is seen in ``frame``."""
        follower, predictor = self._ready()
        with _part(self._watch, "detect and follow"):
            followed = follower.look(frame)
        if followed.box is None:
            return Sight(frame.time_s, "lost", n_faces=followed.n_faces)
        with _part(self._watch, "landmarks"):
            points = predictor.points(follower.grey, followed.box)
        with _part(self._watch, "crops"):
            face, mouth = crop_face(frame.image, points), crop_mouth(frame.image, points)
        return Sight(frame.time_s, followed.status, followed.box, followed.n_faces, points, face, mouth)

    def heard(self, time_s: float, level_db: float) -> None:
        """Pass over the sound: one face is followed however loud it is."""

    def state(self) -> dict[str, Any] | None:
        """Return the follower's state; None while dlib's tracker bridges, which cannot be written down."""
        return self._ready()[0].state()

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from :meth:`state`."""
        self._ready()[0].restore(state)


def _part(watch: Stopwatch | None, name: str) -> AbstractContextManager[None]:
    return watch.part(name) if watch is not None else nullcontext()
