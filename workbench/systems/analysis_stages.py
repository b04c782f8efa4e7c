"""What is done to a file's pictures and sound, stage by stage; each stage is an iterator and can run on its own thread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from workbench.features.stopwatch import Stopwatch
from workbench.media.grid_pictures import picture_hash
from workbench.media.video import Frame
from workbench.systems.file_feed import FileEnds, Item, NoPictureBefore, SoundPiece
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
    items: Iterable[Item], watcher: Watcher, *, with_cuts: bool, watch: Stopwatch | None = None
) -> Iterator[SettledMoment | Cut]:
    """Look and hear; yield the moments as they are settled and, on request, the places to cut at."""
    watch, cut_from_s = watch or Stopwatch(), 0.0
    for item in items:
        if isinstance(item, Frame):
            seen = watcher.push_frame(item)
            yield from (moment for moment in seen if not isinstance(moment, Picture))
            if with_cuts and item.time_s >= cut_from_s and (state := watcher.state()) is not None:
                cut_from_s = item.time_s + CUT_EVERY_S
                yield Cut({**state, "picture_hash": picture_hash(item)})
        elif isinstance(item, SoundPiece):
            with watch.part("spectrogram"):
                settled = watcher.push_sound(item.start_s, item.samples)
            yield from settled
        elif isinstance(item, NoPictureBefore):
            yield from watcher.no_picture_before(item.time_s)
        elif isinstance(item, FileEnds):
            yield from watcher.end(item.until_s)
        else:
            yield from watcher.end_of_sound()


def judged(items: Iterable[SettledMoment | Cut], judge: MomentJudge) -> Iterator[MomentAnswer | Cut]:
    """Ask the networks about each moment; cuts pass through."""
    for item in items:
        yield item if isinstance(item, Cut) else judge.answer(item)
