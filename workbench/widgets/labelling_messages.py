"""What the labelling page and the kernel say to each other: tasks and answers as plain data, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from workbench.errors import InvalidInputError, StorageError, WorkbenchError
from workbench.labels.annotation import RecordedEvent
from workbench.labels.session import Conflict, LabelSession, Operation
from workbench.labels.tasks import Task

Reveal = Literal["after", "before", "never"]
"""When the machine's guess is shown: after one's own answer, before it, or not at all."""
DEEDS = ("answer", "skip", "undo", "flag")
_TRAVELLING = ("dataset", "pixels_sha256", "sound_sha256", "unit", "n_moments")


class Suggestions(Protocol):
    """A trained run's guesses."""

    def prepare(self, places: Iterable[tuple[str, float, float]]) -> None:
        """Predict in one go what will be asked about: clip, start and end of each."""

    def of(self, clip: str, start_s: float, end_s: float) -> Mapping[str, float] | None:
        """Return a probability for each class, None where the run says nothing."""


@dataclass(frozen=True)
class LateTask:
    """A task that this sitting does not ask, but an answer of another day is about; as the browser kept it."""

    task_id: str
    clip: str
    start_s: float
    end_s: float
    kept: Mapping[str, Any] = field(default_factory=dict)

    def details(self) -> Mapping[str, Any]:
        """Return what the browser kept of what was shown."""
        return self.kept


def late_task(said: Mapping[str, Any]) -> LateTask:
    """Return what an operation of another day is about, from what the browser kept of it.

    Raises
    ------
    InvalidInputError
        Its place is no clip with a start and an end, or its details are no mapping.
    """
    try:
        clip, start_s, end_s = said["place"]
        kept = {name: value for name, value in (said.get("details") or {}).items() if name in _TRAVELLING}
        return LateTask(str(said.get("task_id")), str(clip), float(start_s), float(end_s), kept)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidInputError(
            f"An operation must tell clip, start_s and end_s of its item. Received {said.get('place')!r}."
        ) from error


def item_message(
    task: Any, session: LabelSession, guess: Mapping[str, Any] | None
) -> tuple[dict[str, Any], list[bytes]]:
    """Return a pictured task as data, and its pictures: those to judge, then the film strip where there is one."""
    pictures = task.pictures()
    strip = task.strip() if hasattr(task, "strip") else None
    word = session.last_word(task.task_id)
    item: dict[str, Any] = {
        "task_id": task.task_id,
        "place": [task.clip, task.start_s, task.end_s],
        "details": {name: value for name, value in task.details().items() if name in _TRAVELLING},
        "pictures": [picture.name for picture in pictures],
        "strip": None,
        "word": word.event.op_id if word else "",
        "was": word.event.kind if word else "",
        "suggestion": guess,
    }
    buffers = [picture.png for picture in pictures]
    if strip is not None:
        item["strip"] = {"name": strip.name, "times_s": list(strip.times_s), "marked": list(strip.marked)}
        buffers.append(strip.jpeg)
    return item, buffers


def guess_message(
    suggestions: Suggestions | None, clip: str, start_s: float, end_s: float
) -> dict[str, Any] | None:
    """Return the likeliest class and its share, None where nothing is suggested."""
    shares = suggestions.of(clip, start_s, end_s) if suggestions is not None else None
    if not shares:
        return None
    value = max(shares, key=lambda name: shares[name])
    return {"value": value, "share": round(float(shares[value]), 4)}


def said_message(
    task_id: str, recorded: RecordedEvent, older: Iterable[RecordedEvent] = ()
) -> dict[str, Any]:
    """Return an earlier answer or skip as the page keeps it, so that it can be undone and changed.

    ``older`` are its author's words about the same place before it, oldest first: an undo brings the last of them back.
    """
    event = recorded.event
    place = [event.clip, event.start_s, event.end_s]
    return {
        "task_id": task_id,
        "op_id": event.op_id,
        "kind": event.kind,
        "value": event.value,
        "sequence": recorded.sequence,
        "place": place,
        "older": [said_message(task_id, word) for word in older],
    }


def stands_message(recorded: RecordedEvent | None) -> dict[str, Any]:
    """Return what stands, as the page compares it; an empty answer when it was taken back meanwhile."""
    if recorded is None:
        return {"op_id": "", "kind": "skip", "value": ""}
    return {"op_id": recorded.event.op_id, "kind": recorded.event.kind, "value": recorded.event.value}


def conflict_message(conflict: Conflict, task: Task) -> dict[str, Any]:
    """Return an answer that does not stand, beside the one that does."""
    return {
        "op_id": conflict.op_id,
        "task_id": conflict.task_id,
        "kind": conflict.kind,
        "value": conflict.value,
        "place": [task.clip, task.start_s, task.end_s],
        "stands": stands_message(conflict.stands),
    }


def operation_from(
    content: Mapping[str, Any], task: Task, guess: Mapping[str, Any] | None, reveal: Reveal
) -> Operation:
    """Return what a page says was done to ``task`` as an operation.

    Raises
    ------
    InvalidInputError
        It is none, or a part of it is missing or of the wrong kind.
    """
    try:
        kind = str(content["kind"])
        if kind not in DEEDS:
            raise InvalidInputError(f"An operation must be one of {', '.join(DEEDS)}. Received {kind!r}.")
        seconds = content.get("seconds_taken")
        after = content.get("after")
        return Operation(
            kind=kind,
            task_id=str(content["task_id"]),
            op_id=content["op_id"],
            value=str(content["value"]) if kind == "answer" else "",
            undoes=str(content["undoes"]) if kind == "undo" else "",
            after=str(after) if after is not None and kind in ("answer", "skip") else None,
            seconds_taken=None if seconds is None else float(seconds),
            details=_details(content, guess, reveal),
            task=task,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInputError(
            f"An operation must have kind, task_id, op_id and what its kind needs. Received {error!r}."
        ) from error


def _details(
    content: Mapping[str, Any], guess: Mapping[str, Any] | None, reveal: Reveal
) -> dict[str, Any] | None:
    if content["kind"] == "flag":
        return {"note": str(content.get("note", ""))}
    if content["kind"] != "answer" or guess is None:
        return None
    # What the machine said, what the person said before seeing it, and whether seeing it changed the answer.
    own, value = str(content.get("own", content["value"])), str(content["value"])
    seen = bool(content.get("seen")) and reveal != "never"
    return {
        "suggested": guess["value"],
        "suggested_share": guess["share"],
        "reveal": reveal,
        "own": own,
        "changed_mind": seen and own != value,
    }


def outcome_message(
    operation_id: Any, outcome: RecordedEvent | WorkbenchError, stands: RecordedEvent | None = None
) -> dict[str, Any]:
    """Return what became of an operation: ``saved``, ``conflict`` or ``not_saved``."""
    if isinstance(outcome, WorkbenchError):
        retry = isinstance(outcome, StorageError)
        return {"op_id": operation_id, "state": "not_saved", "message": str(outcome), "retry": retry}
    if outcome.conflicts_with:
        return {"op_id": operation_id, "state": "conflict", "stands": stands_message(stands)}
    return {"op_id": operation_id, "state": "saved", "sequence": outcome.sequence}
