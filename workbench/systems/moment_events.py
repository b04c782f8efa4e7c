"""What a stream tells: each picture as soon as it is seen, each moment as soon as it is settled."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.features.landmarks import Box
from workbench.features.sight import OtherFace, SightStatus

SOUND_MISSING, SOUND_LATE, PICTURE_LATE = "SOUND_MISSING", "SOUND_LATE", "PICTURE_LATE"
"""Notes of a moment: sound was lost in it, came too late for it, or no new picture came for too long."""


@dataclass(frozen=True, eq=False)
class PictureSeen:
    """What is seen in one picture, told at once.

    Attributes
    ----------
    time_s : float
        When the picture is shown.
    status : {"detected", "tracked", "lost"}
    box, landmarks
        As computed: pixels of the upright picture; (68, 2) float32; None without a face.
    shown_box, shown_landmarks
        The same for display, smoothed where a smoother is used.
    p_open : float or None
        Probability that the mouth is open.
    mouth_open : bool or None
    probabilities : dict of str to float, or None
        What the face alone says.
    n_faces : int
    face_id : int or None
        Which face this is, where several are kept apart.
    others : tuple of OtherFace
    key : object
        What the sender of the picture calls it.
    """

    time_s: float
    status: SightStatus
    box: Box | None = None
    landmarks: np.ndarray | None = None
    shown_box: Box | None = None
    shown_landmarks: np.ndarray | None = None
    p_open: float | None = None
    mouth_open: bool | None = None
    probabilities: dict[str, float] | None = None
    n_faces: int = 0
    face_id: int | None = None
    others: tuple[OtherFace, ...] = ()
    key: Any = None


@dataclass(frozen=True)
class MomentAnswer:
    """What the system says at one moment of the 30 ms grid.

    Attributes
    ----------
    index : int
    time_s : float
    frame_time_s : float
        When the picture seen at it was first shown; NaN without pictures.
    status : {"detected", "tracked", "lost", "no pictures"}
    box : tuple of float, or None
        x, y, width, height; None without a face, and then all that follows is None but ``heard`` and ``note``.
    p_open : float or None
    mouth_open : bool or None
    branch : {"visual", "audiovisual"} or None
    probabilities, accumulated : dict of str to float, or None
        Of this moment, and of all moments so far (equation 1).
    heard : bool
        Whether there is sound at the moment.
    level_db : float
        How loud it is in dBFS; NaN where nothing is heard.
    face_id : int or None
    note : {"SOUND_MISSING", "SOUND_LATE", "PICTURE_LATE"} or None
    """

    index: int
    time_s: float
    frame_time_s: float = math.nan
    status: SightStatus = "no pictures"
    box: Box | None = None
    p_open: float | None = None
    mouth_open: bool | None = None
    branch: str | None = None
    probabilities: dict[str, float] | None = None
    accumulated: dict[str, float] | None = None
    heard: bool = False
    level_db: float = math.nan
    face_id: int | None = None
    note: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the moment in the shape of the ``frames`` of ``analyze --json``."""
        return {
            "time_s": round(self.time_s, 3),
            "face": None if self.box is None else [round(float(v), 1) for v in self.box],
            "mouth_open": self.mouth_open,
            "branch": self.branch,
            "probabilities": _rounded(self.probabilities),
            "accumulated": _rounded(self.accumulated),
        }


Event = PictureSeen | MomentAnswer


def _rounded(probabilities: dict[str, float] | None) -> dict[str, float] | None:
    if probabilities is None:
        return None
    return {name: round(float(p), 6) for name, p in probabilities.items()}
