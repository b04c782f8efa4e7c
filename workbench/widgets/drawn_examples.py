"""Example pictures beside the question: drawn faces of the sample cast, made when asked for, nobody's likeness."""

from __future__ import annotations

import functools
import io
from dataclasses import dataclass

import numpy as np

from workbench.features.face import crop_square
from workbench.labels.schema import Schema
from workbench.lazy import load
from workbench.media.sample_cast.actor import draw_actor
from workbench.media.sample_cast.expression import EXPRESSIONS
from workbench.media.sample_cast.face import FaceState, draw_face
from workbench.media.sample_cast.motion import Pose
from workbench.media.sample_cast.scene import draw_wall
from workbench.sentiment import MOUTH_STATES, SENTIMENTS

_SEED = 5
_CAST = (2, 5)
_SIZE_PX = 152
_MIDDLE = (240.0, 133.0)
_GAP = 0.7  # of how far that mouth can open
_EMOTION = dict(zip(SENTIMENTS, ("angry", "neutral", "happy"), strict=True))


@dataclass(frozen=True)
class Example:
    """An answer and a drawn picture for it.

    Attributes
    ----------
    value : str
        The answer.
    words : str
        What the picture shows, for those who do not see it.
    png : bytes
    """

    value: str
    words: str
    png: bytes


def drawn_examples(schema: Schema) -> list[Example]:
    """Return drawn examples of each class of a question, in its order; none for a voice, which has no picture."""
    return [] if schema.modality == "voice" else list(_examples(schema.modality == "mouth", schema.values))


@functools.lru_cache(maxsize=4)
def _examples(of_mouths: bool, values: tuple[str, ...]) -> tuple[Example, ...]:
    what = "mouth" if of_mouths else "face"
    return tuple(
        Example(value, f"a drawn {what}, {value}", _picture(value, number, of_mouths=of_mouths))
        for value in values
        for number in _CAST
    )


def _picture(value: str, number: int, *, of_mouths: bool) -> bytes:
    actor = draw_actor(number, seed=_SEED)
    scale_px = actor.looks.scale_px
    felt = EXPRESSIONS[_EMOTION.get(value, "neutral")]
    state = FaceState(
        pose=Pose(*_MIDDLE, scale_px, 0.0, 0.0, 0.0),
        expression=actor.rest.plus(felt),
        gap=_GAP * actor.looks.mouth_reach if value == MOUTH_STATES[1] else 0.0,
        rounding=0.0,
        blink=0.0,
        gaze=np.zeros(2),
    )
    wall = draw_wall(np.random.default_rng(_SEED), actor.looks)
    down, side = (0.76, 0.62) if of_mouths else (0.35, 1.7)  # in face units, below the root of the nose
    centre = (_MIDDLE[0], _MIDDLE[1] + down * scale_px)
    crop = crop_square(
        draw_face(wall, actor.looks, state), centre=centre, side_px=side * scale_px, size=_SIZE_PX
    )
    stream = io.BytesIO()
    load("PIL.Image").fromarray(np.ascontiguousarray(crop)).save(stream, format="png")
    return stream.getvalue()
