"""One recording with its sound, as a dataset knows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Kind = Literal["audiovisual", "video", "audio"]


@dataclass(frozen=True)
class Clip:
    """A recording that was accepted into a dataset.

    Attributes
    ----------
    clip : str
        Its id: the readable part of the file's name and the first eight hex digits of its content's hash,
        ``01-01-03-01-01-01-05.1a2b3c4d``. Safe as a folder's name; the same content has one id.
    path : Path
        The recording itself.
    kind : {"audiovisual", "video", "audio"}
        What it holds.
    speaker : str
        Who speaks, or ``""`` when unknown. Never guessed.
    intended : str
        The sentiment the recording was meant to show (from a strict RAVDESS name or from the sample's truth),
        or ``""``. Never a person's answer: those live in the label store.
    duration_s : float
        Length in seconds.
    details : dict of str to str
        Whatever else the catalog holds (emotion, intensity, statement, sex, licence, warnings …).
    """

    clip: str
    path: Path
    kind: Kind
    speaker: str
    intended: str
    duration_s: float
    details: dict[str, str] = field(default_factory=dict)

    @property
    def has_face(self) -> bool:
        """Whether there are pictures to look for a face in."""
        return self.kind != "audio"

    @property
    def has_voice(self) -> bool:
        """Whether there is sound to listen to."""
        return self.kind != "video"
