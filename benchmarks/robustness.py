"""How far the answers hold when faces are tilted or partly covered: curves with intervals.

``python -m benchmarks.robustness --project DIR VIDEO [VIDEO ...] [--json FILE] [--figure FILE.png]``

Every clip is judged whole under every disturbance by the newest trained system of ``--project``. Shares are over all
pictures (mouth) or clips (label); intervals draw whole clips again. A face that is not found holds nothing.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from workbench.evaluation.robustness import Held, curves_of
from workbench.plots.robustness import plot_robustness
from workbench.plots.style import as_png
from workbench.project import Project
from workbench.systems.lightweight_fusion import load_fusion
from workbench.systems.robustness import Disturbance, held

ROLLS = (-45, -30, -15, 0, 15, 30, 45)
SHARES = (0.0, 0.15, 0.3, 0.45)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.robustness", description=__doc__)
    parser.add_argument("videos", type=Path, nargs="+")
    parser.add_argument("--project", type=Path, required=True)
    parser.add_argument("--json", type=Path, help="write every clip's counts to this file")
    parser.add_argument(
        "--figure", type=Path, help="draw the curves into this file (drawn faces only in docs)"
    )
    parser.add_argument("--every", type=int, default=1, help="look at every n-th picture only")
    given = parser.parse_args()
    networks = load_fusion(Project.open(given.project))
    rolls = [Disturbance("roll", float(amount)) for amount in ROLLS]
    covers = [
        Disturbance(kind, s) for kind in ("covered from below", "covered from the side") for s in SHARES
    ]
    results: list[Held] = []
    for number, video in enumerate(given.videos, 1):
        results += held(video, networks, rolls + covers, every=given.every)
        results += held(video, networks, rolls, upright=True, every=given.every)
        print(f"{number}/{len(given.videos)} {video.name}", flush=True)
    for curve in curves_of(results):
        print("\n".join(curve.lines()))
    if given.json:
        given.json.write_text(json.dumps([asdict(one) for one in results], indent=1), encoding="utf-8")
    if given.figure:
        given.figure.write_bytes(as_png(plot_robustness(curves_of(results))))


if __name__ == "__main__":
    main()
