"""Draw one picture of an actor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.media.sample_cast import features, head, mouth
from workbench.media.sample_cast.canvas import Canvas
from workbench.media.sample_cast.expression import Expression
from workbench.media.sample_cast.looks import Looks
from workbench.media.sample_cast.motion import Pose

_JAW_SHARE = 0.62  # of the gap between the lips, this much lowers the chin


@dataclass(frozen=True)
class FaceState:
    """What a face does in one picture.

    Attributes
    ----------
    gap : float
        Distance of the inner lips in face units; 0 is closed.
    rounding : float
        0 spread to 1 pursed.
    blink : float
        0 eyes open to 1 shut.
    gaze : np.ndarray, shape (2,)
        Where the eyes look, -1 to 1.
    """

    pose: Pose
    expression: Expression
    gap: float
    rounding: float
    blink: float
    gaze: np.ndarray


def draw_face(wall: np.ndarray, looks: Looks, state: FaceState) -> np.ndarray:
    """Return the drawn picture, shape (360, 480, 3), uint8, before light and grain."""
    canvas = Canvas(wall)
    pose, expression = state.pose, state.expression
    jaw_drop = _JAW_SHARE * state.gap
    head.draw_back_hair(canvas, pose, looks)
    head.draw_body(canvas, pose, looks)
    head.draw_skull(canvas, pose, looks, jaw_drop=jaw_drop)
    features.draw_cheeks(canvas, pose, looks, expression)
    head.draw_beard(canvas, pose, looks, jaw_drop=jaw_drop)
    features.draw_nose(canvas, pose, looks, expression)
    mouth.draw_mouth(canvas, pose, looks, expression, gap=state.gap, rounding=state.rounding)
    features.draw_eyes_and_brows(canvas, pose, looks, expression, blink=state.blink, gaze=state.gaze)
    head.draw_glasses(canvas, pose, looks)
    head.draw_front_hair(canvas, pose, looks)
    return canvas.picture()
