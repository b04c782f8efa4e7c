"""Is it fast enough for a camera? ``python -m benchmarks.realtime --project DIR [--video PATH]``.

Per picture of a real clip, with every mouth taken for closed and for open (which branch runs does not depend on what the
networks have learnt): processor time on one thread, and wall time on the cores there are. Closed and open take turns,
so that a busy machine slows both.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from benchmarks.timing import drawn_clip
from workbench.features.landmarks import shared_predictor
from workbench.features.sight import FollowLooker
from workbench.features.stopwatch import Stopwatch
from workbench.media.audio import sound_blocks
from workbench.media.grid_pictures import GridPictures
from workbench.models.asked import Asked
from workbench.project import Project
from workbench.systems.analysis import analyze
from workbench.systems.analysis_stages import judged, watched
from workbench.systems.file_feed import feed, streams_of
from workbench.systems.lightweight_fusion import FusionNetworks, load_fusion
from workbench.systems.moment_events import MomentAnswer
from workbench.systems.moment_judge import MomentJudge
from workbench.systems.sinks import AnswerList
from workbench.systems.watching import Watcher

CPU_OPEN_MS, CPU_CLOSED_MS, WALL_P95_MS = 18.0, 12.0, 30.0
"""What must hold at 720p: processor time per picture on one thread, and wall time of 95 % of pictures on two cores."""


class ProcessorWatch(Stopwatch):
    """Counts this thread's processor time instead of the wall's: a busy machine lengthens it less."""

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count the processor time of the block under ``name``."""
        start = time.thread_time()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.thread_time() - start


class TimedNetwork:
    """A network whose time is taken; the mouth's answer is overruled so that one branch is measured."""

    def __init__(self, asked: Asked, watch: Stopwatch, *, always_open: bool | None = None) -> None:
        self.network, self.classes = asked.network, asked.classes
        self._asked, self._watch, self._always_open = asked, watch, always_open

    def probabilities(self, **arrays: np.ndarray) -> np.ndarray:
        """Answer as the network does, on the clock."""
        with self._watch.part(f"{self.network} network"):
            answers = self._asked.probabilities(**arrays)
        if self._always_open is not None:
            answers = np.tile([1.0 - self._always_open, float(self._always_open)], (len(answers), 1))
        return answers


@dataclass
class Pace:
    """What one pass over the clip took.

    Attributes
    ----------
    cpu_ms, wall_ms : float
        Per picture, of the whole pass.
    each_ms : list of float
        Wall time between one picture's last answer and the next picture's.
    parts_ms : dict of str to float
        Processor time of this thread per picture.
    moments_each : float
        Moments of 30 ms for each picture.
    """

    cpu_ms: float
    wall_ms: float
    each_ms: list[float] = field(default_factory=list)
    parts_ms: dict[str, float] = field(default_factory=dict)
    moments_each: float = 1.0


class _Times(AnswerList):
    """When each picture was done with."""

    def __init__(self) -> None:
        super().__init__()
        self.done: dict[float, float] = {}
        self.n_moments = 0

    def write(self, answer: MomentAnswer) -> None:
        self.done[answer.frame_time_s] = time.perf_counter()
        self.n_moments += 1

    def each_ms(self) -> list[float]:
        return [float(1000 * gap) for gap in np.diff(list(self.done.values()))]


def _system(networks: FusionNetworks, watch: Stopwatch, *, always_open: bool) -> FusionNetworks:
    return FusionNetworks(
        TimedNetwork(networks.mouth, watch, always_open=always_open),
        TimedNetwork(networks.visual, watch),
        TimedNetwork(networks.audiovisual, watch),
        networks.runs,
    )


def on_one_thread(video: Path, networks: FusionNetworks, *, always_open: bool) -> Pace:
    """Do every stage in turn on this thread, kept to one core where the system can: the decoder has no other threads then."""
    with _one_core():
        return _in_turn(video, networks, always_open=always_open)


@contextmanager
def _one_core() -> Iterator[None]:
    if not hasattr(os, "sched_setaffinity"):  # macOS: the decoder's own threads count, too
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def _in_turn(video: Path, networks: FusionNetworks, *, always_open: bool) -> Pace:
    watch, times = ProcessorWatch(), _Times()
    judge = MomentJudge(_system(networks, watch, always_open=always_open))
    streams = streams_of(video)
    watcher = Watcher(FollowLooker(watch=watch), pictures=True, sound=streams.sound)
    cpu, wall = time.process_time(), time.perf_counter()
    seen = watched(feed(video, streams, watch=watch), watcher, with_cuts=False, watch=watch)
    for answers in judged(seen, judge):
        for answer in answers:
            if isinstance(answer, MomentAnswer):
                times.write(answer)
    return _pace(cpu, wall, times, watch)


