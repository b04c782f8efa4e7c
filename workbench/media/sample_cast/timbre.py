"""How a feeling sounds: pitch, loudness, tempo and timbre, on top of an actor's own voice."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np


@dataclass(frozen=True)
class VoiceStyle:
    """What a feeling does to a voice; the defaults change nothing.

    Attributes
    ----------
    pitch : float
        Semitones above the actor's own pitch.
    pitch_range : float
        How much the pitch moves, as a share of the actor's own range.
    level_db : float
        Loudness above the actor's own.
    tempo : float
        Pace, as a share of a calm one.
    brightness_db : float
        Rise of the spectrum per octave above 1 kHz (timbre: tense or slack vocal folds).
    breath : float
        Hiss in the voice, 0 to 1.
    harshness : float
        Roughness: overdrive and irregular pulses, 0 to 1.
    smile : float
        Formants up, as spread lips make them; a share.
    liveliness : float
        How much the head moves.
    articulation : float
        How far the mouth opens.
    """

    pitch: float = 0.0
    pitch_range: float = 1.0
    level_db: float = 0.0
    tempo: float = 1.0
    brightness_db: float = 0.0
    breath: float = 0.0
    harshness: float = 0.0
    smile: float = 0.0
    liveliness: float = 1.0
    articulation: float = 0.86

    def scaled(self, strength: float) -> VoiceStyle:
        """Return the style, ``strength`` times as far from neutral."""
        neutral = VoiceStyle()
        return VoiceStyle(
            **{
                f.name: getattr(neutral, f.name)
                + strength * (getattr(self, f.name) - getattr(neutral, f.name))
                for f in fields(self)
            }
        )


VOICE_STYLES = {
    "neutral": VoiceStyle(),
    "calm": VoiceStyle(pitch=-0.4, pitch_range=0.85, level_db=-1.0, tempo=0.96, breath=0.03),
    "happy": VoiceStyle(
        pitch=6.0, pitch_range=2.2, level_db=3.0, tempo=1.1, brightness_db=1.6, smile=0.12, liveliness=1.5,
        articulation=0.95,
    ),
    "angry": VoiceStyle(
        pitch=2.5, pitch_range=1.6, level_db=8.0, tempo=1.08, brightness_db=4.0, harshness=1.0, smile=-0.03,
        liveliness=1.4, articulation=1.0,
    ),
    "sad": VoiceStyle(
        pitch=-2.5, pitch_range=0.4, level_db=-10.5, tempo=0.88, brightness_db=-5.5, breath=1.0, smile=-0.07,
        liveliness=0.7, articulation=0.76,
    ),
}  # fmt: skip
"""Emotion to what the voice does at strength 1."""


@dataclass(frozen=True)
class Voice:
    """An actor's own voice.

    Attributes
    ----------
    pitch_hz : float
        Middle of the speaking pitch.
    pitch_range : float
        Semitones of ordinary movement about it.
    tract : float
        Formants as a share of an adult man's (a shorter throat has higher ones).
    level_db : float
        Ordinary loudness of a vowel, dB relative to full scale.
    brightness_db : float
        Rise of the spectrum per octave above 1 kHz.
    breath, jitter, shimmer : float
        Hiss, and unevenness of the pulses in time and strength, as shares.
    high_formants : tuple of float
        Fourth to eighth resonance as shares of their usual place.
    """

    pitch_hz: float
    pitch_range: float
    tract: float
    level_db: float
    brightness_db: float
    breath: float
    jitter: float
    shimmer: float
    high_formants: tuple[float, ...]


def draw_voice(rng: np.random.Generator, *, sex: str) -> Voice:
    """Draw an actor's own voice; ``sex`` is "male" or "female"."""
    female = sex == "female"
    return Voice(
        pitch_hz=rng.uniform(185, 225) if female else rng.uniform(98, 130),
        pitch_range=rng.uniform(1.2, 2.0),
        tract=rng.uniform(1.12, 1.2) if female else rng.uniform(0.97, 1.05),
        level_db=rng.uniform(-27.5, -23.5),
        brightness_db=rng.uniform(-0.6, 0.6),
        breath=rng.uniform(0.02, 0.07),
        jitter=rng.uniform(0.004, 0.010),
        shimmer=rng.uniform(0.02, 0.06),
        high_formants=tuple(rng.uniform(0.96, 1.04, 5).tolist()),
    )


def style_of(emotion: str, *, strength: float) -> VoiceStyle:
    """Return what ``emotion`` does to a voice at a strength (1 is ordinary)."""
    style = VOICE_STYLES[emotion].scaled(strength)
    return replace(
        style,
        tempo=float(np.clip(style.tempo, 0.8, 1.2)),
        articulation=float(np.clip(style.articulation, 0.7, 1.0)),
    )
