"""Parts of a face as masks over its crop, from the 68 points: brows and eyes, nose, mouth, the rest, and what is around it (forehead, hair, background)."""

from __future__ import annotations

import cv2
import numpy as np

from workbench.features.clip_features import FACE_SIZE

REGIONS = ("eyes and brows", "nose", "mouth", "rest of the face", "around the face")
_PARTS = {"eyes and brows": slice(17, 27), "nose": slice(27, 36), "mouth": slice(48, 68)}
_EYES = slice(36, 48)
_AIR_PX = 5
"""Parts reach a little beyond their points: a lip's edge lies outside them."""


def region_masks(points: np.ndarray) -> dict[str, np.ndarray]:
    """Return which pixels of a 96 x 96 crop belong to which part; every pixel belongs to one.

    Parameters
    ----------
    points : np.ndarray, shape (68, 2)
        Of the 68-point scheme, in pixels of the crop.
    """
    eyes = np.concatenate([points[_PARTS["eyes and brows"]], points[_EYES]])
    mouth, nose = _hull(points[_PARTS["mouth"]]), _hull(points[_PARTS["nose"]])
    brows = _hull(eyes)
    masks = {"mouth": mouth, "nose": nose & ~mouth & ~brows, "eyes and brows": brows & ~mouth}
    whole = _hull(points) | mouth | nose | brows
    masks["rest of the face"] = whole & ~(mouth | nose | brows)
    masks["around the face"] = ~whole
    return {name: masks[name] for name in REGIONS}


def _hull(points: np.ndarray) -> np.ndarray:
    mask = np.zeros((FACE_SIZE, FACE_SIZE), np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.rint(points).astype(np.int32)), 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * _AIR_PX + 1, 2 * _AIR_PX + 1))
    return cv2.dilate(mask, kernel).astype(bool)
