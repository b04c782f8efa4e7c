"""The mouth as the mouth network sees it, and how far its lips are apart by the landmarks alone.

Points are 0-based rows of the 68-point scheme: 48 to 59 go around the outer lips, 60 to 67 around the inner.
"""

from __future__ import annotations

import numpy as np

from workbench.errors import InvalidInputError
from workbench.features.clip_features import MOUTH_SIZE
from workbench.features.face import crop_square, extent

MOUTH_POINTS = slice(48, 63)
"""Landmarks 49 to 63, counted from 1 (Yakaew 2021, section 2.1): the outer lips and the inner upper ones."""

MOUTH_MARGIN = 1.3
"""Side of the crop over the larger extent of the mouth's points: its width, unless it is wide open."""

_INNER_CORNERS = (60, 64)
_INNER_PAIRS = ((61, 67), (62, 66), (63, 65))


def crop_mouth(image: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
    """Return the mouth of ``landmarks``, shape (68, 2), as RGB of shape (28, 28, 3), uint8.

    The crop is a square, so that the mouth keeps its proportion: a box around the lips stretched to a square
    would show a closed mouth as thick as an open one.
    """
    centre, larger_px = extent(landmarks[MOUTH_POINTS])
    return crop_square(image, centre=centre, side_px=max(MOUTH_MARGIN * larger_px, 1.0), size=MOUTH_SIZE)


def mouth_opening(landmarks: np.ndarray) -> np.ndarray:
    """Say how far a mouth is open, free of the size and the roll of the face.

    The mean gap between the inner lips (three pairs of points) over the distance of the inner corners.

    Parameters
    ----------
    landmarks : np.ndarray, shape (..., 68, 2)

    Returns
    -------
    np.ndarray, shape (...), float
        0 where the lips touch, about 0.5 to 1 in a wide open mouth.

    Raises
    ------
    InvalidInputError
        The shape is another one.
    """
    points = np.asarray(landmarks, dtype=float)
    if points.shape[-2:] != (68, 2):
        raise InvalidInputError(
            f"landmarks must end in shape (68, 2). Received {points.shape}: pass all points, not the mouth's."
        )
    gaps = [np.linalg.norm(points[..., a, :] - points[..., b, :], axis=-1) for a, b in _INNER_PAIRS]
    width = np.linalg.norm(points[..., _INNER_CORNERS[0], :] - points[..., _INNER_CORNERS[1], :], axis=-1)
    return np.mean(gaps, axis=0) / np.maximum(width, 1e-6)
