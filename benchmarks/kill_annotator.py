"""An annotator that can be killed at any moment: notes what it is about to do, does it, notes that it was acknowledged.

Started again, it first sends once more what was not acknowledged, exactly as it was: as the page's outbox does.
"""

from __future__ import annotations

import json
import os
import queue
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from workbench.errors import StorageError
from workbench.labels.annotation import LabelEvent
from workbench.labels.store import LabelStore

TAIL_BYTES = 32_768
"""The last steps of a journal; one is far shorter."""
BATCH = 25


class Store(Protocol):
    """What is tried."""

    def record_all(self, events: Sequence[LabelEvent]) -> object:
        """Return when the events are durable."""


def annotate(place: str, journal: str, who: str, fault: str) -> None:
    """Work until killed."""
    store = _open(place, fault)
    cut_torn_end(Path(journal))
    number, unfinished = _resume(Path(journal))
    handle = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    while True:
        if unfinished is None:
            unfinished = {"step": number, "operations": _operations(who, number)}
            os.write(handle, (json.dumps(unfinished) + "\n").encode())
        events = [LabelEvent(**operation) for operation in unfinished["operations"]]
        _send(store, events)
        os.write(handle, (json.dumps({"acknowledged": unfinished["step"]}) + "\n").encode())
        if number % 5 == 0:  # the acknowledgement got lost on the way: sent again
            _send(store, events)
        number, unfinished = unfinished["step"] + 1, None


def _send(store: Store, events: list[LabelEvent]) -> None:
    while True:
        try:
            store.record_all(events)
            return
        except StorageError:  # said to be not saved: tried again, with the same ids
            time.sleep(0.05)


def cut_torn_end(journal: Path) -> None:
    """Take away a line that was killed while it was written: a kill ends a write between two pages of memory.

    Nothing was sent of a step whose line is torn, and an acknowledgement whose line is torn was never told.
    """
    if journal.exists():
        os.truncate(journal, journal.read_bytes().rfind(b"\n") + 1)


def _resume(journal: Path) -> tuple[int, dict[str, Any] | None]:
    """Return the next step's number, and the step that was begun and not acknowledged."""
    if not journal.exists():
        return 0, None
    with journal.open("rb") as stream:
        stream.seek(max(0, journal.stat().st_size - TAIL_BYTES))
        lines = stream.read().split(b"\n")[1 if stream.tell() > TAIL_BYTES else 0 : -1]
    number, unfinished = 0, None
    for line in lines:
        entry = json.loads(line)
        if "acknowledged" in entry:
            number, unfinished = entry["acknowledged"] + 1, None
        else:
            number, unfinished = entry["step"], entry
    return number, unfinished


def _operations(who: str, number: int) -> list[dict[str, Any]]:
    """Return what is done in a step: answers, changed answers, undone ones, skips, flags, and some at once."""
    what = number % 10
    if what == 9:
        return [_operation(who, number, f"{number}-{part}", "answer", "open") for part in range(BATCH)]
    if what in (3, 7):  # the answer before is changed, or taken back
        about, before = number - 1, f"{who}-{number - 1}-0"
        if what == 3:
            return [_operation(who, about, f"{number}-0", "answer", "closed", after=before)]
        return [_operation(who, about, f"{number}-0", "undo", undoes=before)]
    kind = {5: "skip", 8: "flag"}.get(what, "answer")
    after = "" if kind in ("answer", "skip") else None
    value = "open" if kind == "answer" else ""
    return [_operation(who, number, f"{number}-0", kind, value, after=after)]


def _operation(who: str, about: int, name: str, kind: str, value: str = "", **more: Any) -> dict[str, Any]:
    part = int(name.rsplit("-", 1)[1])
    moment = round(about * 3.0 + part * 0.03, 6)  # no two steps about one moment
    common = {"annotator": who, "question": "mouth", "schema_version": 2, "clip": "clip.1a2b3c4d"}
    return common | {
        "op_id": f"{who}-{name}",
        "start_s": moment,
        "end_s": moment,
        "kind": kind,
        "value": value,
        "details": {"pixels_sha256": "ab" * 32, "seconds_taken": 0.4},
        **more,
    }


def _open(place: str, fault: str) -> Store:
    if fault == "rewrite":
        return _RewrittenFile(Path(place.removeprefix("sqlite:///")))
    store = LabelStore.open(place, busy_timeout_s=60)
    return _AcknowledgesEarly(store) if fault == "early" else store


class _AcknowledgesEarly:
    """A planted fault: says "saved" and saves a moment later."""

    def __init__(self, store: LabelStore) -> None:
        self._waiting: queue.Queue[list[LabelEvent]] = queue.Queue(maxsize=20)
        self._store = store
        threading.Thread(target=self._write, daemon=True).start()

    def record_all(self, events: Sequence[LabelEvent]) -> None:
        self._waiting.put(list(events))

    def _write(self) -> None:
        while True:
            self._store.record_all(self._waiting.get())


class _RewrittenFile:
    """A planted fault: all labels in one JSON file that is read, added to and written anew."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def record_all(self, events: Sequence[LabelEvent]) -> None:
        try:
            rows = json.loads(self._path.read_text())
        except (OSError, ValueError):
            rows = []
        there = {row["op_id"] for row in rows}
        new = [event for event in events if event.op_id not in there]
        rows += [{**vars(event), "details": event.details_as_text()} for event in new]
        self._path.write_text(json.dumps(rows))
