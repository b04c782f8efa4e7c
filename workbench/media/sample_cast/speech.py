"""What is said and when: sounds in time, and the lips that follow them.

The two sentences are those of RAVDESS. Everything is planned on one clock of 1 ms steps, from which the
pictures take the opening of the lips and the voice takes its formants: they cannot drift apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CONTROL_RATE = 1_000
"""Steps of the plan a second."""

LEAST_PARTING = 0.27
"""Lips stick together and then part by at least this share of the widest opening: no doubtful hair's breadth."""

_LIP_MOVE_S = 0.05
_STICKING = 0.2


@dataclass(frozen=True)
class Sound:
    """One sound of speech, for a vocal tract of adult male length.

    Attributes
    ----------
    formants_hz : tuple of float
        First three resonances.
    voiced : float
        0 without voice, 1 a full vowel.
    noise : float
        Strength of the hiss or burst.
    noise_hz : float
        Centre of the hiss.
    opening : float
        How far the lips part, 0 to 1.
    rounding : float
        How far they are pursed, 0 to 1.
    seconds : float
        Length at a calm pace.
    """

    formants_hz: tuple[float, float, float]
    voiced: float = 1.0
    noise: float = 0.0
    noise_hz: float = 4000.0
    opening: float = 0.0
    rounding: float = 0.0
    seconds: float = 0.06


SOUNDS = {
    "i": Sound((400, 1950, 2550), opening=0.55, seconds=0.129),
    "a": Sound((730, 1100, 2450), opening=1.0, seconds=0.152),
    "o": Sound((590, 880, 2450), opening=0.85, rounding=0.6, seconds=0.152),
    "ai": Sound((650, 1450, 2500), opening=0.9, seconds=0.164),
    "e": Sound((520, 1500, 2480), opening=0.6, seconds=0.117),
    "ɔ": Sound((560, 900, 2400), opening=0.95, rounding=0.45, seconds=0.351),
    "k": Sound((350, 1900, 2400), voiced=0.0, noise=0.5, noise_hz=2000, seconds=0.07),
    "d": Sound((300, 1700, 2600), voiced=0.15, noise=0.35, noise_hz=3600, seconds=0.064),
    "t": Sound((300, 1700, 2600), voiced=0.0, noise=0.55, noise_hz=4200, seconds=0.07),
    "b": Sound((250, 900, 2200), voiced=0.15, noise=0.2, noise_hz=900, seconds=0.07),
    "s": Sound((320, 1600, 2550), voiced=0.0, noise=0.8, noise_hz=6500, seconds=0.088),
    "z": Sound((300, 1600, 2550), voiced=0.3, noise=0.5, noise_hz=6000, seconds=0.076),
    "r": Sound((420, 1250, 1650), voiced=0.5, seconds=0.058),
    "g": Sound((280, 1900, 2300), voiced=0.2, noise=0.25, noise_hz=1800, seconds=0.07),
    "ng": Sound((300, 1200, 2300), voiced=0.4, seconds=0.064),
    "th": Sound((320, 1400, 2550), voiced=0.25, noise=0.25, noise_hz=5200, seconds=0.058),
}

SENTENCES = {
    1: (
        "Kids are talking by the door",
        ("k", "i", "d", "a", "t", "o", "k", "i", "b", "ai", "th", "e", "d", "ɔ"),
    ),
    2: (
        "Dogs are sitting by the door",
        ("d", "o", "g", "a", "s", "i", "t", "i", "b", "ai", "th", "e", "d", "ɔ"),
    ),
}
"""Statement number of a RAVDESS name to its text and its sounds (one vowel a syllable)."""


