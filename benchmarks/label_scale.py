"""A large store: how long it takes to open, to hand out the next items, and to export every event, and in how much memory.

``python -m benchmarks.label_scale --events 1000000 --items 100000`` makes the store first (about two minutes) and then
measures each thing in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from workbench.labels.annotation import LabelEvent
from workbench.labels.exchange.event_log import export_events
from workbench.labels.exchange.labels_table import export_labels
from workbench.labels.store import LabelStore
from workbench.labels.task_queue import TaskQueue
from workbench.labels.work_items import QueueItem

QUESTION = "mouth"
CLIPS = 1_000
AT_ONCE = 20_000


def fill(folder: Path, *, n_events: int, n_items: int) -> dict[str, float]:
    """Make the store: a queue of items, and a million answers of ten people to moments of a thousand clips."""
    took: dict[str, float] = {}
    with LabelStore.open(folder) as store:
        begun = time.perf_counter()
        TaskQueue(store, "bench", QUESTION).fill(
            QueueItem(f"item-{k}", f"clip{k % CLIPS:04d}.1a2b3c4d", k // CLIPS * 0.03, k // CLIPS * 0.03)
            for k in range(n_items)
        )
        took["fill_queue_s"] = time.perf_counter() - begun
        begun = time.perf_counter()
        for start in range(0, n_events, AT_ONCE):
            store.record_all(_answers(start, min(start + AT_ONCE, n_events)))
        took["record_s"] = time.perf_counter() - begun
    return took


def _answers(start: int, stop: int) -> Iterator[LabelEvent]:
    for k in range(start, stop):
        number = k // CLIPS
        # The first half of the queue is answered, the rest of it waits.
        clip, moment = f"clip{k % CLIPS:04d}.1a2b3c4d", (number if number < 50 else number + 100) * 0.03
        yield LabelEvent(
            f"operation-{k:08d}",
            f"annotator{k // 100_000}",
            QUESTION,
            2,
            clip,
            moment,
            moment,
            "answer",
            "open" if k % 2 else "closed",
            details={"pixels_sha256": f"{k:064x}", "seconds_taken": 0.4},
        )


def opening(folder: Path) -> dict[str, Any]:
    """Open the store, open the queue, and take the next thirty items."""
    begun = time.perf_counter()
    store = LabelStore.open(folder)
    opened = time.perf_counter()
    queue = TaskQueue(store, "bench", QUESTION)
    n_items = len(queue.claim("new person", 30))
    claimed = time.perf_counter()
    held: list[str] = []
    next_s = []
    for _ in range(20):
        before = time.perf_counter()
        held += [item.item_id for item in queue.claim("new person", 1, held=held)]
        next_s.append(time.perf_counter() - before)
    return {
        "open_s": opened - begun,
        "first_items_s": claimed - opened,
        "items": n_items,
        "next_item_s": sorted(next_s)[10],
    }


def exporting(folder: Path, export: Callable[[LabelStore, Path], int], name: str) -> dict[str, Any]:
    """Write every event, or every label as it stands, to a file with its manifest."""
    target = folder / name
    with LabelStore.open(folder, read_only=True) as store:
        begun = time.perf_counter()
        n_rows = export(store, target)
        return {"rows": n_rows, "seconds": time.perf_counter() - begun, "bytes": target.stat().st_size}


def checking(folder: Path) -> dict[str, Any]:
    """Read everything through, links and all."""
    from workbench.labels.backups import check

    with LabelStore.open(folder, read_only=True) as store:
        begun = time.perf_counter()
        found = check(store)
        return {"seconds": time.perf_counter() - begun, "findings": len(found)}


PARTS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "opening": opening,
    "events, JSON Lines": lambda folder: exporting(folder, export_events, "all.events.jsonl"),
    "labels, CSV": lambda folder: exporting(folder, export_labels, "labels.csv"),
    "labels, JSON Lines": lambda folder: exporting(folder, export_labels, "labels.jsonl"),
    "check": checking,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.label_scale", description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="keep the store here and use it again")
    parser.add_argument(
        "--part", choices=["making", *PARTS], help="measure this alone (used by the program itself)"
    )
    given = parser.parse_args()
    if given.part:
        if given.part == "making":
            result = fill(given.folder, n_events=given.events, n_items=given.items)
        else:
            result = PARTS[given.part](given.folder)
        result["peak_MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({name: round(value, 3) for name, value in result.items()}))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        # Each in a small process of its own: a process is charged with the memory of the one that started it.
        numbers = ["--events", str(given.events), "--items", str(given.items)]
        for part in [*([] if LabelStore.exists(folder) else ["making"]), *PARTS]:
            command = ["-m", "benchmarks.label_scale", "--folder", str(folder), "--part", part, *numbers]
            done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=True)
            print(f"{part}: {done.stdout.strip()}", flush=True)


if __name__ == "__main__":
    main()
