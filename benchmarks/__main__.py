"""How fast extraction and the running system are here, and which other benchmarks there are (``make bench``).

Measured on a real 720p clip where there is one, else on a drawn one.
"""

from __future__ import annotations

import argparse
import ast
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import extraction, realtime
from benchmarks.timing import drawn_clip
from benchmarks.untrained import untrained_system

REAL_DATA = Path(
    os.environ.get("WORKBENCH_REAL_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")
)


def others() -> Iterator[str]:
    """Yield every benchmark that is run by itself, each with the question it answers."""
    for path in sorted(Path(__file__).parent.glob("[!_]*.py")):
        text = path.read_text(encoding="utf-8")
        if "__main__" in text and path.stem not in ("extraction", "realtime"):
            told = (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]
            told = told.partition("``python -m")[0].rstrip(": ")
            yield f"  python -m benchmarks.{path.stem:<16} {told}"


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
    print("\nOthers, each by itself (--help says what it needs):")
    print("\n".join(others()))


if __name__ == "__main__":
    main()
