"""One of many annotators, in a process of its own: claims, thinks, answers, and writes down how long it took."""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.labels.annotation import LabelEvent
from workbench.labels.store import LabelStore
from workbench.labels.task_queue import TaskQueue
from workbench.labels.work_items import QueueItem

QUESTION = "mouth"
ARRIVE_S = 5.0
"""Everybody has come within this time; it is measured from the first moment on."""
CLAIM = 20


@dataclass(frozen=True)
class Load:
    """Who works how: ``n_annotators`` people who think ``think_s`` on average (exponentially), for ``seconds``."""

    place: str
    folder: str
    n_annotators: int
    think_s: float
    seconds: float
    n_items: int


def annotate(load: Load, who: int, start: Barrier) -> None:
    """Be one annotator: think, answer, measure; write down how it was."""
    dice = random.Random(who)
    name = f"annotator{who:02d}"
    answers_s: list[float] = []
    claims_s: list[float] = []
    errors: list[str] = []
    with LabelStore.open(load.place) as store:
        queue = TaskQueue(store, "bench", QUESTION)
        store.check_writable()
        start.wait()
        time.sleep(dice.uniform(0, ARRIVE_S))  # people do not come in at the same moment
        end, items = time.monotonic() + load.seconds, []
        while time.monotonic() < end:
            try:
                if not items:
                    begun = time.perf_counter()
                    items = queue.claim(name, CLAIM)
                    claims_s.append(time.perf_counter() - begun)
                    if not items:
                        break
                time.sleep(dice.expovariate(1 / load.think_s) if load.think_s else 0.0)
                event = _answer(items.pop(0), name, len(answers_s))
                begun = time.perf_counter()
                store.record(event)
                answers_s.append(time.perf_counter() - begun)
            except WorkbenchError as error:
                errors.append(str(error))
    content = {"answers_s": answers_s, "claims_s": claims_s, "errors": errors}
    Path(load.folder, f"{name}.json").write_text(json.dumps(content))


def _answer(item: QueueItem, who: str, number: int) -> LabelEvent:
    details = {"pixels_sha256": "ab" * 32, "seconds_taken": 0.4}
    moment = (item.clip, item.start_s, item.end_s)
    return LabelEvent(
        f"{who}-{number:07d}", who, QUESTION, 2, *moment, "answer", "open", details=details, after=""
    )
