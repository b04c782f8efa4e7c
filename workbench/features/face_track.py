"""One of several faces: where it is, where it is going, how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from workbench.features.landmarks import Box, PatchTracker

_SPEED_SHARE = 0.3
LONGEST_GUESS_S = 1.0
"""A face that is gone is thought to go on as it moved for no longer than this."""


@dataclass
class FaceTrack:
    """One face of a recording, in view or gone.

    Attributes
    ----------
    face_id : int
        1 for the first face of the recording; never given twice.
    status : {"detected", "tracked", "gone"}
    box : tuple of float
        Where it was seen last.
    landmarks : np.ndarray, shape (68, 2), float32
    portrait : np.ndarray, shape (8, 8, 3)
    seen_s, detected_s : float
        When it was in view last, and when the detector saw it last.
    speed : tuple of float
        Pixels a second to the right and down.
    anchor : tuple of float, or None
        The middle of the searched region (see :mod:`workbench.features.follower`).
    hidden : bool
        Whether it is gone because another face is before it.
    tracker : PatchTracker, or None
        While it bridges.
    """

    face_id: int
    status: Literal["detected", "tracked", "gone"]
    box: Box
    landmarks: np.ndarray
    portrait: np.ndarray
    seen_s: float
    detected_s: float
    speed: tuple[float, float] = (0.0, 0.0)
    anchor: Box | None = None
    hidden: bool = False
    tracker: PatchTracker | None = None

    @property
    def in_view(self) -> bool:
        """Whether it is in the picture looked at last."""
        return self.status != "gone"

    def expected(self, time_s: float) -> Box:
        """Return where it should be now."""
        ahead_s = min(time_s - self.seen_s, LONGEST_GUESS_S)
        x, y, width, height = self.box
        return x + self.speed[0] * ahead_s, y + self.speed[1] * ahead_s, width, height

    def move(self, box: Box, time_s: float) -> None:
        """Take in where it is now."""
        passed_s = time_s - self.seen_s
        if 0 < passed_s <= LONGEST_GUESS_S:
            now = [(new - old) / passed_s for new, old in zip(_centre(box), _centre(self.box), strict=True)]
            self.speed = (
                (1 - _SPEED_SHARE) * self.speed[0] + _SPEED_SHARE * now[0],
                (1 - _SPEED_SHARE) * self.speed[1] + _SPEED_SHARE * now[1],
            )
        self.box, self.seen_s = box, time_s

    def as_json(self) -> dict[str, Any]:
        """Return everything but a running tracker, ready for JSON."""
        return {
            "face_id": self.face_id,
            "status": self.status,
            "box": [float(v) for v in self.box],
            "landmarks": self.landmarks.tolist(),
            "portrait": self.portrait.astype(float).tolist(),
            "seen_s": self.seen_s,
            "detected_s": self.detected_s,
            "speed": list(self.speed),
            "anchor": None if self.anchor is None else [float(v) for v in self.anchor],
            "hidden": self.hidden,
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> FaceTrack:
        """Return the track of :meth:`as_json`."""
        return cls(
            face_id=int(kept["face_id"]),
            status=kept["status"],
            box=tuple(kept["box"]),
            landmarks=np.array(kept["landmarks"], np.float32),
            portrait=np.array(kept["portrait"], np.float32),
            seen_s=float(kept["seen_s"]),
            detected_s=float(kept["detected_s"]),
            speed=tuple(kept["speed"]),
            anchor=None if kept["anchor"] is None else tuple(kept["anchor"]),
            hidden=bool(kept["hidden"]),
        )


def distance_in_faces(first: Box, second: Box) -> float:
    """Return how far the middles of two boxes are apart, in widths of the larger one."""
    apart = np.subtract(_centre(first), _centre(second))
    return float(np.hypot(*apart) / max(first[2], second[2], 1.0))


def _centre(box: Box) -> tuple[float, float]:
    return box[0] + box[2] / 2, box[1] + box[3] / 2
