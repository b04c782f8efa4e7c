"""``python -m benchmarks.kill_stack --seconds 60``: the loop in pieces of ten minutes, each in an empty folder."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.kill_stack.loop import VICTIMS, KillLoop

PIECE_S = 600.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kill_stack", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--victims", nargs="+", choices=VICTIMS, default=VICTIMS)
    parser.add_argument("--fault", choices=("", "early", "forgetful"), default="")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    end = time.monotonic() + given.seconds
    kills = labels = bad = 0
    piece = 0
    with sync_playwright() as playwright:
        while (left := end - time.monotonic()) > 0:
            with tempfile.TemporaryDirectory() as folder:
                loop = KillLoop(
                    Path(folder),
                    playwright.chromium,
                    n_tasks=40_000,
                    seed=given.seed + piece,
                    fault=given.fault,
                )
                try:
                    outcome = loop.run(seconds=min(left, PIECE_S), victims=tuple(given.victims))
                finally:
                    loop.close()
            piece += 1
            kills += sum(outcome.kills.values())
            labels += outcome.acknowledged
            bad += len(outcome.lost) + len(outcome.doubled) + len(outcome.wrong)
            print(f"{outcome.line()}\nso far: {labels} acknowledged, {kills} kills, {bad} bad", flush=True)
    raise SystemExit(bad > 0)


if __name__ == "__main__":
    main()
