"""Frames per second of extraction and its parts: ``python -m benchmarks.extraction [--video PATH]``."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from benchmarks.timing import Timing, drawn_clip
from workbench.features.landmarks import shared_predictor
from workbench.features.moments import read_moments
from workbench.features.stopwatch import Stopwatch


def measure(video: Path, *, repeats: int = 3) -> Timing:
    """Return the fastest of several passes: on a shared machine the others measure the neighbours."""
    shared_predictor()  # loading it takes a second, once per process, and is no part of a frame
    best: Timing | None = None
    for _ in range(repeats):
        watch = Stopwatch()
        start = time.perf_counter()
        seen = [(moment.index, moment.frame_time_s) for moment in read_moments(video, watch=watch)]
        seconds = time.perf_counter() - start
        n_pictures = max(len({time_s for _, time_s in seen}), 1)
        if best is None or seconds < best.seconds:
            best = Timing(f"extraction of {video.name}", len(seen), n_pictures, seconds, watch.seconds)
    assert best is not None
    return best


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.extraction", description=__doc__)
    parser.add_argument("--video", type=Path, help="a clip; without it one of the sample cast is drawn")
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        video = given.video or drawn_clip(Path(folder))
        print("\n".join(measure(video, repeats=max(given.repeats, 1)).lines()))


if __name__ == "__main__":
    main()