def on_all_cores(video: Path, networks: FusionNetworks, *, always_open: bool) -> Pace:
    """Do the stages beside one another, as ``workbench analyze`` does."""
    watch, times = Stopwatch(), _Times()
    cpu, wall = time.process_time(), time.perf_counter()
    analyze(video, _system(networks, watch, always_open=always_open), sinks=[times], watch=watch)
    return _pace(cpu, wall, times, watch)


def _pace(cpu: float, wall: float, times: _Times, watch: Stopwatch) -> Pace:
    n = len(times.done)
    parts = {name: 1000 * seconds / n for name, seconds in watch.seconds.items()}
    cpu_ms, wall_ms = 1000 * (time.process_time() - cpu) / n, 1000 * (time.perf_counter() - wall) / n
    return Pace(cpu_ms, wall_ms, times.each_ms(), parts, times.n_moments / n)


def measure(video: Path, networks: FusionNetworks, *, repeats: int = 5) -> Iterator[str]:
    """Yield the lines of a report."""
    cv2.setNumThreads(1)
    shared_predictor()
    list(GridPictures(video)), list(sound_blocks(video) or ())  # the file is in memory from here on
    ways = {"one thread": on_one_thread, "all cores": on_all_cores}
    passes: dict[tuple[str, bool], list[Pace]] = {
        (way, is_open): [] for way in ways for is_open in (False, True)
    }
    for number in range(repeats + 1):
        for (way, is_open), kept in passes.items():
            pace = ways[way](video, networks, always_open=is_open)
            if number:  # the first of each only warms up
                kept.append(pace)
    for (way, is_open), kept in passes.items():
        yield from _report(f"{video.name}, mouth {'open' if is_open else 'closed'}, {way}", kept)
    yield from _verdict(passes)


def _report(title: str, passes: list[Pace]) -> Iterator[str]:
    each = np.concatenate([pace.each_ms for pace in passes])
    yield (
        f"{title}: processor {np.median([p.cpu_ms for p in passes]):.1f} ms/picture "
        f"({min(p.cpu_ms for p in passes):.1f} to {max(p.cpu_ms for p in passes):.1f} in {len(passes)} passes), "
        f"{np.median([p.cpu_ms / p.moments_each for p in passes]):.1f} ms/moment of 30 ms, "
        f"wall {np.median([p.wall_ms for p in passes]):.1f} ms/picture; "
        f"picture to picture p50 {np.median(each):.1f}, p95 {np.percentile(each, 95):.1f} ms (n = {each.size})"
    )
    if title.endswith("one thread"):
        best = min(passes, key=lambda pace: pace.cpu_ms)
        for name, ms in sorted(best.parts_ms.items(), key=lambda part: -part[1]):
            yield f"  {name:<20}{ms:7.2f} ms"
        rest = best.cpu_ms - sum(best.parts_ms.values())
        yield f"  {'everything else':<20}{rest:7.2f} ms"


def _verdict(passes: dict[tuple[str, bool], list[Pace]]) -> Iterator[str]:
    for is_open, bar in ((True, CPU_OPEN_MS), (False, CPU_CLOSED_MS)):
        found = float(np.median([pace.cpu_ms for pace in passes["one thread", is_open]]))
        yield _said(f"processor per picture, one thread, {'open' if is_open else 'closed'}", found, bar)
    each = np.concatenate([pace.each_ms for pace in passes["all cores", True]])
    yield _said("wall p95, all cores, open", float(np.percentile(each, 95)), WALL_P95_MS)


def _said(what: str, found: float, bar: float) -> str:
    return f"{what}: {found:.1f} ms, {'within' if found <= bar else 'NOT WITHIN'} {bar:.0f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.realtime", description=__doc__)
    parser.add_argument("--project", type=Path, required=True, help="a project with a trained system")
    parser.add_argument("--video", type=Path, help="a clip; without it one of the sample cast is drawn")
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    project = Project.open(given.project)
    video = given.video or drawn_clip(project.root)
    for line in measure(video, load_fusion(project), repeats=max(given.repeats, 1)):
        print(line)


if __name__ == "__main__":
    main()
