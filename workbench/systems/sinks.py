"""Where answers go while a recording is analysed: one moment after the other, never all of them in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from workbench.systems.moment_events import MomentAnswer


@dataclass(frozen=True)
class AnalysisFacts:
    """What is known before the first moment.

    Attributes
    ----------
    clip : str
        The recording's file name.
    alpha, step_s : float
    runs : dict of str to str
        Which run each network came from.
    """

    clip: str
    alpha: float
    step_s: float
    runs: dict[str, str]


class Sink(Protocol):
    """Takes the answers of one recording and keeps them somewhere: complete in the end, or not there at all."""

    def open(self, facts: AnalysisFacts) -> None:
        """Make ready."""
        ...

    def write(self, answer: MomentAnswer) -> None:
        """Take the next moment."""
        ...

    def close(self, summary: Any) -> None:
        """Put the finished whole in its place; ``summary`` is a :class:`workbench.systems.analysis.Analysis`."""
        ...

    def abandon(self) -> None:
        """Take away what was begun; called instead of :meth:`close`, also when :meth:`open` failed."""
        ...
