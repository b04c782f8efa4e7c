"""Draw what holds a face: shoulders, neck, skull, ears, hair, beard, glasses."""

from __future__ import annotations

import numpy as np

from workbench.media.sample_cast.canvas import Canvas, ellipse, mirrored, shade, smooth
from workbench.media.sample_cast.features import EYE_X, EYE_Y, SIDES
from workbench.media.sample_cast.looks import Looks
from workbench.media.sample_cast.motion import Pose
from workbench.media.sample_cast.mouth import MOUTH_Y

_SKULL = np.array(
    [
        (0.0, -0.58), (0.24, -0.545), (0.42, -0.41), (0.53, -0.17), (0.565, 0.12), (0.555, 0.38), (0.525, 0.62),
        (0.455, 0.84), (0.34, 1.02), (0.19, 1.135), (0.0, 1.17),
    ]
)  # fmt: skip

_RIM_STEPS = 8


def face_outline(looks: Looks, *, jaw_drop: float, scale: float = 1.0) -> np.ndarray:
    """Return the outline of skull and jaw in face units; the jaw hangs ``jaw_drop`` lower."""
    half = _SKULL.copy()
    low = np.clip((half[:, 1] - 0.35) / 0.8, 0, 1)
    half[:, 0] *= looks.face_width * (1 + (looks.jaw_width - 1) * low)
    half[:, 1] += (looks.chin + jaw_drop) * low**1.5
    half *= scale
    return smooth(mirrored(half), closed=True)


def draw_body(canvas: Canvas, pose: Pose, looks: Looks) -> None:
    """Draw shoulders, collar and neck; they move half as much as the head."""
    neck = 0.29 + 0.06 * (looks.jaw_width - 0.9) / 0.2
    body = np.array([(0.0, 1.3), (neck, 1.3), (0.62, 1.48), (1.02, 1.62), (1.22, 2.3), (0.0, 2.3)])
    canvas.fill(pose.place(mirrored(body), depth=-0.5), looks.shirt)
    throat = np.array([(0.0, 0.7), (neck, 0.7), (neck, 1.28), (neck + 0.1, 1.4), (0.0, 1.62)])
    canvas.fill(pose.place(smooth(mirrored(throat), closed=True), depth=-0.3), shade(looks.skin, 0.88))
    canvas.line(
        pose.place(
            smooth(np.array([(-0.4, 1.38), (-0.2, 1.55), (0, 1.63), (0.2, 1.55), (0.4, 1.38)])), depth=-0.4
        ),
        shade(looks.shirt, 0.7),
        2.5,
    )
    shadow = np.array([(-neck, 0.95), (neck, 0.95), (neck, 1.16), (0.0, 1.36), (-neck, 1.16)])
    canvas.fill(
        pose.place(smooth(shadow, closed=True), depth=-0.3), shade(looks.skin, 0.55), opacity=0.7, soft_px=5
    )


def draw_back_hair(canvas: Canvas, pose: Pose, looks: Looks) -> None:
    """Draw the hair that lies behind the face."""
    volume = looks.hair_volume
    dark = shade(looks.hair, 0.72)
    if looks.hair_style in ("long", "bob"):
        end = 1.5 if looks.hair_style == "long" else 1.02
        side = 0.66 + volume
        half = np.array(
            [
                (0, -0.6 - volume),
                (0.4, -0.5 - volume),
                (side, -0.05),
                (side + 0.03, 0.5),
                (side, end - 0.1),
                (0.45, end),
                (0, end),
            ]
        )
        canvas.fill(pose.place(smooth(mirrored(half), closed=True), depth=-0.6), dark)
    elif looks.hair_style == "bun":
        canvas.fill(pose.place(ellipse((0, -0.72 - volume), 0.24, 0.2), depth=-0.6), dark)
    elif looks.hair_style == "curly":
        for angle in np.linspace(-0.15 * np.pi, 1.15 * np.pi, 19):
            centre = (0.57 * looks.face_width * np.cos(angle), -0.06 - 0.53 * np.sin(angle))
            canvas.fill(
                pose.place(ellipse(centre, 0.1 + volume, 0.1 + volume, n_points=16), depth=-0.4), dark
            )


def draw_skull(canvas: Canvas, pose: Pose, looks: Looks, *, jaw_drop: float) -> None:
    """Draw ears and the skin of the face."""
    for side in SIDES:
        ear = ellipse((side * 0.575 * looks.face_width, 0.33), 0.075, 0.15)
        canvas.fill(pose.place(ear, depth=-0.4), shade(looks.skin, 0.84))
        canvas.fill(
            pose.place(ellipse((side * 0.59 * looks.face_width, 0.32), 0.03, 0.085), depth=-0.4),
            shade(looks.skin, 0.66),
            soft_px=1.5,
        )
    outline = face_outline(looks, jaw_drop=jaw_drop)
    centre = np.array([0.0, 0.3])
    for step in range(
        _RIM_STEPS + 1
    ):  # from the darker rim inwards: far cheaper than one large blurred shape
        inwards = step / _RIM_STEPS
        shape = centre + (outline - centre) * (1 - 0.1 * inwards)
        canvas.fill(pose.place(shape, depth=0.25), shade(looks.skin, 0.84 + 0.16 * inwards))


