"""Fifty annotators at once, each a process of its own: how long a durable answer takes, and whether anybody is cheated.

``python -m benchmarks.annotators --engine sqlite --think 0.5 --seconds 40`` (0 is a storm: nobody thinks). Each one
claims items from one shared queue, a few at a time, and answers them one by one. Printed beside it: what this disk asks
for one fsync just then, and how busy the machine is, for a figure without them says little.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.annotator_work import QUESTION, Load, annotate
from workbench.labels.store import LabelStore
from workbench.labels.task_queue import TaskQueue
from workbench.labels.work_items import QueueItem


@dataclass(frozen=True)
class Result:
    """What came of it; times in milliseconds.

    Attributes
    ----------
    answers, errors : int
    answers_per_s : float
    answer_ms, claim_ms : dict
        ``p50, p95, p99, max`` of one durable answer, and of claiming the next few items.
    double : int
        Items that two people got.
    slowest_share : float
        Answers of the slowest annotator as a share of the mean.
    fsync_ms : dict
        ``p50, p99`` of a plain 4 KB write and fsync in the same folder, before and after.
    load : float
        How many processes wanted a processor, on average over the last minute.
    """

    answers: int
    errors: int
    answers_per_s: float
    answer_ms: dict[str, float]
    claim_ms: dict[str, float]
    double: int
    slowest_share: float
    fsync_ms: dict[str, float]
    load: float


def measure(load: Load) -> Result:
    """Let them all work at once, and say how it went."""
    with LabelStore.open(load.place) as store:
        clips = 1_000
        items = (
            QueueItem(f"item-{k}", f"clip{k % clips:04d}.1a2b3c4d", k // clips * 0.03, k // clips * 0.03)
            for k in range(load.n_items)
        )
        TaskQueue(store, "bench", QUESTION).fill(items)
    before = _fsync_times(Path(load.folder))
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["benchmarks.annotator_work"])
    start = context.Barrier(load.n_annotators)
    processes = [
        context.Process(target=annotate, args=(load, who, start)) for who in range(load.n_annotators)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    reports = [json.loads(path.read_text()) for path in sorted(Path(load.folder).glob("annotator*.json"))]
    failed = load.n_annotators - len(reports)
    answers = [len(report["answers_s"]) for report in reports]
    return Result(
        answers=sum(answers),
        errors=failed + sum(len(report["errors"]) for report in reports),
        answers_per_s=sum(answers) / load.seconds,
        answer_ms=_percentiles([s for report in reports for s in report["answers_s"]]),
        claim_ms=_percentiles([s for report in reports for s in report["claims_s"]]),
        double=_double(load.place),
        slowest_share=min(answers) / float(np.mean(answers)),
        fsync_ms=_percentiles(before + _fsync_times(Path(load.folder))),
        load=os.getloadavg()[0],
    )


def _double(place: str) -> int:
    with LabelStore.open(place, read_only=True) as store:
        return int(store.current(QUESTION).duplicated(["clip", "start_s", "end_s"]).sum())


def _percentiles(seconds: list[float]) -> dict[str, float]:
    if not seconds:
        return {}
    ms = 1000 * np.asarray(seconds)
    values = {f"p{q}": float(np.percentile(ms, q)) for q in (50, 95, 99)} | {"max": float(ms.max())}
    return {name: round(value, 1) for name, value in values.items()}


def _fsync_times(folder: Path, n: int = 60) -> list[float]:
    handle = os.open(folder / "fsync", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    times = []
    for _ in range(n):
        begun = time.perf_counter()
        os.write(handle, b"x" * 4096)
        os.fsync(handle)
        times.append(time.perf_counter() - begun)
    os.close(handle)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.annotators", description=__doc__)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--annotators", type=int, default=50)
    parser.add_argument("--think", type=float, default=0.5, help="seconds on average; 0 is a storm")
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        place = f"sqlite:///{folder}/labels/labels.db"
        if given.engine == "postgresql":
            sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
            import postgres

            server = stack.enter_context(postgres.running_server())
            if server is None:
                sys.exit(postgres.MISSING)
            place = server.address()
        result = measure(Load(place, folder, given.annotators, given.think, given.seconds, given.items))
        if given.json:
            print(json.dumps(asdict(result)))
            return
        print(
            f"{given.engine}, {given.annotators} annotators, {given.think} s to think, {given.seconds:g} s:"
        )
        for name, value in asdict(result).items():
            print(f"  {name:<14}{value}")


if __name__ == "__main__":
    main()
