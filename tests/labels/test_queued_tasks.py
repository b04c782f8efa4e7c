from dataclasses import dataclass

import pytest

from workbench.errors import InvalidInputError
from workbench.labels.queued_tasks import QueuedTasks
from workbench.labels.schema import MOUTH
from workbench.labels.session import LabelSession
from workbench.labels.store import LabelStore
from workbench.labels.task_queue import TaskQueue
from workbench.labels.tasks import Task, TaskSource
from workbench.labels.work_items import QueueItem, with_repeats


@dataclass(frozen=True)
class Shown:
    """What would be shown."""

    task_id: str
    clip: str
    start_s: float
    end_s: float

    def details(self):
        return {"pixels_sha256": "ab"}

    def pictures(self):
        return [f"picture of {self.clip} at {self.start_s}"]


def shown(item):
    return Shown("another name", item.clip, item.start_s, item.end_s)


def items(n):
    return [QueueItem(f"item-{k}", "clip.1a2b3c4d", k / 10, k / 10) for k in range(n)]


@pytest.fixture
def sitting(store):
    """Open a sitting of a person at the one queue."""

    def open_(annotator="Ada", *, n_items=6, repeats=0.0, distance=2, **settings):
        queue = TaskQueue(store, "mouths", "mouth", **settings)
        queue.fill(with_repeats(items(n_items), share=repeats, distance=distance, seed=2))
        return LabelSession(store, QueuedTasks(queue, annotator, shown), MOUTH, annotator)

    return open_


def number(start=0):
    return f"operation-{start:05d}"


def test_a_queue_is_a_source_and_its_tasks_show_what_was_made_of_the_item(store, sitting):
    session = sitting()
    (first,), position = session.items(0, 1)
    assert isinstance(first, Task)
    assert isinstance(QueuedTasks(TaskQueue(store, "mouths", "mouth"), "Bob", shown), TaskSource)
    assert (first.task_id, position) == ("item-0", 1)
    assert first.pictures() == ["picture of clip.1a2b3c4d at 0.0"]
    assert not hasattr(first, "strip")
    session.answer("item-0", "open", op_id=number())
    assert store.answers("mouth")["details"].tolist() == [{"pixels_sha256": "ab"}]


def test_two_people_sit_at_different_items_and_each_goes_on_in_a_next_sitting(sitting):
    ada, bob = sitting(), sitting("Bob")
    assert [task.task_id for task in ada.items(0, 3)[0]] == ["item-0", "item-1", "item-2"]
    assert [task.task_id for task in bob.items(0, 9)[0]] == ["item-3", "item-4", "item-5"]
    ada.answer("item-0", "open", op_id=number())
    again = sitting()
    assert [task.task_id for task in again.items(0, 9)[0]] == ["item-1", "item-2"]
    assert again.progress().answered == 1
    assert again.progress().total == 6
    assert again.last_word("item-0").event.value == "open"


def test_an_answer_that_was_on_its_way_when_the_kernel_died_finds_its_task(sitting):
    sitting().items(0, 3)
    assert sitting().answer("item-2", "open", op_id=number()).sequence == 1
    with pytest.raises(InvalidInputError, match="belong to the queue"):
        sitting().answer("item-9", "open", op_id=number(1))


def test_passed_by_items_come_back_when_asked_for_and_nothing_new_is_claimed(sitting):
    session = sitting(n_items=4)
    session.items(0, 2)
    session.skip("item-1", op_id=number())
    assert [task.task_id for task in session.items(0, 5, skipped=True)[0]] == ["item-1"]
    later = sitting(n_items=4)
    assert [task.task_id for task in later.items(0, 5, skipped=True)[0]] == ["item-1"]
    assert [task.task_id for task in sitting("Bob", n_items=4).items(0, 9)[0]] == [
        "item-1",
        "item-2",
        "item-3",
    ]


def test_a_hidden_repeat_is_asked_once_more_and_its_answer_kept_apart(store, sitting):
    session = sitting(n_items=5, repeats=0.2, distance=2)
    asked, position, k = [], 0, 0
    while True:
        tasks, position = session.items(position, 1)
        if not tasks:
            break
        task = tasks[0]
        assert session.last_word(task.task_id) is None
        session.answer(
            task.task_id, "open" if task.task_id not in asked else "closed", op_id=number(k), after=""
        )
        asked.append(task.task_id)
        k += 1
    (again,) = [task_id for task_id in asked if task_id.endswith("#again")]
    assert len(asked) == 6
    assert asked.index(again) - asked.index(again.removesuffix("#again")) >= 2
    assert len(store.current("mouth")) == 5
    assert store.conflicts().empty
    assert store.repeats("mouth")["details"][0]["repeat_of"] == again.removesuffix("#again")
    assert session.progress().done == session.progress().total == 6
    session.undo(again, op_id=number(99), undoes=number(asked.index(again)))
    assert store.repeats("mouth").empty
    assert len(store.current("mouth")) == 5
    assert sitting(n_items=5, repeats=0.2, distance=2).items(0, 9)[0][0].task_id == again


def test_a_split_run_is_asked_in_its_parts(store):
    queue = TaskQueue(store, "mouths", "mouth")
    queue.fill([QueueItem("run", "clip", 0.0, 2.0), QueueItem("next", "clip", 2.0, 3.0)])
    session = LabelSession(store, QueuedTasks(queue, "Ada", shown), MOUTH, "Ada")
    _, position = session.items(0, 2)
    session.split("run", [Shown("run/1", "clip", 0.0, 1.0), Shown("run/2", "clip", 1.0, 2.0)])
    assert [task.task_id for task in session.items(0, 9)[0]] == ["next", "run/1", "run/2"]
    assert [task.task_id for task in session.items(position, 9)[0]] == ["run/1", "run/2"]
    session.answer("run/1", "open", op_id=number())
    assert store.current("mouth")["end_s"].tolist() == [1.0]
    with pytest.raises(InvalidInputError, match="split once"):
        session.split("run", [])


def test_many_items_answered_long_ago_do_not_make_a_sitting_slow_to_open(tmp_path, event):
    with LabelStore.open(tmp_path) as store:
        queue = TaskQueue(store, "mouths", "mouth")
        queue.fill(items(300))
        store.record_all(event(start_s=k / 10, end_s=k / 10) for k in range(200))
        made = []
        source = QueuedTasks(queue, "Ada", lambda item: made.append(item) or shown(item))
        session = LabelSession(store, source, MOUTH, "Ada")
        assert session.progress().answered == 200
        assert made == []  # nothing is drawn or read that is not shown
        assert session.items(0, 1)[0][0].task_id == "item-200"
