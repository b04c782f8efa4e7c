"""What waits for a label, and where it comes from: a plain list, or anything that hands out tasks the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from workbench.errors import InvalidInputError
from workbench.labels.reading import Word

Place = tuple[str, float, float]
"""Clip, start and end: the moment or span that a task is about, rounded as labels are."""


@runtime_checkable
class Task(Protocol):
    """A moment or span waiting for a label."""

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


@runtime_checkable
class TaskSource(Protocol):
    """Hands out the tasks of one person: a list in its order, or a queue that many people share."""

    def total(self) -> int:
        """Return how many tasks there are for this person, done or not."""

    def task(self, task_id: str) -> Task:
        """Return a task by its id. Raises :class:`InvalidInputError` for a stranger's."""

    def task_of(self, clip: str, start_s: float, end_s: float) -> Task | None:
        """Return the task about a moment or span, None when there is none."""

    def among(self, words: Sequence[Word]) -> list[Word]:
        """Return the words that are about one of these tasks; a sitting begins with them, and there may be many."""

    def batch(
        self, position: int, n_items: int, wanted: Callable[[Task], bool]
    ) -> tuple[Sequence[Task], int]:
        """Return at most ``n_items`` tasks from ``position`` on for which ``wanted`` says yes, and where to go on.

        Fewer than ``n_items`` mean that there are no more for now.
        """

    def replace(self, task_id: str, tasks: Sequence[Task]) -> None:
        """Put ``tasks`` where the task ``task_id`` was: a run that was split is asked in its parts."""


class TaskList:
    """A plain sequence of tasks as a source.

    Raises
    ------
    InvalidInputError
        Two tasks have the same id.
    """

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._tasks: list[Task] = []
        self._by_id: dict[str, Task] = {}
        self._by_place: dict[Place, Task] = {}
        self._replaced: set[str] = set()
        for task in tasks:
            self._tasks.append(self._learn(task))

    def _learn(self, task: Task) -> Task:
        if task.task_id in self._by_id:
            raise InvalidInputError(
                f"Tasks must have different ids. Received {task.task_id!r} twice: name each moment once."
            )
        self._by_id[task.task_id] = task
        self._by_place[place_of(task)] = task
        return task

    def total(self) -> int:
        """Return how many tasks there are."""
        return len(self._tasks)

    def task(self, task_id: str) -> Task:
        """Return a task by its id; one that was split stays known, so that a late answer finds it."""
        if task_id not in self._by_id:
            raise InvalidInputError(f"A task must belong to the session. Received {task_id!r}.")
        return self._by_id[task_id]

    def task_of(self, clip: str, start_s: float, end_s: float) -> Task | None:
        """Return the task about a moment or span, None when there is none."""
        task = self._by_place.get(rounded_place(clip, start_s, end_s))
        return None if task is None or task.task_id in self._replaced else task

    def among(self, words: Sequence[Word]) -> list[Word]:
        """Return the words that are about one of these tasks."""
        return [
            word for word in words if word[1:4] in self._by_place and self.task_of(*word[1:4]) is not None
        ]

    def batch(self, position: int, n_items: int, wanted: Callable[[Task], bool]) -> tuple[list[Task], int]:
        """Return the next tasks that are wanted, and where to go on."""
        chosen: list[Task] = []
        for here in range(max(position, 0), len(self._tasks)):
            if len(chosen) >= n_items:
                return chosen, here
            if wanted(self._tasks[here]):
                chosen.append(self._tasks[here])
        return chosen, len(self._tasks)

    def replace(self, task_id: str, tasks: Sequence[Task]) -> None:
        """Put ``tasks`` where the task ``task_id`` was."""
        if task_id in self._replaced:
            raise InvalidInputError(
                f"A task can be split once. {task_id!r} was split already: split its parts."
            )
        here = self._tasks.index(self.task(task_id))
        self._tasks[here : here + 1] = [self._learn(task) for task in tasks]
        self._replaced.add(task_id)


def as_source(tasks: TaskSource | Sequence[Task]) -> TaskSource:
    """Return ``tasks`` as a source: itself when it is one, else a list in the same order."""
    return tasks if isinstance(tasks, TaskSource) else TaskList(tasks)


def rounded_place(clip: str, start_s: float, end_s: float) -> Place:
    """Return clip, start and end to the microsecond: the same moment is the same key wherever it comes from."""
    return (clip, round(float(start_s), 6), round(float(end_s), 6))


def place_of(what: Any) -> Place:
    """Return the moment or span that a task or a label event is about."""
    return rounded_place(what.clip, what.start_s, what.end_s)