@dataclass(frozen=True)
class SpeechPlan:
    """A sentence in time; every array has one value per millisecond.

    Attributes
    ----------
    duration_s, start_s, end_s : float
        Length of the clip; first and last moment of speech.
    formants_hz : np.ndarray, shape (n, 3)
    voiced, noise, noise_hz, lips, rounding, stress : np.ndarray, shape (n,)
        ``lips`` is the share of the widest opening: 0 closed, else at least ``LEAST_PARTING``.
    """

    duration_s: float
    start_s: float
    end_s: float
    formants_hz: np.ndarray
    voiced: np.ndarray
    noise: np.ndarray
    noise_hz: np.ndarray
    lips: np.ndarray
    rounding: np.ndarray
    stress: np.ndarray

    def at(self, track: np.ndarray, times_s: np.ndarray) -> np.ndarray:
        """Return a track's values at some times."""
        index = np.clip(np.round(np.asarray(times_s) * CONTROL_RATE).astype(int), 0, len(track) - 1)
        return track[index]


def _eased(track: np.ndarray, width_s: float) -> np.ndarray:
    """Smooth a track without moving it in time."""
    half = max(1, round(width_s * CONTROL_RATE / 2))
    window = np.hanning(2 * half + 1)
    padded = np.pad(track, half, mode="edge")
    return np.convolve(padded, window / window.sum(), mode="valid")


def parted(lips: np.ndarray, *, least: float = LEAST_PARTING) -> np.ndarray:
    """Let lips stick: below a small share they are closed, above it parted by at least ``least``."""
    opened = least + (1 - least) * (lips - _STICKING) / (1 - _STICKING)
    return np.where(lips < _STICKING, 0.0, np.clip(opened, least, 1.0))


def plan_speech(
    rng: np.random.Generator,
    *,
    statement: int,
    tempo: float,
    articulation: float,
    shortest_s: float,
    longest_s: float,
) -> SpeechPlan:
    """Plan one sentence.

    Parameters
    ----------
    statement : int
        1 or 2.
    tempo : float
        1 is a calm pace; above is faster.
    articulation : float
        How far the mouth opens on a full vowel, as a share of its widest.
    shortest_s, longest_s : float
        Bounds of the clip's length.
    """
    sounds = [SOUNDS[name] for name in SENTENCES[statement][1]]
    seconds = np.array([sound.seconds * rng.uniform(0.9, 1.12) for sound in sounds]) / tempo
    silence_s = rng.uniform(0.15, 0.28) + rng.uniform(0.05, 0.08)
    spoken_s = float(np.clip(seconds.sum(), shortest_s - silence_s, longest_s - silence_s))
    seconds *= spoken_s / seconds.sum()
    end_silence_s = rng.uniform(0.05, 0.08)
    start_s = silence_s - end_silence_s
    duration_s = spoken_s + silence_s
    n_steps = round(duration_s * CONTROL_RATE)
    edges = start_s + np.concatenate([[0.0], np.cumsum(seconds)])
    which = np.searchsorted(edges, (np.arange(n_steps) + 0.5) / CONTROL_RATE, side="right") - 1
    said = (which >= 0) & (which < len(sounds))
    which = np.clip(which, 0, len(sounds) - 1)
    stresses = np.array([rng.uniform(0.75, 1.0) if sound.opening else 0.0 for sound in sounds])

    def track(values: list[float], width_s: float, *, silent: bool = True) -> np.ndarray:
        steps = np.array(values)[which]
        return _eased(np.where(said, steps, 0.0) if silent else steps, width_s)

    lips = track(
        [sound.opening * s for sound, s in zip(sounds, 0.2 + 0.8 * stresses, strict=True)], _LIP_MOVE_S
    )
    formants = [track([sound.formants_hz[k] for sound in sounds], 0.05, silent=False) for k in range(3)]
    return SpeechPlan(
        duration_s=duration_s,
        start_s=start_s,
        end_s=start_s + spoken_s,
        formants_hz=np.stack(formants, axis=1),
        voiced=track([sound.voiced for sound in sounds], 0.03),
        noise=track([sound.noise for sound in sounds], 0.03),
        noise_hz=track([sound.noise_hz for sound in sounds], 0.02, silent=False),
        lips=parted(lips * articulation),
        rounding=track([sound.rounding for sound in sounds], 0.08),
        stress=track(list(stresses), 0.12),
    )
