"""How a feeling shows in a face: a handful of muscles, in face units, blended by strength."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np


@dataclass(frozen=True)
class Expression:
    """Where the muscles pull; all zero is a face at rest. Names follow the facial action units (AU).

    Attributes
    ----------
    corners : float
        Mouth corners up (AU 12) or, negative, down (AU 15); 1 is a broad smile.
    stretch : float
        Mouth wider (positive) or narrower and tense (negative).
    press : float
        Lips thinner (AU 23, 24).
    cheeks : float
        Cheeks raised (AU 6).
    squint : float
        Eyes narrowed from below (AU 7).
    lids : float
        Upper lids lower (positive) or raised and staring (negative).
    brow_inner, brow_outer : float
        Ends of the brows up (AU 1, 2) or, negative, down (AU 4).
    frown : float
        Brows drawn together (AU 4).
    teeth : float
        A smile that shows the teeth: lips parted even in silence.
    """

    corners: float = 0.0
    stretch: float = 0.0
    press: float = 0.0
    cheeks: float = 0.0
    squint: float = 0.0
    lids: float = 0.0
    brow_inner: float = 0.0
    brow_outer: float = 0.0
    frown: float = 0.0
    teeth: float = 0.0

    def scaled(self, strength: float) -> Expression:
        """Return the same expression, ``strength`` times as strong."""
        return Expression(**{f.name: getattr(self, f.name) * strength for f in fields(self)})

    def plus(self, other: Expression) -> Expression:
        """Return both at once."""
        return Expression(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})


EXPRESSIONS = {
    "neutral": Expression(),
    "calm": Expression(corners=0.05, lids=0.12),
    "happy": Expression(
        corners=1.0, stretch=0.75, press=0.15, cheeks=1.0, squint=0.75, brow_inner=0.2, brow_outer=0.35
    ),
    "angry": Expression(
        corners=-0.4,
        stretch=-0.3,
        press=0.65,
        squint=0.3,
        lids=-0.1,
        brow_inner=-1.0,
        brow_outer=0.15,
        frown=1.0,
    ),
    "sad": Expression(
        corners=-0.95, stretch=-0.2, press=0.1, lids=0.5, brow_inner=0.95, brow_outer=-0.55, frown=0.35
    ),
}
"""Emotion to what the face does at strength 1."""


def rest_of(rng: np.random.Generator) -> Expression:
    """Draw how a person's face lies at rest: small, the same in all of the person's clips."""
    return Expression(
        corners=rng.uniform(-0.08, 0.08),
        lids=rng.uniform(-0.06, 0.12),
        brow_inner=rng.uniform(-0.1, 0.1),
        brow_outer=rng.uniform(-0.12, 0.12),
    )
