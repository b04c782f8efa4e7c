"""Frames per second of ``analyze`` and its parts, networks included: ``python -m benchmarks.analyzing [--video PATH]``.

The networks have random weights: their speed does not depend on what they have learnt. Which branch runs does, so
the clip is analysed twice, once with every mouth taken for closed and once for open.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.timing import Timing, drawn_clip
from workbench.features.landmarks import shared_predictor
from workbench.features.stopwatch import Stopwatch
from workbench.models.architectures import build
from workbench.models.inference import Predictor
from workbench.systems.analysis import analyze
from workbench.systems.lightweight_fusion import FusionNetworks


class TimedPredictor:
    """A predictor whose time is taken; the mouth's answer is overruled so that one branch is measured."""

    def __init__(self, name: str, watch: Stopwatch, *, always_open: bool | None = None) -> None:
        self._predictor = Predictor(name, build(name))
        self._name, self._always_open = name, always_open
        self.watch = watch

    def probabilities(self, **arrays: np.ndarray) -> np.ndarray:
        """Answer as the predictor does, on the clock."""
        with self.watch.part(f"{self._name} network"):
            answers = self._predictor.probabilities(**arrays)
        if self._always_open is not None:
            answers[:, 1] = float(self._always_open)
        return answers


def measure(video: Path, *, repeats: int = 3) -> Iterator[Timing]:
    """Yield the fastest of several passes, for closed and for open mouths."""
    shared_predictor()
    watch = Stopwatch()
    mouth, visual = TimedPredictor("mouth", watch), TimedPredictor("visual", watch)
    networks = FusionNetworks(mouth, visual, TimedPredictor("audiovisual", watch), {})  # type: ignore[arg-type]
    for always_open in (False, True):
        mouth._always_open = always_open
        analyze(video, networks)  # the first pass compiles the networks
        best: Timing | None = None
        for _ in range(repeats):
            watch.seconds.clear()
            start = time.perf_counter()
            analysis = analyze(video, networks, watch=watch)
            seconds = time.perf_counter() - start
            if best is None or seconds < best.seconds:
                name = f"analyze {video.name}, mouth {'open' if always_open else 'closed'}"
                n_moments = len(analysis.frames)
                best = Timing(name, n_moments, n_moments, seconds, dict(watch.seconds))
        assert best is not None
        yield best


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.analyzing", description=__doc__)
    parser.add_argument("--video", type=Path, help="a clip; without it one of the sample cast is drawn")
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        video = given.video or drawn_clip(Path(folder))
        for timing in measure(video, repeats=max(given.repeats, 1)):
            print("\n".join(timing.lines()))


if __name__ == "__main__":
    main()
