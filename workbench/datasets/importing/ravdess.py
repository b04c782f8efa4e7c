"""RAVDESS names, read strictly: seven two-digit fields, and nothing is ever guessed.

Source: Livingstone & Russo 2018 (the RAVDESS), "File naming convention":
modality-channel-emotion-intensity-statement-repetition-actor, ``01-01-06-01-02-01-12.mp4``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.errors import InvalidInputError

MODALITIES = {"01": "audiovisual", "02": "video", "03": "audio"}
CHANNELS = {"01": "speech", "02": "song"}
EMOTIONS = {
    "01": "neutral",
    "02": "calm",
    "03": "happy",
    "04": "sad",
    "05": "angry",
    "06": "fearful",
    "07": "disgust",
    "08": "surprised",
}
SONG_EMOTIONS = tuple(EMOTIONS)[:6]
INTENSITIES = {"01": "normal", "02": "strong"}
INTENDED = {
    "happy": "positive",
    "neutral": "neutral",
    "calm": "neutral",
    "angry": "negative",
    "sad": "negative",
}
"""Emotion to sentiment (Yakaew 2021, section 3); the other emotions stand for no sentiment."""

_TWO = ("01", "02")
_FIELDS: tuple[tuple[str, Sequence[str]], ...] = (
    ("modality", tuple(MODALITIES)),
    ("channel", tuple(CHANNELS)),
    ("emotion", tuple(EMOTIONS)),
    ("intensity", tuple(INTENSITIES)),
    ("statement", _TWO),
    ("repetition", _TWO),
    ("actor", tuple(f"{number:02d}" for number in range(1, 25))),
)
_GROUPS = re.compile(r"\s*[A-Za-z0-9]{1,3}(?:\s?[-_.–—]\s?[A-Za-z0-9]{1,3}(?![A-Za-z0-9])){4,}")
_ACTOR_FOLDER = re.compile(r"actor[ _-]?(\d{1,3})", re.IGNORECASE)


@dataclass(frozen=True)
class RavdessName:
    """What a RAVDESS name says.

    Attributes
    ----------
    modality : {"audiovisual", "video", "audio"}
    channel : {"speech", "song"}
    emotion, intensity : str
        In words: ``"happy"``, ``"strong"``.
    statement, repetition : {"01", "02"}
        As in the name.
    actor : int
        1 to 24.
    """

    modality: str
    channel: str
    emotion: str
    intensity: str
    statement: str
    repetition: str
    actor: int

    @property
    def speaker(self) -> str:
        """The speaker's id, ``"actor-05"``."""
        return f"actor-{self.actor:02d}"

    @property
    def sex(self) -> str:
        """Odd actors are male, even ones female."""
        return "male" if self.actor % 2 else "female"

    @property
    def intended(self) -> str:
        """The sentiment the take was meant to show, or ``""`` for an emotion that stands for none."""
        return INTENDED.get(self.emotion, "")


def actor_folder(folders: Sequence[str]) -> int | None:
    """Return the number of the innermost ``Actor_NN`` folder, or None when there is none.

    >>> actor_folder(["ravdess", "Actor_05"])
    5
    """
    for folder in reversed(folders):
        found = _ACTOR_FOLDER.fullmatch(folder)
        if found:
            return int(found[1])
    return None


def claims_to_be_ravdess(stem: str, folders: Sequence[str] = ()) -> bool:
    """Whether a name must be read as a RAVDESS name: it looks like one or lies in an actor's folder.

    A name looks like one when it begins with five or more short groups, most of them with digits. A date such as
    ``2021-03-04-10-22-33`` does not: its year has four digits.

    >>> claims_to_be_ravdess("01-01-O3-01-01-02-05"), claims_to_be_ravdess("holiday-2021")
    (True, False)
    """
    if actor_folder(folders) is not None:
        return True
    found = _GROUPS.match(stem)
    if not found:
        return False
    groups = re.split(r"\s?[-_.–—]\s?", found[0].strip())
    return sum(any(letter.isdigit() for letter in group) for group in groups) >= 4


def parse_ravdess_name(stem: str, folders: Sequence[str] = ()) -> RavdessName:
    """Read a RAVDESS name (without its extension).

    Parameters
    ----------
    stem : str
        ``"01-01-06-01-02-01-12"``.
    folders : sequence of str
        The folders it lies in, outermost first: an ``Actor_NN`` among them must agree.

    Raises
    ------
    InvalidInputError
        A field is wrong or contradicts another; the message names and points out the field.
    """
    parts = stem.split("-")
    if len(parts) != len(_FIELDS):
        raise InvalidInputError(
            f"A RAVDESS name must have 7 two-digit fields joined by '-'. Received {len(parts)} in {stem!r}: "
            "name it modality-channel-emotion-intensity-statement-repetition-actor, as 01-01-06-01-02-01-12."
        )
    for number, (part, (field, allowed)) in enumerate(zip(parts, _FIELDS, strict=True), start=1):
        if part not in allowed:
            raise InvalidInputError(
                _wrong_field(parts, number, field, f"must be {allowed[0]} to {allowed[-1]}", part)
            )
    modality, channel, emotion, intensity, statement, repetition, actor = parts
    if channel == "02" and emotion not in SONG_EMOTIONS:
        raise InvalidInputError(_wrong_field(parts, 3, "emotion", "of a song must be 01 to 06", emotion))
    if emotion == "01" and intensity != "01":
        raise InvalidInputError(
            _wrong_field(parts, 4, "intensity", "of neutral must be 01 (normal)", intensity)
        )
    folder = actor_folder(folders)
    if folder is not None and folder != int(actor):
        raise InvalidInputError(
            _wrong_field(parts, 7, "actor", f"must agree with its folder (actor {folder:02d})", actor)
        )
    return RavdessName(
        modality=MODALITIES[modality],
        channel=CHANNELS[channel],
        emotion=EMOTIONS[emotion],
        intensity=INTENSITIES[intensity],
        statement=statement,
        repetition=repetition,
        actor=int(actor),
    )


def _wrong_field(parts: Sequence[str], number: int, field: str, rule: str, received: str) -> str:
    pointed = "-".join(f">{part}<" if k == number else part for k, part in enumerate(parts, start=1))
    hint = ""
    if any(letter in "oOlI" for letter in received):
        hint = " (a letter in place of a digit?)"
    return (
        f"Field {number} ({field}) of a RAVDESS name {rule}. Received {received!r}{hint} in {pointed}: "
        "correct the name, or import the file under another name to take it as an unlabelled clip."
    )
