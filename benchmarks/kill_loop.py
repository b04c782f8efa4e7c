"""Kill -9 annotators at any moment, again and again, then count: nothing acknowledged lost, nothing doubled.

``python -m benchmarks.kill_loop --seconds 60`` (``--engine postgresql`` for the other one, ``--fault early`` or
``--fault rewrite`` to see that the checker catches a store that is wrong). With ``--folder`` a run goes on where the
last one stopped.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

from benchmarks.kill_annotator import annotate
from benchmarks.kill_check import Findings, check

N_ANNOTATORS = 6
PAUSE_S = (0.03, 0.14)


@dataclass(frozen=True)
class Plan:
    """One run: where, for how long, with which store.

    Attributes
    ----------
    place : str
        Address of the labels.
    folder : Path
        Where the journals are.
    seconds : float
    fault : str
        Empty for the real store; ``early`` acknowledges before it commits, ``rewrite`` writes one JSON file anew.
    seed : int
    """

    place: str
    folder: Path
    seconds: float
    fault: str = ""
    seed: int = 1


def run(plan: Plan) -> tuple[int, Findings]:
    """Let annotators work and kill them for a while; return the number of kills and what the checker found."""
    dice = random.Random(plan.seed)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["benchmarks.kill_annotator"]
    )  # so that a new one is there in milliseconds

    def start(number: int) -> BaseProcess:
        arguments = (plan.place, str(journals[number]), f"annotator{number}", plan.fault)
        process = context.Process(target=annotate, args=arguments, daemon=True)
        process.start()
        return process

    journals = [plan.folder / f"journal-{number}" for number in range(N_ANNOTATORS)]
    annotators = [start(number) for number in range(N_ANNOTATORS)]
    kills, end = 0, time.monotonic() + plan.seconds
    try:
        while time.monotonic() < end or any(not journal.exists() for journal in journals):
            time.sleep(dice.uniform(*PAUSE_S))
            chosen = dice.randrange(N_ANNOTATORS)
            if not annotators[chosen].is_alive() and annotators[chosen].exitcode != -signal.SIGKILL:
                raise RuntimeError(f"an annotator ended by itself: {annotators[chosen].exitcode}")
            os.kill(annotators[chosen].pid or 0, signal.SIGKILL)
            annotators[chosen].join()
            kills += 1
            annotators[chosen] = start(chosen)
    finally:
        for process in annotators:
            process.kill()
            process.join()
    return kills, check(plan.place, journals, rewritten=plan.fault == "rewrite")


def _count_kills(folder: Path, kills: int) -> int:
    total = folder / "kills.json"
    kills += json.loads(total.read_text()) if total.exists() else 0
    total.write_text(json.dumps(kills))
    return kills


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kill_loop", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--fault", choices=["", "early", "rewrite"], default="")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="keep labels and journals here, and go on with them")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = given.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        place = f"sqlite:///{folder.resolve()}/labels/labels.db"
        if given.engine == "postgresql":
            sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
            import postgres

            server = stack.enter_context(postgres.running_server())
            if server is None:
                sys.exit(postgres.MISSING)
            place = server.address()
        kills, found = run(Plan(place, folder, given.seconds, given.fault, given.seed))
        print(f"{given.engine}, seed {given.seed}: {_count_kills(folder, kills)} kills, {found.line()}")
        sys.exit(not found.good)


if __name__ == "__main__":
    main()
