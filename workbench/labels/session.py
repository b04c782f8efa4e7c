"""One person's sitting with one question: what is next, what was answered, how it goes. Knows no widget and no picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from heapq import nlargest
from statistics import median
from typing import Any

from workbench.errors import InvalidInputError, WorkbenchError
from workbench.labels.annotation import LabelEvent, RecordedEvent, check_annotator
from workbench.labels.operation import Conflict, Operation, SessionProgress
from workbench.labels.reading import Word, collector_paused
from workbench.labels.schema import Schema
from workbench.labels.store import LabelStore
from workbench.labels.tasks import Place, Task, TaskSource, as_source, place_of
from workbench.labels.words_about import words_about

__all__ = ["Conflict", "LabelSession", "Operation", "SessionProgress", "Task", "TaskSource"]

PACE_OVER = 30
"""So many of the last answers tell the pace."""
LONGEST_THOUGHT_S = 60.0
"""Longer gaps are breaks and do not count for the pace."""


class LabelSession:
    """Hand out tasks and record what a person says about them.

    What this person answered before counts, whoever showed it: opening again goes on where one left.

    Parameters
    ----------
    store : LabelStore
        Where answers are kept.
    tasks : sequence of Task, or TaskSource
        What to ask about, in this order.
    schema : Schema
        The question.
    annotator : str
        Who answers.
    """

    def __init__(
        self, store: LabelStore, tasks: Sequence[Task] | TaskSource, schema: Schema, annotator: str
    ) -> None:
        self.schema = schema
        self.annotator = check_annotator(annotator)
        self._store = store
        self._source = as_source(tasks)
        self._words: dict[Place, list[Word]] = {}
        self._whole: dict[str, RecordedEvent] = {}  # what was recorded or looked up in this sitting
        self._kinds: Counter[str] = (
            Counter()
        )  # of the words that stand; counted along, for it is asked at each answer
        self._seconds: list[float] = []
        self._repeated: dict[str, str] = {}  # hidden repeats answered in this sitting: the task, by operation
        with collector_paused():
            for word in self._source.among(store.words(schema.question, self.annotator)):
                self._words[word[1:4]] = [word]
                self._kinds[word.kind] += 1

    def task(self, task_id: str) -> Task:
        """Return a task of this session by its id."""
        return self._source.task(task_id)

    def task_of(self, clip: str, start_s: float, end_s: float) -> Task | None:
        """Return the task of this session about a moment or span, None when there is none."""
        return self._source.task_of(clip, start_s, end_s)

    def split(self, task_id: str, tasks: Sequence[Task]) -> None:
        """Ask about the parts ``tasks`` instead of the run ``task_id``."""
        whole = self.task(task_id)
        self._source.replace(task_id, tasks)
        self._stand(
            place_of(whole), []
        )  # an answer about the whole is kept, but counts no longer as one of these tasks

    def items(
        self, start: int = 0, n_items: int | None = None, *, skipped: bool = False
    ) -> tuple[Sequence[Task], int]:
        """Return the next tasks that wait, and where to go on.

        Parameters
        ----------
        start : int
            Position in the order of all tasks, 0 at first, then what the last call returned.
        n_items : int, optional
            At most so many; all of them by default. Fewer mean that there are no more for now.
        skipped : bool
            Return the skipped ones instead of those never seen.

        Returns
        -------
        tasks : sequence of Task
        position : int
            ``start`` for the next call.
        """

        def wanted(task: Task) -> bool:
            if _is_repeat(task):
                return not skipped and task.task_id not in self._repeated.values()
            last = self._last(task)
            return (last is not None and last.kind == "skip") if skipped else last is None

        return self._source.batch(max(start, 0), self._source.total() if n_items is None else n_items, wanted)

    def last_word(self, task_id: str) -> RecordedEvent | None:
        """Return the answer or skip that stands for a task, if there is one."""
        task = self.task(task_id)
        word = None if _is_repeat(task) else self._last(task)  # a repeat must not show the first answer
        return None if word is None else self._recorded([word])[0]

    def _last(self, what: Task) -> Word | None:
        words = self._words.get(place_of(what))
        return words[-1] if words else None

    def _recorded(self, words: Sequence[Word]) -> list[RecordedEvent]:
        """Return words with all that is kept about them."""
        unknown = [word.op_id for word in words if word.op_id not in self._whole]
        if unknown:
            self._whole.update((found.event.op_id, found) for found in self._store.events_of(unknown))
        return [self._whole[word.op_id] for word in words]

    def answer(self, task_id: str, value: str, *, op_id: str, **more: Any) -> RecordedEvent:
        """Record an answer; durable when this returns. ``more`` and what it raises: :meth:`record`."""
        return self.record(Operation("answer", task_id, op_id, value=value, **more))

    def skip(self, task_id: str, *, op_id: str, **more: Any) -> RecordedEvent:
        """Record that the person passed this task by; it can be asked for again."""
        return self.record(Operation("skip", task_id, op_id, **more))

    def undo(self, task_id: str, *, op_id: str, undoes: str) -> RecordedEvent:
        """Take back the operation ``undoes`` on a task, which then waits again."""
        return self.record(Operation("undo", task_id, op_id, undoes=undoes))

    def flag(self, task_id: str, note: str, *, op_id: str) -> RecordedEvent:
        """Mark a task for discussion, with a note; its answer stays what it is."""
        return self.record(Operation("flag", task_id, op_id, details={"note": note}))

    def record(self, operation: Operation) -> RecordedEvent:
        """Record one operation; durable when this returns. Raises as :meth:`LabelStore.record`."""
        recorded = self._store.record(self._event(operation))
        self._take_in(operation, recorded)
        return recorded

    def record_each(self, operations: Sequence[Operation]) -> list[RecordedEvent | WorkbenchError]:
        """Record several operations in one commit; one that is refused does not spoil the others.

        Returns
        -------
        list
            For each operation, in order, what was recorded, or the error that says why it was not.
        """
        outcomes: list[RecordedEvent | WorkbenchError] = []
        try:
            recorded = self._store.record_all([self._event(operation) for operation in operations])
        except InvalidInputError:
            for operation in operations:  # one of them is wrong: each on its own, so that the others are kept
                try:
                    outcomes.append(self.record(operation))
                except WorkbenchError as error:
                    outcomes.append(error)
            return outcomes
        except WorkbenchError as error:
            return [error] * len(operations)
        for operation, one in zip(operations, recorded, strict=True):
            self._take_in(operation, one)
        return [*recorded]

    def recent(self, n_events: int = 100) -> list[tuple[str, RecordedEvent]]:
        """Return ``(task_id, event)`` of what can be undone, oldest first."""
        newest = nlargest(n_events, (words[-1] for words in self._words.values() if words))
        found = []
        for recorded in self._recorded(newest[::-1]):
            event = recorded.event
            task = self._source.task_of(event.clip, event.start_s, event.end_s)
            if task is not None:
                found.append((task.task_id, recorded))
        return found

    def older(self, recorded: RecordedEvent) -> list[RecordedEvent]:
        """Return this person's words about the same place before that one, oldest first: an undo brings them back."""
        said = words_about(self._store, self.schema.question, self.annotator, place_of(recorded.event))
        return [word for word in said if word.sequence < recorded.sequence]

    def elsewhere(self) -> int:
        """Return how many tasks are in other people's hands now and come here if those people leave them."""
        return int(getattr(self._source, "elsewhere", lambda: 0)())

    def stands_instead(self, outcome: RecordedEvent | WorkbenchError) -> RecordedEvent | None:
        """Return the word that stands where a conflict was recorded; None for any other outcome."""
        if isinstance(outcome, WorkbenchError) or not outcome.conflicts_with:
            return None
        return self._stands_at(place_of(outcome.event))

    def _stands_at(self, place: Place) -> RecordedEvent | None:
        """Return what stands in the store now, whichever sitting it came from."""
        said = words_about(self._store, self.schema.question, self.annotator, place)
        return said[-1] if said else None

    def conflicts(self) -> list[Conflict]:
        """Return this person's answers that do not stand because of another one given elsewhere, oldest first."""
        unseen = self._store.conflicts(self.schema.question, self.annotator)
        if unseen.empty:
            return []
        found = []
        for row in unseen.itertuples():
            task = self._source.task_of(row.clip, row.start_s, row.end_s)
            if task is not None:
                kind = "answer" if row.value else "skip"
                found.append(
                    Conflict(task.task_id, row.op_id, kind, row.value, self._stands_at(place_of(row)))
                )
        return found

    def progress(self) -> SessionProgress:
        """Say how far this person is, and the pace of this sitting."""
        total, answered, skipped = self._source.total(), self._kinds["answer"], self._kinds["skip"]
        answered += len(self._repeated)
        pace = median(self._seconds[-PACE_OVER:]) if self._seconds else None
        left = None if pace is None else pace * (total - answered - skipped)
        return SessionProgress(
            total=total,
            answered=answered,
            skipped=skipped,
            seconds_each=pace,
            seconds_left=left,
            shared=bool(getattr(self._source, "shared", False)),
        )

    def _event(self, operation: Operation) -> LabelEvent:
        task = operation.task or self.task(operation.task_id)
        details = dict(task.details()) | dict(operation.details or {})
        if operation.seconds_taken is not None:
            details["seconds_taken"] = round(float(operation.seconds_taken), 3)
        again = _is_repeat(task) and operation.kind in ("answer", "skip")
        return LabelEvent(
            op_id=operation.op_id,
            annotator=self.annotator,
            question=self.schema.question,
            schema_version=self.schema.version,
            clip=task.clip,
            start_s=task.start_s,
            end_s=task.end_s,
            kind="repeat" if again else operation.kind,  # type: ignore[arg-type]  # checked by LabelEvent
            value=operation.value,
            undoes=operation.undoes,
            details=details,
            after=None if again else operation.after,
        )

    def _take_in(self, operation: Operation, recorded: RecordedEvent) -> None:
        """Take what was recorded into account; a repeated operation and a conflict change nothing."""
        event, place = recorded.event, place_of(recorded.event)
        words = self._words.get(place, [])
        if event.kind == "repeat":
            self._repeated[event.op_id] = operation.task_id
        if event.kind == "undo" and self._repeated.pop(event.undoes, None) is None:
            left = [word for word in words if word.op_id != event.undoes]
            # What was said in earlier sittings is known by its last word only.
            older = [] if left else words_about(self._store, event.question, event.annotator, place)
            self._stand(place, left or [Word.of(said) for said in older])
        if event.kind not in ("answer", "skip") or recorded.conflicts_with:
            return
        if any(word.op_id == event.op_id for word in words):
            return
        self._whole[event.op_id] = recorded
        self._stand(place, [*words, Word.of(recorded)])
        seconds = operation.seconds_taken
        if seconds is not None and 0 < seconds <= LONGEST_THOUGHT_S:
            self._seconds.append(float(seconds))

    def _stand(self, place: Place, words: list[Word]) -> None:
        """Remember what was said about a place, the newest last, and count what stands."""
        if before := self._words.get(place):
            self._kinds[before[-1].kind] -= 1
        if words:
            self._kinds[words[-1].kind] += 1
        self._words[place] = words


def _is_repeat(task: Task) -> bool:
    """Whether a task asks again what its person has answered; see :class:`QueuedTask`."""
    return bool(getattr(task, "repeat_of", ""))
