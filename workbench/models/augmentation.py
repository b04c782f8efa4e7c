"""Random changes of training pictures, the same ones for the same generator."""

from __future__ import annotations

import numpy as np

from workbench.lazy import load
from workbench.models.settings import Augmentation


def augment(pictures: np.ndarray, augmentation: Augmentation, *, rng: np.random.Generator) -> np.ndarray:
    """Return changed copies of ``pictures``, shape (n, height, width, 3), uint8 as received."""
    cv2 = load("cv2")
    height, width = pictures.shape[1:3]
    return np.stack(
        [
            cv2.warpAffine(
                picture,
                _matrix(augmentation, height, width, rng),
                (width, height),
                flags=cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            )
            for picture in pictures
        ]
    )


def _matrix(a: Augmentation, height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """Compose flip, shear, zoom, rotation and shift about the picture's centre into one 2 x 3 matrix."""
    turn, lean = (
        np.deg2rad(rng.uniform(-a.rotation_deg, a.rotation_deg)),
        np.deg2rad(rng.uniform(-a.shear, a.shear)),
    )
    zoom_x, zoom_y = rng.uniform(1 - a.zoom, 1 + a.zoom, 2)
    shift = rng.uniform(-a.shift, a.shift, 2) * (width, height)
    mirror = -1.0 if a.flip and rng.random() < 0.5 else 1.0
    rotate = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    shear = np.array([[1.0, -np.sin(lean)], [0.0, np.cos(lean)]])
    linear = rotate @ shear @ np.diag([zoom_x * mirror, zoom_y])
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    return np.column_stack([linear, centre - linear @ centre + shift])
