"""One actor: looks, voice and temper, the same in all of the actor's clips, drawn from the seed alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.media.sample_cast.expression import Expression, rest_of
from workbench.media.sample_cast.looks import HAIR_STYLES, Looks, draw_looks
from workbench.media.sample_cast.timbre import Voice, draw_voice

_GOLDEN = 0.6180339887498949  # steps of the golden ratio cover a range evenly, however many are taken
_OF_CAST, _OF_ACTOR, _OF_CLIP = 0, 1, 2


def generator(seed: int, *path: int) -> np.random.Generator:
    """Return the generator of one thing of the cast, independent of all others and of who draws it when."""
    return np.random.default_rng(np.random.SeedSequence(entropy=seed, spawn_key=path))


def clip_generator(seed: int, *, actor: int, clip: int) -> np.random.Generator:
    """Return the generator of one clip of one actor."""
    return generator(seed, _OF_CLIP, actor, clip)


@dataclass(frozen=True)
class Actor:
    """A drawn person.

    Attributes
    ----------
    number : int
        1 to 24; odd is male, even female, as in RAVDESS.
    rest : Expression
        How the face lies at rest.
    face_strength, voice_strength : float
        How strongly this person shows a feeling; 1 is ordinary.
    toothy : bool
        Whether a strong smile shows the teeth.
    """

    number: int
    sex: str
    looks: Looks
    voice: Voice
    rest: Expression
    face_strength: float
    voice_strength: float
    toothy: bool


def draw_actor(number: int, *, seed: int) -> Actor:
    """Draw actor ``number`` of the cast of ``seed``.

    Skin and hair go round the whole range from actor to actor, so that a small cast is varied too.
    """
    cast = generator(seed, _OF_CAST)
    first_depth = cast.uniform()
    sex = "male" if number % 2 else "female"
    styles = {name: cast.permutation(HAIR_STYLES[name]) for name in ("male", "female")}[sex]
    rng = generator(seed, _OF_ACTOR, number)
    return Actor(
        number=number,
        sex=sex,
        looks=draw_looks(
            rng,
            sex=sex,
            skin_depth=(first_depth + number * _GOLDEN) % 1.0,
            hair_style=str(styles[(number - 1) // 2 % len(styles)]),
        ),
        voice=draw_voice(rng, sex=sex),
        rest=rest_of(rng),
        face_strength=rng.uniform(0.82, 1.1),
        voice_strength=rng.uniform(0.88, 1.12),
        toothy=bool(rng.random() < 0.4),
    )