def _hairline(style: str) -> np.ndarray:
    """Return the lower edge of the front hair from the left temple to the right one."""
    lines = {
        "fringe": [
            (-0.6, 0.32),
            (-0.52, 0.06),
            (-0.42, -0.1),
            (-0.2, -0.085),
            (0.05, -0.1),
            (0.28, -0.085),
            (0.45, -0.1),
            (0.53, 0.06),
            (0.6, 0.32),
        ],
        "parted": [
            (-0.6, 0.22),
            (-0.53, 0.0),
            (-0.46, -0.16),
            (-0.3, -0.33),
            (-0.16, -0.42),
            (0.15, -0.27),
            (0.42, -0.17),
            (0.54, 0.02),
            (0.6, 0.22),
        ],
        "short": [
            (-0.6, 0.2),
            (-0.535, 0.02),
            (-0.47, -0.17),
            (-0.36, -0.3),
            (-0.15, -0.33),
            (0.15, -0.33),
            (0.36, -0.3),
            (0.47, -0.17),
            (0.535, 0.02),
            (0.6, 0.2),
        ],
    }
    return smooth(np.array(lines.get(style, lines["short"])))


def draw_front_hair(canvas: Canvas, pose: Pose, looks: Looks) -> None:
    """Draw the hair that frames the forehead, with a few strands."""
    if looks.hair_style == "bald":
        return
    volume = looks.hair_volume * (0.6 if looks.hair_style == "short" else 1.0)
    line = _hairline(looks.hair_style) * (looks.face_width, 1)
    crown = np.array(
        [
            (0.62, 0.2),
            (0.6 + volume, -0.12),
            (0.47 + volume, -0.46 - volume),
            (0.25, -0.6 - volume),
            (0.0, -0.63 - volume),
        ]
    )
    outer = smooth(np.concatenate([crown, crown[-2::-1] * (-1, 1)])) * (looks.face_width, 1)
    canvas.fill(pose.place(np.concatenate([line, outer]), depth=0.1), looks.hair)
    for number, share in enumerate(np.linspace(0.12, 0.88, 11)):
        start, end = line[int(share * (len(line) - 1))], outer[int((1 - share) * (len(outer) - 1))]
        strand = np.stack([start, 0.5 * (start + end) + (0.03 * np.sin(5 * number), -0.01), end])
        canvas.line(
            pose.place(smooth(strand), depth=0.1), shade(looks.hair, 1.22 if number % 2 else 0.78), 1.0
        )


def draw_beard(canvas: Canvas, pose: Pose, looks: Looks, *, jaw_drop: float) -> None:
    """Draw the beard, leaving the lips free."""
    opacity = {"none": 0.0, "stubble": 0.3, "full": 0.85, "moustache": 0.85}[looks.beard]
    if opacity == 0:
        return
    hair = shade(looks.hair, 0.8)
    if looks.beard != "moustache":
        outline = face_outline(looks, jaw_drop=jaw_drop, scale=0.985)
        lower = outline[outline[:, 1] > 0.5]
        lower = lower[np.argsort(-lower[:, 0])]
        edge = np.array(
            [
                (-0.47, 0.5),
                (-0.42, 0.7),
                (-0.31, 0.8),
                (-0.2, 0.925),
                (0, 0.955),
                (0.2, 0.925),
                (0.31, 0.8),
                (0.42, 0.7),
                (0.47, 0.5),
            ]
        )
        edge[:, 1] += jaw_drop * np.array([0, 0, 0.35, 0.9, 1, 0.9, 0.35, 0, 0])
        canvas.fill(
            pose.place(np.concatenate([lower, smooth(edge)]), depth=0.6), hair, opacity=opacity, soft_px=1.8
        )
    top = MOUTH_Y - 0.125
    moustache = np.array(
        [
            (-0.25, 0.765),
            (-0.16, 0.695),
            (-0.04, top + 0.01),
            (0.04, top + 0.01),
            (0.16, 0.695),
            (0.25, 0.765),
            (0.13, 0.72),
            (0, 0.712),
            (-0.13, 0.72),
        ]
    )
    # Fainter than the beard: a hard edge here is what a landmark model takes for the upper lip.
    canvas.fill(
        pose.place(smooth(moustache, closed=True), depth=1.1), hair, opacity=0.5 * opacity, soft_px=2.4
    )


def draw_glasses(canvas: Canvas, pose: Pose, looks: Looks) -> None:
    """Draw the frame of the glasses."""
    if looks.glasses == "none":
        return
    dark = (44.0, 40.0, 42.0)
    for side in SIDES:
        centre = (side * (EYE_X + 0.005), EYE_Y + 0.02)
        if looks.glasses == "round":
            rim = ellipse(centre, 0.168, 0.14)
        else:
            corners = np.array(
                [(-0.165, -0.105), (0.17, -0.115), (0.16, 0.1), (0.06, 0.125), (-0.1, 0.12), (-0.155, 0.09)]
            )
            rim = smooth(corners * (side, 1) + centre, closed=True)
        canvas.line(pose.place(rim, depth=1.2), dark, 1.6, closed=True)
        temple = np.array([(side * 0.42, EYE_Y - 0.03), (side * 0.56, EYE_Y - 0.01)])
        canvas.line(pose.place(temple, depth=0.8), dark, 1.6)
    bridge = np.array([(-0.09, EYE_Y), (0, EYE_Y - 0.025), (0.09, EYE_Y)])
    canvas.line(pose.place(smooth(bridge), depth=1.4), dark, 1.6)
