"""What an actor looks like: every number of the face, drawn once from the actor's own generator."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Colour = tuple[float, float, float]
"""Red, green, blue, each 0 to 255."""

HAIR_STYLES = {
    "female": ("long", "bob", "bun", "curly", "fringe", "parted"),
    "male": ("short", "parted", "curly", "bald", "fringe"),
}
BEARDS = ("none", "none", "stubble", "full", "moustache")

# Skin from deep to pale along a smooth path (dark brown, brown, olive, tan, light, pale).
_SKIN = np.array(
    [(98, 66, 50), (125, 82, 60), (166, 116, 84), (199, 149, 115), (226, 182, 152), (243, 212, 192)]
)
_HAIR = np.array(
    [(26, 22, 22), (52, 35, 26), (92, 58, 36), (140, 92, 50), (196, 154, 92), (150, 66, 36), (158, 156, 156)]
)
_EYES = np.array([(62, 40, 26), (98, 66, 36), (78, 100, 62), (74, 110, 138), (108, 122, 130)])
_SHIRTS = np.array(
    [
        (52, 74, 104),
        (112, 52, 58),
        (60, 92, 74),
        (120, 112, 96),
        (66, 62, 84),
        (158, 132, 84),
        (196, 196, 190),
    ]
)
_WALLS = np.array(
    [(150, 160, 168), (182, 172, 152), (118, 134, 128), (164, 144, 140), (92, 100, 116), (204, 202, 194)]
)


@dataclass(frozen=True)
class Looks:
    """The drawn person. Lengths are in face units: 1 is the span of the brows, about 135 pixels.

    Attributes
    ----------
    scale_px : float
        Pixels per face unit when the head is at rest.
    mouth_reach : float
        The widest inner-lip gap this person ever shows, in face units.
    light : float
        Where the light comes from: -1 left to 1 right.
    """

    skin: Colour
    hair: Colour
    eye_colour: Colour
    lip: Colour
    shirt: Colour
    wall: Colour
    hair_style: str
    beard: str
    glasses: str
    scale_px: float
    face_width: float
    jaw_width: float
    chin: float
    eye_size: float
    eye_spread: float
    eye_tilt: float
    brow_weight: float
    brow_arch: float
    nose_width: float
    nose_length: float
    mouth_width: float
    mouth_reach: float
    lip_upper: float
    lip_lower: float
    hair_volume: float
    freckles: float
    light: float
    ambient: float
    lashes: bool


def _on_path(path: np.ndarray, position: float) -> np.ndarray:
    stops = np.linspace(0.0, 1.0, len(path))
    return np.array([np.interp(position, stops, path[:, channel]) for channel in range(3)])


def _colour(values: np.ndarray) -> Colour:
    red, green, blue = np.clip(values, 0, 255).tolist()
    return red, green, blue


def _lip_colour(skin: np.ndarray, rng: np.random.Generator, *, made_up: float) -> np.ndarray:
    natural = skin * (0.86, 0.66, 0.66) + (12, -2, 2)
    return natural * (1 - 0.35 * made_up) + np.array((176, 50, 66)) * 0.35 * made_up + rng.normal(0, 4, 3)


def draw_looks(rng: np.random.Generator, *, sex: str, skin_depth: float, hair_style: str) -> Looks:
    """Draw a person's looks.

    Parameters
    ----------
    sex : {"male", "female"}
    skin_depth : float
        0 (deep) to 1 (pale).
    hair_style : str
        One of ``HAIR_STYLES[sex]``.
    """
    uniform = rng.uniform
    female = sex == "female"
    skin = _on_path(_SKIN, skin_depth) * uniform(0.97, 1.03)
    dark_hair = skin_depth < 0.5
    hair = _HAIR[rng.integers(0, 3 if dark_hair else len(_HAIR))] * uniform(0.85, 1.15)
    beard = "none" if female else str(rng.choice(BEARDS if hair_style != "bald" else BEARDS[1:]))
    return Looks(
        skin=_colour(skin),
        hair=_colour(hair),
        eye_colour=_colour(_EYES[rng.integers(0, 2 if dark_hair else len(_EYES))] * uniform(0.9, 1.1)),
        lip=_colour(_lip_colour(skin, rng, made_up=uniform(0.2, 1.0) if female else 0.0)),
        shirt=_colour(_SHIRTS[rng.integers(len(_SHIRTS))] * uniform(0.8, 1.15)),
        wall=_colour(_WALLS[rng.integers(len(_WALLS))] * uniform(0.85, 1.1)),
        hair_style=hair_style,
        beard=beard,
        glasses=str(rng.choice(("none", "none", "round", "square"))),
        scale_px=uniform(128, 142),
        face_width=uniform(0.94, 1.05),
        jaw_width=uniform(0.88, 0.99) if female else uniform(0.94, 1.08),
        chin=uniform(-0.03, 0.03),
        eye_size=uniform(0.98, 1.18) if female else uniform(0.9, 1.08),
        eye_spread=uniform(-0.012, 0.014),
        eye_tilt=uniform(-0.012, 0.016),
        brow_weight=uniform(0.75, 1.05) if female else uniform(1.0, 1.4),
        brow_arch=uniform(0.8, 1.2),
        nose_width=uniform(0.82, 1.02) if female else uniform(0.92, 1.16),
        nose_length=uniform(-0.025, 0.02),
        mouth_width=uniform(0.94, 1.08),
        mouth_reach=uniform(0.165, 0.205),
        lip_upper=uniform(0.042, 0.06) if female else uniform(0.034, 0.052),
        lip_lower=uniform(0.062, 0.085) if female else uniform(0.052, 0.074),
        hair_volume=uniform(0.07, 0.14),
        freckles=float(rng.choice((0.0, 0.0, 1.0))) * uniform(0.3, 1.0),
        light=uniform(-0.8, 0.8),
        ambient=uniform(0.9, 1.08),
        lashes=female,
    )
