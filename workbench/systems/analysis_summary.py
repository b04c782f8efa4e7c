"""What the system decided about a recording, in numbers and in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from workbench.media.timeline import GRID_STEP_S
from workbench.progress import in_one_line
from workbench.sentiment import SENTIMENTS
from workbench.systems.moment_events import PICTURE_LATE, SOUND_LATE, SOUND_MISSING, MomentAnswer

_IN_WORDS = {
    SOUND_MISSING: "some sound never came",
    SOUND_LATE: "the sound came too late: the face alone was judged",
    PICTURE_LATE: "no new picture came in time: the last one stood",
}

_LOST_S = 0.3  # a picture or two more or less, also of slow cameras, is no loss


@dataclass
class Analysis:
    """What the system decided about a recording, and what it did without; the moments go to the sinks.

    Attributes
    ----------
    clip : str
        The recording's file name.
    n_moments, n_faces, n_open : int
        Moments; those with a face; those with an open mouth.
    heard : bool
        Whether anything was heard.
    accumulated : dict of str to float, or None
        The last accumulated probabilities; None when no face was ever seen.
    notes_of_moments : dict of str to int
        How many moments carry each note.
    seconds_of_video, seconds_of_work : float
    declared_s : float or None
        How long the recording says it is; None where it says nothing.
    """

    clip: str
    n_moments: int = 0
    n_faces: int = 0
    n_open: int = 0
    heard: bool = False
    accumulated: dict[str, float] | None = None
    notes_of_moments: dict[str, int] = field(default_factory=dict)
    seconds_of_video: float = 0.0
    seconds_of_work: float = 0.0
    declared_s: float | None = None

    def add(self, answer: MomentAnswer) -> None:
        """Count a moment."""
        self.n_moments += 1
        self.n_faces += answer.box is not None
        self.n_open += answer.mouth_open is True
        self.heard |= answer.heard
        self.accumulated = answer.accumulated or self.accumulated
        self.seconds_of_video = round(answer.time_s, 3) + GRID_STEP_S
        if answer.note is not None:
            self.notes_of_moments[answer.note] = self.notes_of_moments.get(answer.note, 0) + 1

    @property
    def label(self) -> str | None:
        """The clip's sentiment: the largest of the last accumulated probabilities; None when no face was ever seen."""
        return max(self.accumulated, key=self.accumulated.__getitem__) if self.accumulated else None

    def notes(self) -> list[str]:
        """Say in words what the system did without."""
        said = []
        if self.declared_s is not None and self.declared_s - self.seconds_of_video > _LOST_S:
            said.append(
                f"The recording breaks off: {self.seconds_of_video:.1f} s of the {self.declared_s:.1f} s that it declares could be read."
            )
        if not self.n_faces:
            return [
                *said,
                "No face to judge was seen in any moment, so there is no prediction: this system needs one.",
            ]
        if self.n_faces < self.n_moments:
            said.append(
                f"The face to judge was seen in {self.n_faces} of {self.n_moments} moments; the others have no prediction."
            )
        if not self.heard:
            said.append("There is no sound: every moment was judged by the face alone.")
        for note, n in sorted(self.notes_of_moments.items()):
            said.append(f"In {n} of {self.n_moments} moments {_IN_WORDS[note]}.")
        return said

    def lines(self) -> list[str]:
        """Return the analysis for people."""
        if self.accumulated is None:
            return [f"{in_one_line(self.clip)}: no prediction.", *self.notes()]
        shares = ", ".join(f"{name} {self.accumulated[name]:.2f}" for name in SENTIMENTS)
        pace = (
            f"; {self.n_moments / self.seconds_of_work:.0f} moments a second" if self.seconds_of_work else ""
        )
        return [
            f"{in_one_line(self.clip)}: {self.label} (accumulated at the end: {shares})",
            f"{self.n_moments} moments in {self.seconds_of_video:.1f} s, mouth open in {self.n_open}{pace}",
            *self.notes(),
        ]

    def as_json(self) -> dict[str, Any]:
        """Return the analysis in the shape of ``analyze --json``, without its ``frames``."""
        return {
            "clip": self.clip,
            "label": self.label,
            "seconds_of_video": round(self.seconds_of_video, 3),
            "seconds_of_work": round(self.seconds_of_work, 3),
            "notes": self.notes(),
        }
