"""What is done to a file's pictures and sound, stage by stage; each stage is an iterator and can run on its own thread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from workbench.features.stopwatch import Stopwatch
from workbench.media.grid_pictures import picture_hash
from workbench.systems.file_feed import Step
from workbench.systems.moment_events import MomentAnswer
from workbench.systems.moment_judge import MomentJudge
from workbench.systems.watching import Picture, SettledMoment, Watcher

CUT_EVERY_S = 5.0
"""How much of a recording is worked on between two places where it can be cut."""


@dataclass(frozen=True)
class Cut:
    """A place where the work can be taken up again: everything before it is answered."""

    state: dict[str, Any]


def watched(
    steps: Iterable[Step], watcher: Watcher, *, with_cuts: bool, watch: Stopwatch | None = None
) -> Iterator[list[SettledMoment | Cut]]:
    """Look and hear; yield the moments as they are settled and, on request, the places to cut at."""
    watch, cut_from_s = watch or Stopwatch(), 0.0
    for step in steps:
        settled: list[SettledMoment | Cut] = []
        if step.no_picture_before_s is not None:
            settled += watcher.no_picture_before(step.no_picture_before_s)
        if step.sound is not None:
            with watch.part("spectrogram"):
                settled += watcher.push_sound(step.sound.start_s, step.sound.samples)
        if step.sound_ends:
            settled += watcher.end_of_sound()
        if step.frame is not None:
            seen = watcher.push_frame(step.frame)
            settled += [moment for moment in seen if not isinstance(moment, Picture)]
            if with_cuts and step.frame.time_s >= cut_from_s and (state := watcher.state()) is not None:
                cut_from_s = step.frame.time_s + CUT_EVERY_S
                settled.append(Cut({**state, "picture_hash": picture_hash(step.frame)}))
        if step.ends:
            settled += watcher.end(step.no_picture_before_s)
        if settled:
            yield settled


def judged(
    settled: Iterable[list[SettledMoment | Cut]], judge: MomentJudge
) -> Iterator[list[MomentAnswer | Cut]]:
    """Ask the networks about each moment; cuts pass through."""
    for items in settled:
        yield [item if isinstance(item, Cut) else judge.answer(item) for item in items]
