"""The room around the head and the light upon it: what the camera adds to the drawing."""

from __future__ import annotations

import cv2
import numpy as np

from workbench.media.sample_cast.canvas import OVERSAMPLING, PICTURE_HEIGHT, PICTURE_WIDTH
from workbench.media.sample_cast.looks import Looks
from workbench.media.sample_cast.motion import Pose

_LIGHT_SCALE = 120  # pixels of the light map per face unit
_LIGHT_ORIGIN = np.array([1.4, 1.1])  # face units from the map's corner to the root of the nose
_UNCHANGED = 160  # the grey of the light map that leaves a pixel as it is
_NOISE_LEVEL = 1.7


def draw_wall(rng: np.random.Generator, looks: Looks) -> np.ndarray:
    """Return the wall behind the actor, twice the picture's size, with out-of-focus things on it."""
    size = (PICTURE_HEIGHT // 4, PICTURE_WIDTH // 4)
    y, x = np.mgrid[0 : size[0], 0 : size[1]]
    tone = 1 + 0.25 * looks.light * (x / size[1] - 0.5) - 0.18 * (y / size[0] - 0.5)
    wall = np.array(looks.wall)[None, None] * tone[..., None]
    for _ in range(rng.integers(0, 4)):
        left, top = rng.integers(0, size[1]), rng.integers(0, size[0])
        width, height = rng.integers(10, 30), rng.integers(12, 40)
        wall[top : top + height, left : left + width] *= rng.uniform(0.75, 1.2, 3) * 0.5 + 0.5
    wall = cv2.GaussianBlur(wall, (0, 0), 2.5)
    large = cv2.resize(
        wall, (PICTURE_WIDTH * OVERSAMPLING, PICTURE_HEIGHT * OVERSAMPLING), interpolation=cv2.INTER_CUBIC
    )
    return np.clip(large, 0, 255).astype(np.uint8)


def draw_light(rng: np.random.Generator, looks: Looks) -> np.ndarray:
    """Return how bright each place of the head is, in face units' own map; grey 160 changes nothing."""
    size = np.array([3.6, 2.8]) * _LIGHT_SCALE
    y, x = np.mgrid[0 : int(size[0]), 0 : int(size[1])] / _LIGHT_SCALE
    x, y = x - _LIGHT_ORIGIN[0], y - _LIGHT_ORIGIN[1]
    across, down = x / 0.62, (y - 0.3) / 0.95
    inside = np.clip(1 - across**2 - down**2, 0, 1)
    facing = np.sqrt(inside)
    lit = 0.80 * facing + 0.28 * looks.light * across - 0.12 * down
    light = 1 + np.where(inside > 0, 1, 0) * np.clip(inside * 4, 0, 1) * (lit - 0.62) * 0.45
    for centre_x, centre_y, width, height, gain in (
        (-0.34, 0.46, 0.13, 0.09, 0.05), (0.34, 0.46, 0.13, 0.09, 0.05), (0.0, -0.2, 0.3, 0.14, 0.05), (0.0, 1.03, 0.12, 0.06, 0.05),
        (0.0, 0.68, 0.05, 0.05, -0.06), (0.0, 0.93, 0.14, 0.03, -0.08), (0.0, 1.36, 0.4, 0.12, -0.1),
    ):  # fmt: skip
        light += gain * np.exp(-(((x - centre_x) / width) ** 2) - ((y - centre_y) / height) ** 2)
    pores = cv2.GaussianBlur(rng.normal(0, 1, light.shape), (0, 0), 0.9) * 0.02
    spots = (rng.random(light.shape) > 0.9965) & (np.abs(x) < 0.45) & (np.abs(y - 0.42) < 0.22)
    freckles = cv2.GaussianBlur(spots.astype(np.float64), (0, 0), 1.0) * looks.freckles
    light = cv2.GaussianBlur(light, (0, 0), 2.0) * (1 + pores) * (1 - 0.9 * np.clip(freckles, 0, 0.25))
    return np.clip(light * looks.ambient * _UNCHANGED, 0, 255).astype(np.uint8)


class Camera:
    """Lay light and grain over a drawn picture.

    Parameters
    ----------
    light : np.ndarray, shape (432, 336), uint8
        From :func:`draw_light`.
    rng : np.random.Generator
        For the grain.
    """

    def __init__(self, light: np.ndarray, rng: np.random.Generator, *, ambient: float) -> None:
        self._light = light
        self._ambient = round(min(ambient * _UNCHANGED, 255))
        self._rng = rng
        # One sheet of grain, cut at a new place for every picture: as lively as fresh noise, far cheaper.
        self._grain = np.round(
            rng.normal(0, _NOISE_LEVEL, (PICTURE_HEIGHT + 64, PICTURE_WIDTH + 64, 3))
        ).astype(np.int16)

    def take(self, picture: np.ndarray, pose: Pose) -> np.ndarray:
        """Return the picture as filmed, shape (360, 480, 3), uint8."""
        to_map = np.array(
            [[1 / _LIGHT_SCALE, 0, -_LIGHT_ORIGIN[0]], [0, 1 / _LIGHT_SCALE, -_LIGHT_ORIGIN[1]], [0, 0, 1]]
        )
        matrix = pose.matrix @ to_map
        light = cv2.warpAffine(
            self._light,
            matrix,
            (PICTURE_WIDTH, PICTURE_HEIGHT),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        lit = cv2.multiply(picture, cv2.merge([light, light, light]), scale=1 / _UNCHANGED)
        down, right = self._rng.integers(0, 64, 2)
        grain = self._grain[down : down + PICTURE_HEIGHT, right : right + PICTURE_WIDTH]
        return np.clip(lit.astype(np.int16) + grain, 0, 255).astype(np.uint8)
