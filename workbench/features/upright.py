"""Faces on a tilted head, cut out upright (roll: turned about the line of sight).

Extraction cuts squares along the picture's edges, so a network that learnt from upright heads meets tilted faces it has
never seen. :class:`UprightLooker` turns the picture around a face that is tilted by more than 5 degrees, looks for it
there once more, and cuts face and mouth out of the turned picture. Up to 5 degrees nothing differs by a bit from what
the looker inside sees. An option for judging; features and labels are made without it.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import cv2
import numpy as np

from workbench.features.face import crop_face, extent
from workbench.features.follower import NEAR_THRESHOLD, REACH
from workbench.features.landmarks import (
    Box,
    LandmarkPredictor,
    shared_detector,
    shared_predictor,
    to_grey,
)
from workbench.features.mouth import crop_mouth
from workbench.features.sight import Looker, Sight
from workbench.media.video import Frame

UPRIGHT_FROM_DEG = 5.0
TURN_AGAIN_FROM_DEG, MOST_TURNS = 3.0, 3
_RIGHT_EYE, _LEFT_EYE = slice(36, 42), slice(42, 48)
_AROUND = 2.2
"""Side of the turned piece over the larger extent of the landmarks."""


def roll_deg(landmarks: np.ndarray) -> float:
    """Return by how much a face is tilted, degrees clockwise as seen in the picture, from the line of its eyes.

    Parameters
    ----------
    landmarks : np.ndarray, shape (68, 2)
    """
    x, y = landmarks[_LEFT_EYE].mean(axis=0) - landmarks[_RIGHT_EYE].mean(axis=0)
    return float(np.degrees(np.arctan2(y, x)))


class UprightLooker:
    """Let another looker look, and cut tilted faces out upright.

    Parameters
    ----------
    looker : Looker
    predictor : LandmarkPredictor, optional
        This process's shared one by default.
    """

    def __init__(self, looker: Looker, *, predictor: LandmarkPredictor | None = None) -> None:
        self._looker, self._predictor = looker, predictor

    @property
    def options(self) -> str:
        """How it looks, in words."""
        return f"upright {getattr(self._looker, 'options', type(self._looker).__name__)}"

    def look(self, frame: Frame) -> Sight:
        """Return what is seen in ``frame``; the landmarks lie where they are in the picture as it is."""
        sight = self._looker.look(frame)
        if sight.landmarks is None or sight.box is None:
            return sight
        roll = roll_deg(sight.landmarks)
        if abs(roll) <= UPRIGHT_FROM_DEG:
            return sight
        for _ in range(MOST_TURNS):
            piece, way = _turned(frame.image, sight.landmarks, roll)
            points = self._points(piece, _moved(sight.box, way))
            left = roll_deg(points)
            if abs(left) <= TURN_AGAIN_FROM_DEG:
                break
            roll += left  # points on a tilted face are drawn towards upright ones, so the first guess is too small
        return dataclasses.replace(
            sight,
            landmarks=_through(points, cv2.invertAffineTransform(way)).astype(np.float32),
            face=crop_face(piece, points),
            mouth=crop_mouth(piece, points),
        )

    def _points(self, piece: np.ndarray, due: Box) -> np.ndarray:
        grey = to_grey(piece)
        found = shared_detector().find_near(grey, due, around=due, reach=REACH, threshold=NEAR_THRESHOLD)
        self._predictor = self._predictor or shared_predictor()
        return self._predictor.points(grey, found.box if found is not None else due)

    def heard(self, time_s: float, level_db: float) -> None:
        """Pass on how loud it was."""
        self._looker.heard(time_s, level_db)

    def state(self) -> dict[str, Any] | None:
        """Return the state of the looker inside; nothing else is kept from picture to picture."""
        return self._looker.state()

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from :meth:`state`."""
        self._looker.restore(state)


def _turned(image: np.ndarray, landmarks: np.ndarray, roll: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the piece around a face, turned upright, and the 2 x 3 matrix that leads into it."""
    centre, larger_px = extent(landmarks)
    side = max(round(_AROUND * larger_px), 1)
    way = np.asarray(cv2.getRotationMatrix2D(centre, roll, 1.0), dtype=np.float64)
    way[:, 2] += side / 2 - np.array(centre)
    piece = cv2.warpAffine(image, way, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return piece, way


def _through(points: np.ndarray, way: np.ndarray) -> np.ndarray:
    return points @ way[:, :2].T + way[:, 2]


def _moved(box: Box, way: np.ndarray) -> Box:
    """Return the box of the same size around where its middle comes to lie."""
    x, y, width, height = box
    middle_x, middle_y = _through(np.array([x + width / 2, y + height / 2]), way)
    return float(middle_x - width / 2), float(middle_y - height / 2), width, height
