"""Who plays what: the clips of an actor, their names, and what face and voice each show."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from workbench.media.sample_cast.actor import generator
from workbench.sentiment import SENTIMENTS

EMOTION_CODES = {"neutral": 1, "calm": 2, "happy": 3, "sad": 4, "angry": 5}
"""Emotion to its number in a RAVDESS name."""

SENTIMENT_OF = {
    "neutral": "neutral",
    "calm": "neutral",
    "happy": "positive",
    "sad": "negative",
    "angry": "negative",
}
"""Emotion to sentiment (Yakaew 2021, section 3)."""

_EMOTIONS_OF = {"negative": ("angry", "sad"), "neutral": ("neutral", "calm"), "positive": ("happy", "happy")}
_OF_SCRIPT = 3


@dataclass(frozen=True)
class Part:
    """One clip to be played.

    Attributes
    ----------
    number : int
        Which of the actor's clips it is, from 0.
    emotion : str
        What is meant; the name and the truth say it.
    face, voice : str
        The emotion that face and voice show: ``emotion``, or "neutral" where one of them keeps still.
    """

    number: int
    actor: int
    emotion: str
    intensity: int
    statement: int
    repetition: int
    face: str
    voice: str

    @property
    def sentiment(self) -> str:
        """The sentiment that is meant."""
        return SENTIMENT_OF[self.emotion]

    @property
    def file(self) -> str:
        """Where the clip lies in the cast's folder: ``Actor_05/01-01-03-02-01-01-05.mp4``."""
        fields = (
            1,
            1,
            EMOTION_CODES[self.emotion],
            self.intensity,
            self.statement,
            self.repetition,
            self.actor,
        )
        return f"Actor_{self.actor:02d}/" + "-".join(f"{field:02d}" for field in fields) + ".mp4"


def quotas(n: int, shares: tuple[float, ...], *, turn: int) -> list[int]:
    """Divide ``n`` by ``shares`` (summing to 1) into whole numbers, largest remainders first.

    ``turn`` says who comes first among equal remainders.

    Examples
    --------
    >>> quotas(3, (1 / 3, 1 / 3, 1 / 3), turn=0)
    [1, 1, 1]
    """
    exact = [round(n * share, 9) for share in shares]
    counts = [int(value) for value in exact]
    order = sorted(
        range(len(shares)), key=lambda k: (-round(exact[k] - counts[k], 6), (k - turn) % len(shares))
    )
    for k in order[: n - sum(counts)]:
        counts[k] += 1
    return counts


def write_script(
    actor: int, *, n_clips: int, seed: int, calm_face_share: float, flat_voice_share: float
) -> list[Part]:
    """Return the parts of one actor, as evenly over the sentiments as ``n_clips`` allows.

    Parameters
    ----------
    calm_face_share, flat_voice_share : float
        Share of an actor's clips of each sentiment but neutral in which only the voice, or only the face, shows it.
    """
    rng = generator(seed, _OF_SCRIPT, actor)
    takes = {
        emotion: _shuffled(rng, list(product((1,) if emotion == "neutral" else (1, 2), (1, 2), (1, 2))))
        for emotion in EMOTION_CODES
    }
    parts: list[Part] = []
    for place, sentiment in enumerate(SENTIMENTS):
        count = n_clips // 3 + ((place - actor) % 3 < n_clips % 3)
        shares = (1 - calm_face_share - flat_voice_share, calm_face_share, flat_voice_share)
        both, calm, flat = quotas(count, shares, turn=actor + place)
        kinds = _shuffled(rng, ["both"] * both + ["calm face"] * calm + ["flat voice"] * flat)
        for index, kind in enumerate(kinds):
            emotion = _EMOTIONS_OF[sentiment][(index + actor // 2) % 2]
            intensity, statement, repetition = takes[emotion].pop()
            quiet = sentiment != "neutral"
            parts.append(
                Part(
                    number=len(parts),
                    actor=actor,
                    emotion=emotion,
                    intensity=intensity,
                    statement=statement,
                    repetition=repetition,
                    face="neutral" if quiet and kind == "calm face" else emotion,
                    voice="neutral" if quiet and kind == "flat voice" else emotion,
                )
            )
    return parts


def _shuffled(rng: np.random.Generator, items: list) -> list:
    return [items[k] for k in rng.permutation(len(items))]
