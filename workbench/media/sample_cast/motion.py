"""How a head moves while its owner speaks: drift, small turns, blinks, gaze."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

_PIVOT = np.array([0.0, 0.9])  # the head turns about the neck, in face units
_YAW_SHIFT = 0.05


@dataclass(frozen=True)
class Pose:
    """Where the head is in one picture.

    Attributes
    ----------
    x_px, y_px : float
        Where the root of the nose stands.
    scale_px : float
        Pixels per face unit.
    roll : float
        Lean to the side in radians.
    yaw, pitch : float
        Turn of the head, -1 to 1: parts that stand out move by this times their depth.
    """

    x_px: float
    y_px: float
    scale_px: float
    roll: float
    yaw: float
    pitch: float

    def place(self, points: np.ndarray, *, depth: float = 1.0) -> np.ndarray:
        """Turn face units, shape (n, 2), into pixels of the picture; ``depth`` 0 is the axis of the head."""
        shifted = np.asarray(points, dtype=np.float64) + depth * np.array(self.turned)
        return shifted @ self.matrix[:, :2].T + self.matrix[:, 2]

    @cached_property
    def turned(self) -> tuple[float, float]:
        """How far a part of depth 1 moves when the head turns, in face units."""
        return self.yaw * _YAW_SHIFT, self.pitch * 0.6 * _YAW_SHIFT

    @cached_property
    def matrix(self) -> np.ndarray:
        """The affine map of the head's axis, shape (2, 3), from face units to pixels."""
        cosine, sine = np.cos(self.roll), np.sin(self.roll)
        turn = np.array([[cosine, -sine], [sine, cosine]])
        offset = self.scale_px * (_PIVOT - turn @ _PIVOT) + (self.x_px, self.y_px)
        return np.column_stack([self.scale_px * turn, offset])


def wander(rng: np.random.Generator, times_s: np.ndarray, *, period_s: float, size: float) -> np.ndarray:
    """Return a slow, smooth, aimless movement of about ``size``, one value per time."""
    total = np.zeros_like(times_s)
    for number in range(1, 4):
        frequency = number / period_s * rng.uniform(0.8, 1.2)
        total += rng.normal() / number * np.sin(2 * np.pi * (frequency * times_s + rng.uniform()))
    return size * total


@dataclass(frozen=True)
class Motion:
    """A whole clip's movement; every array has one value per picture.

    Attributes
    ----------
    poses : list of Pose
    blink : np.ndarray, shape (n,)
        0 eyes open, 1 shut.
    gaze : np.ndarray, shape (n, 2)
        Where the eyes look, -1 to 1 across and down.
    """

    poses: list[Pose]
    blink: np.ndarray
    gaze: np.ndarray


def _blinks(rng: np.random.Generator, times_s: np.ndarray) -> np.ndarray:
    closed = np.zeros_like(times_s)
    moment = rng.uniform(0.1, 1.6)
    while moment < times_s[-1]:
        closed = np.maximum(closed, np.clip(1.25 - np.abs(times_s - moment) / 0.075, 0, 1))
        moment += rng.uniform(1.2, 3.0)
    return closed


def draw_motion(
    rng: np.random.Generator, times_s: np.ndarray, *, scale_px: float, liveliness: float, emphasis: np.ndarray
) -> Motion:
    """Draw how the head moves over a clip.

    Parameters
    ----------
    times_s : np.ndarray, shape (n,)
        When the pictures are shown.
    liveliness : float
        1 is a calm speaker; more moves more.
    emphasis : np.ndarray, shape (n,)
        How far the mouth is open, 0 to 1: the head nods a little with the voice.
    """
    size = liveliness
    x = 240 + rng.uniform(-14, 14) + wander(rng, times_s, period_s=2.6, size=2.6 * size)
    y = 133 + rng.uniform(-5, 5) + wander(rng, times_s, period_s=2.2, size=1.5 * size) + 1.4 * size * emphasis
    scale = scale_px * (rng.uniform(0.98, 1.02) + wander(rng, times_s, period_s=3.0, size=0.006 * size))
    roll = rng.uniform(-0.035, 0.035) + wander(rng, times_s, period_s=2.4, size=0.012 * size)
    yaw = rng.uniform(-0.35, 0.35) + wander(rng, times_s, period_s=2.0, size=0.18 * size)
    pitch = rng.uniform(-0.2, 0.2) + wander(rng, times_s, period_s=1.7, size=0.15 * size)
    looks_away = np.repeat(rng.normal(0, 0.22, (8, 2)), int(np.ceil(len(times_s) / 8)), axis=0)[
        : len(times_s)
    ]
    poses = [
        Pose(*map(float, values))
        for values in zip(x, y, scale, roll, np.clip(yaw, -1, 1), np.clip(pitch, -1, 1), strict=True)
    ]
    return Motion(poses=poses, blink=_blinks(rng, times_s), gaze=np.clip(looks_away, -0.6, 0.6))
