"""One person's tasks out of a shared queue: claimed a few at a time, made into what can be shown when they are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from workbench.errors import InvalidInputError
from workbench.labels.reading import Word
from workbench.labels.task_queue import EVERYBODY, TaskQueue
from workbench.labels.tasks import Place, Task, place_of, rounded_place
from workbench.labels.work_items import QueueItem

MakeTask = Callable[[QueueItem], Task]


class QueuedTask:
    """A task of a queue: what ``make`` makes of its item, under the item's name. Made when something of it is asked.

    Attributes
    ----------
    task_id, clip : str
    start_s, end_s : float
    repeat_of : str
        For a hidden repeat, the item that it repeats; else empty. Its answer is kept apart from the first one.
    """

    def __init__(self, place: Place, item_id: str, make: Callable[[], Task], *, repeat_of: str = "") -> None:
        self.clip, self.start_s, self.end_s = place
        self.task_id = item_id
        self.repeat_of = repeat_of
        self._make = make
        self._made: Task | None = None

    def details(self) -> Mapping[str, Any]:
        """Return what to keep with the answer; a repeat says what it repeats."""
        repeats = {"repeat_of": self.repeat_of} if self.repeat_of else {}
        return {**self._task().details(), **repeats}

    def _task(self) -> Task:
        if self._made is None:
            self._made = self._make()
        return self._made

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._task(), name)


class QueuedTasks:
    """The tasks that a queue hands to one person, as a source for a labelling session.

    Parameters
    ----------
    queue : TaskQueue
    annotator : str
    make_task : callable
        Makes what is shown of an item, for example ``lambda item: FrameTask(dataset, item.clip, item.start_s)``.
    payload_of : callable, optional
        What has to be kept of the parts of a split run, so that ``make_task`` can make them; by default what was kept
        of the whole.
    """

    def __init__(
        self,
        queue: TaskQueue,
        annotator: str,
        make_task: MakeTask,
        payload_of: Callable[[Task], Mapping[str, Any]] | None = None,
    ) -> None:
        self._queue, self._annotator, self._make_task = queue, annotator, make_task
        self._payload_of = payload_of
        self._handed: list[QueuedTask] = []
        self._by_id: dict[str, QueuedTask] = {}
        self._by_place: dict[Place, QueuedTask] = {}
        self._said: dict[Place, str] = {}
        self._total = queue.total()
        self._replaced: set[str] = set()

    def total(self) -> int:
        """Return how many items the queue has, whoever may get them."""
        return self._total

    @property
    def shared(self) -> bool:
        """Whether an item can have answers enough without this person's."""
        return self._queue.overlap < EVERYBODY

    def elsewhere(self) -> int:
        """Return how many items others have in hand, which this person would get if they were left."""
        return self._queue.elsewhere(self._annotator) if self.shared else 0

    def task(self, task_id: str) -> Task:
        """Return a task by its id, also one that was handed out in an earlier sitting."""
        if task_id in self._by_id:
            return self._by_id[task_id]
        item = self._queue.item(task_id)
        if item is None:
            raise InvalidInputError(f"A task must belong to the queue. Received {task_id!r}.")
        return self._of(item)

    def task_of(self, clip: str, start_s: float, end_s: float) -> Task | None:
        """Return the task that first asks about a moment or span, None when the queue does not."""
        place = rounded_place(clip, start_s, end_s)
        if place in self._by_place:
            return self._by_place[place]
        if place in self._said:
            return self._later(place, self._said[place])
        item = self._queue.item_about(*place)
        return None if item is None else self._of(item)

    def among(self, words: Sequence[Word]) -> list[Word]:
        """Return the words that are about an item of the queue; what they are about is known from then on."""
        places = {word[1:4] for word in words}
        self._said = {place: item for place, item in self._queue.asked() if place in places} if words else {}
        return [word for word in words if word[1:4] in self._said]

    def batch(
        self, position: int, n_items: int, wanted: Callable[[Task], bool]
    ) -> tuple[Sequence[Task], int]:
        """Return the next tasks that are wanted: those in hand first, then newly claimed ones."""
        chosen: list[Task] = []
        for here in range(max(position, 0), len(self._handed)):
            if len(chosen) >= n_items:
                return chosen, here
            task = self._handed[here]
            if task.task_id not in self._replaced and wanted(task):
                chosen.append(task)
        if not wanted(_NOBODY_SAW):  # what was passed by is asked for, and that is nothing new
            return self._passed_by(chosen, n_items, wanted), len(self._handed)
        while len(chosen) < n_items:
            fresh = self._claim(n_items - len(chosen))
            if not fresh:
                break
            chosen += [task for task in fresh if wanted(task)]
        return chosen, len(self._handed)

    def replace(self, task_id: str, tasks: Sequence[Task]) -> None:
        """Ask about ``tasks`` instead of the task, of everybody; this person has them in hand at once."""
        whole = self._queue.item(task_id)
        if whole is None or task_id in self._replaced:
            raise InvalidInputError(
                f"A task can be split once. {task_id!r} was split already or is a stranger's: split its parts."
            )
        parts = []
        for task in tasks:
            own = self._payload_of(task) if self._payload_of else {}
            payload = {**whole.payload, **own, "split_from": task_id}
            parts.append(QueueItem(task.task_id, task.clip, task.start_s, task.end_s, "plain", payload))
        self._queue.split(task_id, parts)
        self._replaced.add(task_id)
        self._total += len(parts) - 1
        for task in tasks:
            self._learn(QueuedTask(place_of(task), task.task_id, partial(_itself, task)))

    def _claim(self, n_items: int) -> list[QueuedTask]:
        self._queue.renew(self._annotator)  # whoever asks for more is still at it
        items = self._queue.claim(
            self._annotator, n_items, held=[task.task_id for task in self._handed[-500:]]
        )
        return [self._learn(self._of(item)) for item in items if item.item_id not in self._by_id]

    def _passed_by(self, chosen: list[Task], n_items: int, wanted: Callable[[Task], bool]) -> list[Task]:
        """Add what was passed by in earlier sittings, once."""
        there = {place_of(task) for task in chosen}
        for place, item_id in self._said.items():
            if len(chosen) >= n_items:
                break
            task = self._later(place, item_id)
            if place not in there and item_id not in self._by_id and wanted(task):
                chosen.append(task)
        return chosen

    def _of(self, item: QueueItem) -> QueuedTask:
        repeat_of = item.payload["repeat_of"] if item.role == "repeat" else ""
        return QueuedTask(place_of(item), item.item_id, lambda: self._make_task(item), repeat_of=repeat_of)

    def _later(self, place: Place, item_id: str) -> QueuedTask:
        def make() -> Task:
            item = self._queue.item(item_id)
            assert item is not None  # items are never removed
            return self._make_task(item)

        return QueuedTask(place, item_id, make)

    def _learn(self, task: QueuedTask) -> QueuedTask:
        self._handed.append(task)
        self._by_id[task.task_id] = task
        if not task.repeat_of:
            self._by_place[place_of(task)] = task
        return task


def _itself(task: Task) -> Task:
    return task


class _Nobody:
    """A task that nobody can have seen."""

    task_id, clip, start_s, end_s = "", "", -1.0, -1.0
    repeat_of = ""

    def details(self) -> Mapping[str, Any]:
        return {}


_NOBODY_SAW = _Nobody()
