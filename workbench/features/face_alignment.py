"""Bring faces into one place: every crop turned, scaled and moved so that its points lie on a mean face's.

A crop already has its face's middle and size (:mod:`workbench.features.face`); what is left are the turn of the head
and how the points lie within. A similarity (turn, scale, shift) keeps the face's shape: nothing is stretched.
"""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np

from workbench.errors import InvalidInputError
from workbench.features.clip_features import FACE_SIZE, MOUTH_SIZE
from workbench.features.face import FACE_MARGIN, extent
from workbench.features.mouth import MOUTH_MARGIN, MOUTH_POINTS

N_POINTS = 68
Crop = Literal["faces", "mouths"]
_CUT_AROUND: dict[str, tuple[slice, float, int]] = {
    "faces": (slice(0, N_POINTS), FACE_MARGIN, FACE_SIZE),
    "mouths": (MOUTH_POINTS, MOUTH_MARGIN, MOUTH_SIZE),
}
_SHOWN = {"faces": slice(0, N_POINTS), "mouths": slice(48, N_POINTS)}


def points_in_crop(landmarks: np.ndarray, *, crop: Crop = "faces") -> np.ndarray:
    """Return where the landmarks lie in the crop that was cut around them.

    Parameters
    ----------
    landmarks : np.ndarray, shape (n, 68, 2)
        Pixels of the upright picture.
    crop : {"faces", "mouths"}

    Returns
    -------
    np.ndarray, shape (n, 68, 2) or for mouths (n, 20, 2), float
        Pixels of the crop, x and y; of a mouth's crop only the mouth's points.

    Raises
    ------
    InvalidInputError
        Another shape, or a face whose points all lie in one place.
    """
    if landmarks.ndim != 3 or landmarks.shape[1:] != (N_POINTS, 2):
        raise InvalidInputError(f"landmarks must have the shape (n, 68, 2). Received {landmarks.shape}.")
    around, margin, size = _CUT_AROUND[crop]
    placed = []
    for points in landmarks.astype(float):
        (x, y), larger_px = extent(points[around])
        if not larger_px > 0:
            raise InvalidInputError(
                "The 68 points of a face must lie apart. Received a face with all of them in one place: extract again."
            )
        side_px = max(round(margin * larger_px), 1)  # as crop_square rounds
        corner = np.array([round(x - side_px / 2), round(y - side_px / 2)])
        placed.append((points[_SHOWN[crop]] - corner) * size / side_px)
    return np.stack(placed)


def mean_face(points: np.ndarray) -> np.ndarray:
    """Return the mean of faces' points, shape (k, 2), each first turned and scaled onto the mean before.

    Parameters
    ----------
    points : np.ndarray, shape (n, k, 2)
        From :func:`points_in_crop`.
    """
    mean = points.mean(axis=0)
    for _ in range(3):  # Procrustes: it settles in two rounds
        mean = np.mean([_moved(one, similarity(one, mean)) for one in points], axis=0)
    return mean


def similarity(points: np.ndarray, onto: np.ndarray) -> np.ndarray:
    """Return the 2 x 3 matrix of the turn, scale and shift that brings points onto others with least squares.

    Umeyama 1991 (IEEE PAMI 13, 4), in closed form for the plane.
    """
    centre, target = points.mean(axis=0), onto.mean(axis=0)
    a, b = points - centre, onto - target
    size = (a**2).sum()
    cosine = (a * b).sum() / size
    sine = (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum() / size
    turn = np.array([[cosine, -sine], [sine, cosine]])
    return np.column_stack([turn, target - turn @ centre])


def _moved(points: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    return points @ matrix[:, :2].T + matrix[:, 2]


def warp(images: np.ndarray, points: np.ndarray, onto: np.ndarray, *, border: float | None = 0) -> np.ndarray:
    """Return crops (or maps over them) moved so that their points lie on a mean face's.

    Parameters
    ----------
    images : np.ndarray, shape (n, size, size) or (n, size, size, colours)
    points : np.ndarray, shape (n, k, 2)
        Of each crop.
    onto : np.ndarray, shape (k, 2)
    border : float or None
        What stands where nothing was; None continues the edge.

    Returns
    -------
    np.ndarray, float32, shape of ``images``
    """
    size = (images.shape[2], images.shape[1])
    around = {"borderMode": cv2.BORDER_REPLICATE} if border is None else {"borderValue": (border,) * 3}
    return np.stack(
        [
            cv2.warpAffine(
                image.astype(np.float32), similarity(one, onto), size, flags=cv2.INTER_LINEAR, **around
            )
            for image, one in zip(images, points, strict=True)
        ]
    )
