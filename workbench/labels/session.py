"""One person's sitting with one question: what is next, what was answered, how it goes. Knows no widget and no picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Protocol, runtime_checkable

from workbench.errors import InvalidInputError
from workbench.labels.annotation import LabelEvent, RecordedEvent, check_annotator
from workbench.labels.schema import Schema
from workbench.labels.store import LabelStore

PACE_OVER = 30
"""So many of the last answers tell the pace."""
LONGEST_THOUGHT_S = 60.0
"""Longer gaps are breaks and do not count for the pace."""


@runtime_checkable
class Task(Protocol):
    """A moment waiting for a label."""

    @property
    def task_id(self) -> str:
        """Name of the task, unique within a session."""

    @property
    def clip(self) -> str:
        """The clip it is from."""

    @property
    def start_s(self) -> float:
        """Start, seconds from the clip's time zero."""

    @property
    def end_s(self) -> float:
        """End; equal to ``start_s`` for a moment."""

    def details(self) -> Mapping[str, Any]:
        """Return what to keep with the answer, such as the hash of what was shown."""


@dataclass(frozen=True)
class SessionProgress:
    """How far a person is.

    Attributes
    ----------
    total, answered, skipped : int
        Number of tasks, of those with an answer, of those skipped (whenever it was).
    seconds_each : float or None
        Median time for one answer in this sitting.
    seconds_left : float or None
        What the rest will take at this pace.
    """

    total: int
    answered: int
    skipped: int
    seconds_each: float | None
    seconds_left: float | None

    @property
    def done(self) -> int:
        """Tasks that are no longer waiting."""
        return self.answered + self.skipped


class LabelSession:
    """Hand out tasks and record what a person says about them.

    What this person answered before counts, whoever showed it: opening again goes on where one left.

    Parameters
    ----------
    store : LabelStore
        Where answers are kept.
    tasks : sequence of Task
        What to ask about, in this order.
    schema : Schema
        The question.
    annotator : str
        Who answers.
    """

    def __init__(self, store: LabelStore, tasks: Sequence[Task], schema: Schema, annotator: str) -> None:
        self.schema = schema
        self.annotator = check_annotator(annotator)
        self._store = store
        self._tasks = list(tasks)
        self._by_id = {task.task_id: task for task in self._tasks}
        if len(self._by_id) != len(self._tasks):
            raise InvalidInputError("Tasks must have different ids. Received the same one twice.")
        self._task_of_moment = {_moment(task): task.task_id for task in self._tasks}
        self._words: dict[str, list[RecordedEvent]] = {}
        self._seconds: list[float] = []
        for recorded in store.standing(schema.question, self.annotator):
            task_id = self._task_of_moment.get(_moment(recorded.event))
            if task_id is not None:
                self._words[task_id] = [recorded]

    def task(self, task_id: str) -> Task:
        """Return a task of this session by its id."""
        if task_id not in self._by_id:
            raise InvalidInputError(f"A task must belong to the session. Received {task_id!r}.")
        return self._by_id[task_id]

    def items(
        self, start: int = 0, n_items: int | None = None, *, skipped: bool = False
    ) -> tuple[list[Task], int]:
        """Return the next tasks that wait, and where to go on.

        Parameters
        ----------
        start : int
            Position in the order of all tasks, 0 at first, then what the last call returned.
        n_items : int, optional
            At most so many.
        skipped : bool
            Return the skipped ones instead of those never seen.

        Returns
        -------
        tasks : list of Task
        position : int
            ``start`` for the next call; the number of tasks when none are left.
        """
        chosen: list[Task] = []
        for position in range(max(start, 0), len(self._tasks)):
            if n_items is not None and len(chosen) >= n_items:
                return chosen, position
            task = self._tasks[position]
            last = self.last_word(task.task_id)
            if (last is not None and last.event.kind == "skip") if skipped else last is None:
                chosen.append(task)
        return chosen, len(self._tasks)

    def last_word(self, task_id: str) -> RecordedEvent | None:
        """Return the answer or skip that stands for a task, if there is one."""
        words = self._words.get(task_id)
        return words[-1] if words else None

    def answer(
        self, task_id: str, value: str, *, op_id: str, seconds_taken: float | None = None
    ) -> RecordedEvent:
        """Record an answer; durable when this returns. Raises as :meth:`LabelStore.record`."""
        return self._say(task_id, op_id=op_id, kind="answer", value=value, seconds_taken=seconds_taken)

    def skip(self, task_id: str, *, op_id: str, seconds_taken: float | None = None) -> RecordedEvent:
        """Record that the person passed this task by; it can be asked for again."""
        return self._say(task_id, op_id=op_id, kind="skip", seconds_taken=seconds_taken)

    def undo(self, task_id: str, *, op_id: str, undoes: str) -> RecordedEvent:
        """Take back the operation ``undoes`` on a task, which then waits again."""
        return self._say(task_id, op_id=op_id, kind="undo", undoes=undoes)

    def recent(self, n_events: int = 100) -> list[tuple[str, RecordedEvent]]:
        """Return ``(task_id, event)`` of what can be undone, oldest first."""
        standing = [(task_id, words[-1]) for task_id, words in self._words.items() if words]
        return sorted(standing, key=lambda pair: pair[1].sequence)[-n_events:]

    def progress(self) -> SessionProgress:
        """Say how far this person is, and the pace of this sitting."""
        kinds = [words[-1].event.kind for words in self._words.values() if words]
        total, answered, skipped = len(self._tasks), kinds.count("answer"), kinds.count("skip")
        pace = median(self._seconds[-PACE_OVER:]) if self._seconds else None
        left = None if pace is None else pace * (total - answered - skipped)
        return SessionProgress(
            total=total, answered=answered, skipped=skipped, seconds_each=pace, seconds_left=left
        )

    def _say(
        self, task_id: str, *, op_id: str, seconds_taken: float | None = None, **what: Any
    ) -> RecordedEvent:
        task = self.task(task_id)
        details = dict(task.details())
        if seconds_taken is not None:
            details["seconds_taken"] = round(float(seconds_taken), 3)
        event = LabelEvent(
            op_id=op_id,
            annotator=self.annotator,
            question=self.schema.question,
            schema_version=self.schema.version,
            clip=task.clip,
            start_s=task.start_s,
            end_s=task.end_s,
            details=details,
            **what,
        )
        recorded = self._store.record(event)
        if (
            self._remember(task_id, recorded)
            and seconds_taken is not None
            and 0 < seconds_taken <= LONGEST_THOUGHT_S
        ):
            self._seconds.append(float(seconds_taken))
        return recorded

    def _remember(self, task_id: str, recorded: RecordedEvent) -> bool:
        """Take what was recorded into account; a repeated operation changes nothing."""
        words = self._words.setdefault(task_id, [])
        if recorded.event.kind == "undo":
            self._words[task_id] = [word for word in words if word.event.op_id != recorded.event.undoes]
            return False
        if any(word.event.op_id == recorded.event.op_id for word in words):
            return False
        words.append(recorded)
        return True


def _moment(what: Task | LabelEvent) -> tuple[str, float, float]:
    return (what.clip, round(what.start_s, 6), round(what.end_s, 6))
