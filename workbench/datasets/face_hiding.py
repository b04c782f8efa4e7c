"""Faces made unrecognisable before a picture leaves the project: coarse squares, from which nothing can be brought back."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore

MARGIN = 0.5
"""So much of the face's box is hidden on either side, too: hair, ears and chin."""
NEAR_S = 0.1
"""Where the face was found within this time is hidden, for it may have moved since."""
SQUARES = 6
"""A hidden face has so many squares either way; a hidden picture, twice as many."""


@dataclass(frozen=True, eq=False)
class FaceHider:
    """Where the one face of a clip is at each moment.

    Attributes
    ----------
    time_s : np.ndarray, shape (n,)
        The moments at which it was found; none where it cannot be told where all faces are.
    box : np.ndarray, shape (n, 4)
        x, y, width, height in pixels of the upright picture.
    """

    time_s: np.ndarray
    box: np.ndarray

    @classmethod
    def of(cls, dataset: Dataset, clip: str) -> FaceHider:
        """Return the one of a clip; where nothing was extracted, or several faces were seen, whole pictures are hidden.

        Raises
        ------
        StorageError
            The features are damaged.
        """
        store = FeatureStore(dataset.features)
        if not store.has(clip) or store.read_report(clip).get("most_faces") != 1:
            return cls(np.zeros(0), np.zeros((0, 4)))
        arrays = store.arrays(clip, ("frame_time_s", "found", "box"))
        found = arrays["found"] & np.isfinite(arrays["box"]).all(axis=1)
        return cls(arrays["frame_time_s"][found], arrays["box"][found].astype(float))

    def hide(self, image: np.ndarray, time_s: float) -> np.ndarray:
        """Return a picture, shape (height, width, 3), without a recognisable face.

        Where no face is known near ``time_s`` the whole picture is hidden: the face may be anywhere in it.
        """
        near = self.box[np.abs(self.time_s - time_s) <= NEAR_S]
        if not len(near):
            return _coarse(image, 2 * SQUARES)
        height, width = image.shape[:2]
        wide = near[:, 2:] * MARGIN
        left, top = np.floor((near[:, :2] - wide).min(axis=0)).astype(int)
        right, bottom = np.ceil((near[:, :2] + near[:, 2:] + wide).max(axis=0)).astype(int)
        left, top = max(left, 0), max(top, 0)
        right, bottom = min(right, width), min(bottom, height)
        if right <= left or bottom <= top:
            return _coarse(image, 2 * SQUARES)
        hidden = image.copy()
        hidden[top:bottom, left:right] = _coarse(image[top:bottom, left:right], SQUARES)
        return hidden


def _coarse(image: np.ndarray, squares: int) -> np.ndarray:
    """Return a picture of so many squares either way, each of the mean colour beneath it."""
    height, width = image.shape[:2]
    small = cv2.resize(image, (squares, squares), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST))
