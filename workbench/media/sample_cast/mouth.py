"""Draw a mouth: lips that part, teeth and tongue behind them, corners that smile or droop."""

from __future__ import annotations

import numpy as np

from workbench.media.sample_cast.canvas import Canvas, ellipse, shade, smooth
from workbench.media.sample_cast.expression import Expression
from workbench.media.sample_cast.looks import Looks
from workbench.media.sample_cast.motion import Pose

MOUTH_Y = 0.79
"""Where the lips meet, in face units below the root of the nose."""

_HALF_WIDTH = 0.232
_UPPER_SHARE = 0.22  # of a gap, this much lifts the upper lip; the jaw takes the rest
_DEPTH = 1.15
_TEETH = (236.0, 230.0, 218.0)
_CAVITY = (46.0, 16.0, 20.0)
_TONGUE = (176.0, 84.0, 88.0)


def _contour(across: np.ndarray, heights: tuple[float, ...], knots: tuple[float, ...]) -> np.ndarray:
    """Return heights along the mouth, mirrored: ``knots`` run from the middle (0) to the corner (1)."""
    return np.interp(np.abs(across), knots, heights)


def mouth_curves(
    looks: Looks, expression: Expression, *, gap: float, rounding: float
) -> dict[str, np.ndarray]:
    """Return the four curves of the lips, left corner to right corner, in face units.

    Parameters
    ----------
    gap : float
        Distance of the inner lips in the middle, face units.
    rounding : float
        0 spread to 1 pursed as in "oo".
    """
    half = _HALF_WIDTH * looks.mouth_width * (1 + 0.2 * expression.stretch - 0.2 * rounding - 0.25 * gap)
    across = np.array([-1, -0.82, -0.55, -0.26, 0, 0.26, 0.55, 0.82, 1.0])
    x = across * half
    bend = -0.058 * expression.corners * (across**2 - 0.35)
    thin = 1 - 0.38 * expression.press
    opened = np.sqrt(np.clip(1 - (np.abs(across) / 0.96) ** 2.4, 0, 1))
    upper_inner = MOUTH_Y + bend - _UPPER_SHARE * gap * opened
    lower_inner = MOUTH_Y + bend + (1 - _UPPER_SHARE) * gap * opened
    bow = _contour(across, (0.80, 1.0, 0.66, 0.3, 0.0), (0, 0.26, 0.55, 0.82, 1))
    full = _contour(across, (1.0, 0.95, 0.7, 0.3, 0.0), (0, 0.26, 0.55, 0.82, 1))
    upper_outer = upper_inner - looks.lip_upper * thin * bow
    lower_outer = lower_inner + looks.lip_lower * thin * full
    return {
        name: np.stack([x, y], axis=1)
        for name, y in (
            ("upper_outer", upper_outer),
            ("upper_inner", upper_inner),
            ("lower_inner", lower_inner),
            ("lower_outer", lower_outer),
        )
    }


def _ring(upper: np.ndarray, lower: np.ndarray) -> np.ndarray:
    return np.concatenate([smooth(upper), smooth(lower)[::-1]])


def _draw_inside(canvas: Canvas, pose: Pose, curves: dict[str, np.ndarray], gap: float, light: float) -> None:
    upper, lower = curves["upper_inner"], curves["lower_inner"]
    canvas.fill(pose.place(_ring(upper, lower), depth=_DEPTH), shade(_CAVITY, light))
    if gap > 0.09:
        middle = lower[4]
        tongue = ellipse((middle[0], middle[1] + 0.012), abs(lower[6, 0]) * 1.05, 0.42 * (gap - 0.06))
        ceiling = smooth(lower)[::-1]
        tongue[:, 1] = np.minimum(tongue[:, 1], np.interp(tongue[:, 0], ceiling[::-1, 0], ceiling[::-1, 1]))
        canvas.fill(pose.place(tongue, depth=_DEPTH), shade(_TONGUE, 0.78 * light), soft_px=0.5)
    edge = upper.copy()
    height = np.minimum(0.55 * gap, 0.05)
    edge[:, 1] = np.minimum(upper[:, 1] + height, lower[:, 1])
    inner = slice(1, -1)
    canvas.fill(pose.place(_ring(upper[inner], edge[inner]), depth=_DEPTH), shade(_TEETH, 0.92 * light))


def draw_mouth(
    canvas: Canvas, pose: Pose, looks: Looks, expression: Expression, *, gap: float, rounding: float
) -> None:
    """Draw the mouth; a ``gap`` of 0 is closed lips with the line where they meet."""
    curves = mouth_curves(looks, expression, gap=gap, rounding=rounding)
    lip = looks.lip
    dark = shade(lip, 0.5)
    below = curves["lower_outer"][2:-2] + np.array([0, 0.03])
    canvas.fill(pose.place(smooth(below), depth=1.0), shade(looks.skin, 0.72), opacity=0.4, soft_px=3)
    canvas.fill(
        pose.place(_ring(curves["lower_inner"], curves["lower_outer"]), depth=_DEPTH),
        shade(lip, 1.04),
        soft_px=0.4,
    )
    canvas.fill(
        pose.place(_ring(curves["upper_outer"], curves["upper_inner"]), depth=_DEPTH),
        shade(lip, 0.86),
        soft_px=0.4,
    )
    shine = 0.5 * (curves["lower_inner"][3:6] + curves["lower_outer"][3:6])
    canvas.fill(
        pose.place(ellipse((0.0, float(shine[1, 1])), 0.07, 0.012), depth=_DEPTH),
        shade(lip, 1.35),
        opacity=0.45,
        soft_px=2,
    )
    if gap > 0:
        _draw_inside(canvas, pose, curves, gap, looks.ambient)
        canvas.line(pose.place(smooth(curves["upper_inner"]), depth=_DEPTH), shade(lip, 0.55), 0.8)
    else:
        canvas.line(pose.place(smooth(curves["upper_inner"]), depth=_DEPTH), shade(lip, 0.36), 1.4)
    for corner in (0, -1):
        x, y = curves["upper_inner"][corner]
        canvas.fill(pose.place(ellipse((x, y), 0.016, 0.012), depth=1.1), dark, opacity=0.7, soft_px=1)
