"""Paint smooth shapes: anti-aliased polygons with opacity and soft edges, drawn at twice the picture's size."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from workbench.media.sample_cast.looks import Colour

PICTURE_WIDTH = 480
PICTURE_HEIGHT = 360
OVERSAMPLING = 2
_SHIFT = 4  # cv2 takes coordinates in sixteenths of a pixel


@cache
def _spline_weights(per_span: int) -> np.ndarray:
    """Return how much each of four neighbouring points counts along a span, shape (per_span, 4)."""
    t = np.arange(per_span) / per_span
    return 0.5 * np.stack(
        [2 * t**2 - t - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2], axis=1
    )


@cache
def _spans(n_spans: int) -> np.ndarray:
    return np.arange(n_spans)[:, None] + np.arange(4)


def smooth(points: np.ndarray, *, closed: bool = False, per_span: int = 6) -> np.ndarray:
    """Return a curve through ``points`` (Catmull and Rom's spline).

    Parameters
    ----------
    points : np.ndarray, shape (n, 2)
        n >= 2.

    Returns
    -------
    np.ndarray, shape (n * per_span, 2) when closed, else ((n - 1) * per_span + 1, 2)
    """
    points = np.asarray(points, dtype=np.float64)
    before, after = (points[-1:], points[:2]) if closed else (points[:1], points[-1:])
    padded = np.concatenate([before, points, after])
    curve = _spline_weights(per_span) @ padded[_spans(len(padded) - 3)]
    flat = curve.reshape(-1, 2)
    return flat if closed else np.concatenate([flat, points[-1:]])


def mirrored(half: np.ndarray) -> np.ndarray:
    """Close a right half (from the top of the middle line to its bottom) with its mirror image."""
    half = np.asarray(half, dtype=np.float64)
    left = half[::-1] * (-1, 1)
    inner = left[(np.abs(left[:, 0]) > 1e-9)]
    return np.concatenate([half, inner])


def ellipse(
    centre: tuple[float, float], radius_x: float, radius_y: float, *, n_points: int = 28
) -> np.ndarray:
    """Return the outline of an ellipse, shape (n_points, 2)."""
    angle = np.linspace(0, 2 * np.pi, n_points, endpoint=False)
    return np.stack([centre[0] + radius_x * np.cos(angle), centre[1] + radius_y * np.sin(angle)], axis=1)


def shade(colour: Colour, factor: float) -> Colour:
    """Return a darker (factor < 1) or lighter (> 1) colour."""
    red, green, blue = (min(max(value * factor, 0.0), 255.0) for value in colour)
    return red, green, blue


def _soft_mask(points_px: np.ndarray, region: tuple[slice, slice], blur: float, opacity: float) -> np.ndarray:
    """Return how much of a polygon covers each pixel of a region, 0 to ``opacity``; ``blur`` in pixels."""
    rows, columns = region
    height, width = rows.stop - rows.start, columns.stop - columns.start
    # A wide blur has no detail to lose: drawn small and enlarged it looks the same for a tenth of the time.
    small = 1 if blur < 3 else 2 if blur < 6 else 4
    size = (-(-width // small), -(-height // small))
    mask = np.zeros((size[1], size[0]), np.uint8)
    at_size = ((points_px + 0.5) * OVERSAMPLING - (columns.start, rows.start)) * (
        size[0] / width,
        size[1] / height,
    ) - 0.5
    cv2.fillPoly(mask, [np.round(at_size * (1 << _SHIFT)).astype(np.int32)], 255, cv2.LINE_AA, _SHIFT)
    covered: np.ndarray = mask * np.float32(opacity / 255)
    if blur > 0:
        covered = cv2.GaussianBlur(covered, (0, 0), blur / small)
    return covered if small == 1 else cv2.resize(covered, (width, height), interpolation=cv2.INTER_LINEAR)


class Canvas:
    """One picture being painted.

    Parameters
    ----------
    background : np.ndarray, shape (720, 960, 3), uint8
        Copied; RGB.
    """

    def __init__(self, background: np.ndarray) -> None:
        self.image = background.copy()

    def _fixed(self, points_px: np.ndarray) -> np.ndarray:
        at_size = (points_px + 0.5) * OVERSAMPLING - 0.5
        return np.round(at_size * (1 << _SHIFT)).astype(np.int32)

    def _region(self, points_px: np.ndarray, margin: int) -> tuple[slice, slice] | None:
        height, width = self.image.shape[:2]
        left, top = (points_px.min(axis=0) * OVERSAMPLING).tolist()
        right, bottom = (points_px.max(axis=0) * OVERSAMPLING).tolist()
        rows = slice(max(int(top) - margin, 0), min(int(bottom) + margin + 2, height))
        columns = slice(max(int(left) - margin, 0), min(int(right) + margin + 2, width))
        return (rows, columns) if rows.stop > rows.start and columns.stop > columns.start else None

    def fill(
        self, points_px: np.ndarray, colour: Colour, *, opacity: float = 1.0, soft_px: float = 0.0
    ) -> None:
        """Fill a polygon, shape (n, 2) in picture pixels; ``soft_px`` blurs its edge by that many pixels."""
        if soft_px <= 0 and opacity >= 1:
            cv2.fillPoly(self.image, [self._fixed(points_px)], colour, cv2.LINE_AA, _SHIFT)
            return
        blur = soft_px * OVERSAMPLING
        region = self._region(points_px, int(3 * blur) + 2)
        if region is None:
            return
        patch = self.image[region]
        weight = _soft_mask(points_px, region, blur, opacity)
        paint = np.full_like(patch, np.array(colour, np.uint8))
        self.image[region] = cv2.blendLinear(paint, patch, weight, 1 - weight)

    def line(self, points_px: np.ndarray, colour: Colour, width_px: float, *, closed: bool = False) -> None:
        """Draw a line of one colour through ``points_px``, shape (n, 2)."""
        thickness = max(1, round(width_px * OVERSAMPLING))
        cv2.polylines(self.image, [self._fixed(points_px)], closed, colour, thickness, cv2.LINE_AA, _SHIFT)

    def picture(self) -> np.ndarray:
        """Return the finished picture, shape (360, 480, 3), uint8."""
        return cv2.resize(self.image, (PICTURE_WIDTH, PICTURE_HEIGHT), interpolation=cv2.INTER_AREA)
