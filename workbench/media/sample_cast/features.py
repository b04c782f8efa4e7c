"""Draw eyes, brows, nose and cheeks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from workbench.media.sample_cast.canvas import Canvas, ellipse, shade, smooth
from workbench.media.sample_cast.expression import Expression
from workbench.media.sample_cast.looks import Looks
from workbench.media.sample_cast.motion import Pose

EYE_Y = 0.208
EYE_X = 0.258
_LID_LINE = (38.0, 26.0, 24.0)
SIDES = (-1, 1)


def _eye_outline(looks: Looks, expression: Expression, blink: float) -> tuple[np.ndarray, np.ndarray]:
    """Return upper and lower lid of a right-hand eye around (0, 0), nose side first."""
    half = 0.112 * looks.eye_size
    openness = float(np.clip(1 - 0.45 * expression.lids, 0.3, 1.25)) * (1 - blink)
    upper = -0.062 * looks.eye_size * openness + 0.02 * blink
    lower = 0.036 * looks.eye_size * (1 - 0.75 * expression.squint)
    tilt = looks.eye_tilt
    lids = []
    for height in (upper, max(lower, upper + 0.006)):
        y = height * np.array([0.05, 0.72, 1.0, 0.86, 0.0]) + np.array([0.012, 0.004, 0, -0.004, -tilt])
        lids.append(np.stack([half * np.array([-1, -0.5, 0, 0.5, 1]), y], axis=1))
    return smooth(lids[0]), smooth(lids[1])


def _draw_eye(
    canvas: Canvas,
    pose: Pose,
    looks: Looks,
    expression: Expression,
    blink: float,
    gaze: np.ndarray,
    side: int,
) -> None:
    upper, lower = _eye_outline(looks, expression, blink)
    centre = np.array([side * (EYE_X + looks.eye_spread), EYE_Y])

    def put(points: np.ndarray) -> np.ndarray:
        return pose.place(points * (side, 1) + centre)

    crease = upper * (1.08, 1.0) - np.array([0, 0.03])
    canvas.fill(put(np.concatenate([crease, upper[::-1]])), shade(looks.skin, 0.8), opacity=0.6, soft_px=1.2)
    canvas.line(put(crease[2:-2]), shade(looks.skin, 0.62), 0.8)
    if blink < 0.85:
        outline = np.concatenate([upper, lower[::-1]])
        canvas.fill(put(outline), shade((232, 228, 224), looks.ambient))
        _draw_iris(canvas, put, looks, gaze * (side, 1), upper, lower)
    canvas.line(put(upper), _LID_LINE, 2.0 if looks.lashes else 1.5)
    if looks.lashes:
        wing = np.array([upper[-5], upper[-1], upper[-1] + (0.03, -0.02)])
        canvas.fill(put(wing), _LID_LINE)
    canvas.line(put(lower), shade(looks.skin, 0.55), 0.7)
    bag = lower[3:-3] + np.array([0, 0.035])
    canvas.line(put(bag), shade(looks.skin, 0.86 - 0.16 * max(expression.squint, 0)), 1.0)


def _draw_iris(
    canvas: Canvas,
    put: Callable[[np.ndarray], np.ndarray],
    looks: Looks,
    gaze: np.ndarray,
    upper: np.ndarray,
    lower: np.ndarray,
) -> None:
    middle = (0.035 * float(gaze[0]), -0.008 + 0.012 * float(gaze[1]))
    for radius, colour in (
        (0.05, shade(looks.eye_colour, 0.6)),
        (0.043, looks.eye_colour),
        (0.022, (16.0, 12.0, 12.0)),
    ):
        disc = ellipse(middle, radius * looks.eye_size, radius * looks.eye_size)
        top = np.interp(disc[:, 0], upper[:, 0], upper[:, 1])
        bottom = np.interp(disc[:, 0], lower[:, 0], lower[:, 1])
        disc[:, 1] = np.clip(disc[:, 1], top, np.maximum(bottom, top))
        canvas.fill(put(disc), colour)
    spark = ellipse((middle[0] + 0.014, middle[1] - 0.014), 0.009, 0.009, n_points=10)
    if spark[:, 1].min() > upper[:, 1].min():
        canvas.fill(put(spark), (250.0, 250.0, 250.0), opacity=0.9)


def _draw_brow(canvas: Canvas, pose: Pose, looks: Looks, expression: Expression, side: int) -> None:
    inner = -0.062 * expression.brow_inner
    outer = -0.05 * expression.brow_outer
    inward = 0.038 * max(expression.frown, 0)
    x = np.array([0.115, 0.2, 0.3, 0.4, 0.475]) - inward * np.array([1, 0.8, 0.5, 0.2, 0])
    arch = np.array([0.066, 0.03, 0.008, 0.014, 0.062]) * looks.brow_arch + 0.012
    y = arch + inner * np.array([1, 0.75, 0.3, 0, 0]) + outer * np.array([0, 0.1, 0.45, 0.9, 1])
    half = 0.021 * looks.brow_weight * np.array([0.85, 1.0, 1.0, 0.8, 0.25])
    top, bottom = np.stack([x, y - half], axis=1), np.stack([x, y + half], axis=1)
    outline = np.concatenate([smooth(top), smooth(bottom)[::-1]]) * (side, 1)
    canvas.fill(pose.place(outline), shade(looks.hair, 0.62), opacity=0.92, soft_px=0.6)


def _draw_frown(canvas: Canvas, pose: Pose, looks: Looks, expression: Expression) -> None:
    if expression.frown > 0.1:
        for side in SIDES:
            fold = np.array([(0.035, 0.02), (0.042, 0.07), (0.034, 0.12)]) * (side, 1)
            canvas.line(pose.place(smooth(fold)), shade(looks.skin, 1 - 0.38 * min(expression.frown, 1)), 1.3)
    if expression.brow_inner > 0.3:
        for y in (-0.06, -0.11):
            fold = np.array([(-0.16, y - 0.015), (-0.08, y), (0, y + 0.008), (0.08, y), (0.16, y - 0.015)])
            canvas.line(pose.place(smooth(fold)), shade(looks.skin, 0.82), 1.0)


def draw_eyes_and_brows(
    canvas: Canvas, pose: Pose, looks: Looks, expression: Expression, *, blink: float, gaze: np.ndarray
) -> None:
    """Draw both eyes, brows and the folds between them."""
    _draw_frown(canvas, pose, looks, expression)
    for side in SIDES:
        socket = ellipse((side * EYE_X, EYE_Y - 0.04), 0.15, 0.085)
        canvas.fill(pose.place(socket), shade(looks.skin, 0.8), opacity=0.45, soft_px=6)
        _draw_eye(canvas, pose, looks, expression, blink, gaze, side)
        _draw_brow(canvas, pose, looks, expression, side)


def draw_nose(canvas: Canvas, pose: Pose, looks: Looks, expression: Expression) -> None:
    """Draw the nose: shaded side, tip, wings and nostrils."""
    tip_y = 0.56 + looks.nose_length
    width = 0.118 * looks.nose_width * (1 + 0.08 * max(expression.corners, 0))
    dark, bright = shade(looks.skin, 0.7), shade(looks.skin, 1.12)
    away = -1 if looks.light > 0 else 1
    flank = np.array([(0.035, 0.14), (0.05, 0.3), (0.085, tip_y - 0.03), (0.06, tip_y + 0.03), (0.02, 0.4)])
    canvas.fill(pose.place(smooth(flank * (away, 1), closed=True), depth=1.3), dark, opacity=0.4, soft_px=2.5)
    under = np.array([(-width, tip_y + 0.02), (0, tip_y + 0.085), (width, tip_y + 0.02), (0, tip_y + 0.03)])
    canvas.fill(
        pose.place(smooth(under, closed=True), depth=1.5), shade(looks.skin, 0.6), opacity=0.75, soft_px=1.6
    )
    canvas.fill(pose.place(ellipse((0, 0.36), 0.022, 0.17), depth=1.4), bright, opacity=0.5, soft_px=3)
    canvas.fill(
        pose.place(ellipse((0, tip_y - 0.01), 0.045, 0.035), depth=1.7), bright, opacity=0.55, soft_px=3
    )
    for side in SIDES:
        wing = np.array([(0.75, -0.03), (1.0, -0.005), (1.02, 0.035), (0.8, 0.055)]) * (width, 1) + (0, tip_y)
        canvas.line(pose.place(smooth(wing) * (side, 1), depth=1.3), shade(looks.skin, 0.52), 1.5)
        nostril = ellipse((side * 0.52 * width, tip_y + 0.05), 0.03, 0.0155)
        canvas.fill(pose.place(nostril, depth=1.5), shade(looks.skin, 0.28), soft_px=0.7)


def draw_cheeks(canvas: Canvas, pose: Pose, looks: Looks, expression: Expression) -> None:
    """Draw blush, raised cheeks and the folds from nose to mouth."""
    lift = max(expression.cheeks, 0.0)
    for side in SIDES:
        blush = ellipse((side * 0.36, 0.5 - 0.04 * lift), 0.1, 0.075)
        red = shade((looks.skin[0] * 1.08, looks.skin[1] * 0.86, looks.skin[2] * 0.84), 1.0 + 0.05 * lift)
        canvas.fill(pose.place(blush), red, opacity=0.35 + 0.3 * lift, soft_px=7)
        droop = 0.25 + 0.75 * lift + 0.35 * max(-expression.corners, 0)
        reach = 0.05 * max(expression.corners, 0)
        fold = np.array([(0.15, 0.565), (0.225 + reach, 0.64), (0.275 + reach, 0.735), (0.285 + reach, 0.80)])
        canvas.line(pose.place(smooth(fold) * (side, 1)), shade(looks.skin, 1 - 0.3 * min(droop, 1)), 1.3)
        if lift > 0.2:
            bulge = np.array([(0.2, 0.36), (0.3, 0.335), (0.4, 0.31)]) * (side, 1)
            canvas.line(pose.place(smooth(bulge)), shade(looks.skin, 1 - 0.28 * min(lift, 1)), 1.3)
