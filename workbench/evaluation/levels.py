"""What is known of one predictions table at its two levels, clips and moments: the frame of every such report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from workbench.evaluation.warnings import Alarm


class Level(Protocol):
    """What was measured of clips, or of moments."""

    def as_json(self) -> dict[str, Any]:
        """Return its block of the JSON."""
        ...


Measured = TypeVar("Measured", bound=Level)


@dataclass(frozen=True)
class Levels(Generic[Measured]):
    """What is known about a system from its predictions.

    Attributes
    ----------
    clips : Level or None
        One decision per clip; None when the truth changes within a clip.
    frames : Level or None
        One per moment; None when the table has a row per clip only.
    split : str or None
        How training and test were kept apart, where known.
    warnings : tuple of Alarm
        Alarms, the split's first.
    """

    clips: Measured | None
    frames: Measured | None
    split: str | None
    warnings: tuple[Alarm, ...]

    @property
    def main(self) -> Measured:
        """The level to speak of first: clips where they can be judged, else moments."""
        level = self.clips if self.clips is not None else self.frames
        assert level is not None  # whoever measures makes at least one
        return level

    def as_json(self) -> dict[str, Any]:
        """Return the content of the command's ``--json``: strict JSON, no NaN."""
        return {
            "clips": None if self.clips is None else self.clips.as_json(),
            "frames": None if self.frames is None else self.frames.as_json(),
            "split": self.split,
            "warnings": [warning.as_json() for warning in self.warnings],
        }
