"""All benchmarks in one run: on a real 720p clip where there is one, else on a drawn one (``make bench``)."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from benchmarks import extraction, realtime
from benchmarks.timing import drawn_clip
from benchmarks.untrained import untrained_system

REAL_DATA = Path(
    os.environ.get("WORKBENCH_REAL_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--video", type=Path, help="a clip to measure on")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        real = sorted((REAL_DATA / "ravdess_720p").rglob("*.mp4"))
        video = given.video or (real[0] if real else drawn_clip(Path(folder)))
        print("\n".join(extraction.measure(video).lines()))
        for line in realtime.measure(video, untrained_system(Path(folder) / "exported")):
            print(line)


if __name__ == "__main__":
    main()
