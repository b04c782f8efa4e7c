from dataclasses import dataclass

import pytest

from workbench.errors import InvalidInputError, StorageError
from workbench.labels.schema import MOUTH, SENTIMENT
from workbench.labels.session import LabelSession, Operation
from workbench.labels.store import LabelStore


@dataclass(frozen=True)
class Moment:
    task_id: str
    clip: str = "clip.1a2b3c4d"
    start_s: float = 0.0
    end_s: float = 0.0

    def details(self):
        return {"pixels_sha256": f"hash of {self.task_id}"}


TASKS = [Moment(f"task{n}", start_s=n * 0.03, end_s=n * 0.03) for n in range(6)]


@pytest.fixture
def session(store):
    return LabelSession(store, TASKS, MOUTH, "Ada")


def ids(tasks):
    return [task.task_id for task in tasks]


def test_items_come_in_order_and_piece_by_piece(session):
    first, position = session.items(0, 4)
    rest, end = session.items(position, 4)
    assert ids(first + rest) == ids(TASKS)
    assert end == len(TASKS)
    assert session.items(end, 4) == ([], len(TASKS))


def test_an_answer_is_stored_with_what_was_shown_and_how_long_it_took(session, store):
    session.answer("task1", "open", op_id="operation-1", seconds_taken=0.51234)
    (recorded,) = store.standing("mouth", "Ada")
    assert recorded.event.details == {"pixels_sha256": "hash of task1", "seconds_taken": 0.512}
    assert (recorded.event.start_s, recorded.event.value) == (0.03, "open")


def test_opening_again_goes_on_where_one_left(session, store):
    session.answer("task0", "open", op_id="operation-0")
    session.skip("task1", op_id="operation-1")
    session.answer("task2", "closed", op_id="operation-2")
    session.undo("task2", op_id="operation-3", undoes="operation-2")
    again = LabelSession(store, TASKS, MOUTH, " Ada ")
    assert ids(again.items()[0]) == ["task2", "task3", "task4", "task5"]
    assert ids(again.items(skipped=True)[0]) == ["task1"]
    progress = again.progress()
    assert (progress.total, progress.answered, progress.skipped, progress.done) == (6, 1, 1, 2)
    assert [(task, r.event.op_id) for task, r in again.recent()] == [
        ("task0", "operation-0"),
        ("task1", "operation-1"),
    ]


def test_other_people_and_other_questions_have_their_own_progress(session, store):
    session.answer("task0", "open", op_id="operation-0")
    assert LabelSession(store, TASKS, MOUTH, "Bob").progress().done == 0
    assert LabelSession(store, TASKS, SENTIMENT, "Ada").progress().done == 0


def test_a_skipped_task_can_be_answered_later(session):
    session.skip("task0", op_id="operation-0")
    session.answer("task0", "closed", op_id="operation-1")
    assert session.items(skipped=True)[0] == []
    assert session.progress().answered == 1


def test_pace_is_the_median_and_leaves_out_breaks(session):
    assert session.progress().seconds_left is None
    for number, seconds in enumerate([1.0, 2.0, 9000.0, 3.0]):
        session.answer(f"task{number}", "open", op_id=f"operation-{number}", seconds_taken=seconds)
    assert session.progress().seconds_each == 2.0
    assert session.progress().seconds_left == 4.0


def test_sent_again_it_counts_once(session):
    for _ in range(3):
        session.answer("task0", "open", op_id="operation-0", seconds_taken=1.0)
    session.undo("task0", op_id="operation-1", undoes="operation-0")
    session.undo("task0", op_id="operation-1", undoes="operation-0")
    assert session.progress().done == 0


def test_an_operation_that_arrives_late_leaves_the_later_answer_standing(session, store):
    session.answer("task0", "open", op_id="operation-2")
    session.answer("task0", "closed", op_id="operation-1")
    session.undo("task0", op_id="operation-3", undoes="operation-1")
    assert session.last_word("task0").event.value == "open"
    assert store.current()["value"].tolist() == ["open"]


def test_what_is_not_saved_is_not_counted(session, store):
    store.path.unlink()
    with pytest.raises(StorageError, match="NOT saved"):
        session.answer("task0", "open", op_id="operation-0")
    assert session.progress().done == 0
    assert ids(session.items(0, 1)[0]) == ["task0"]


def test_a_stranger_task_an_unknown_answer_and_doubled_tasks_are_refused(session, store):
    with pytest.raises(InvalidInputError, match="belong to the session"):
        session.answer("task99", "open", op_id="operation-0")
    with pytest.raises(InvalidInputError, match="closed, open"):
        session.answer("task0", "positive", op_id="operation-0")
    with pytest.raises(InvalidInputError, match="different ids"):
        LabelSession(store, [TASKS[0], TASKS[0]], MOUTH, "Ada")


def test_a_large_project_opens_at_once_and_knows_what_was_done(tmp_path, event):
    tasks = [Moment(f"t{n}", start_s=n * 0.03, end_s=n * 0.03) for n in range(2000)]
    with LabelStore.open(tmp_path / "large") as store:
        store.record_all(event(start_s=t.start_s, end_s=t.end_s) for t in tasks[:1500])
        session = LabelSession(store, tasks, MOUTH, "Ada")
        assert session.progress().done == 1500
        assert ids(session.items(0, 2)[0]) == ["t1500", "t1501"]


def answer(number, value="open", op=None, **more):
    return Operation("answer", f"task{number}", f"operation-{op or number}", value=value, **more)


def test_several_operations_are_recorded_together_and_a_wrong_one_is_told_apart(session, store):
    outcomes = session.record_each([answer(0), answer(1, "ajar"), answer(2, seconds_taken=0.5)])
    assert [isinstance(outcome, InvalidInputError) for outcome in outcomes] == [False, True, False]
    assert len(store.history()) == 2
    assert session.progress().answered == 2
    assert session.progress().seconds_each == 0.5


def test_when_the_store_cannot_be_written_every_operation_hears_it(session, store):
    store.path.unlink()
    outcomes = session.record_each([answer(0), answer(1)])
    assert all(isinstance(outcome, StorageError) for outcome in outcomes)
    assert session.progress().done == 0


def test_an_answer_given_elsewhere_is_a_conflict_that_is_told_and_does_not_count(session, store):
    elsewhere = LabelSession(store, TASKS, MOUTH, "Ada")
    first = elsewhere.answer("task0", "open", op_id="operation-0", after="")
    second = session.answer("task0", "closed", op_id="operation-1", after="")
    assert second.conflicts_with == "operation-0"
    assert session.stands_instead(second) == first
    assert session.stands_instead(first) is None
    assert session.progress().answered == 0
    (conflict,) = LabelSession(store, TASKS, MOUTH, "Ada").conflicts()
    assert (conflict.task_id, conflict.op_id, conflict.value) == ("task0", "operation-1", "closed")
    assert conflict.stands == first


def test_a_flag_keeps_its_note_and_counts_for_nothing(session, store):
    session.flag("task0", "two faces", op_id="operation-0")
    assert store.flags("mouth")["details"].tolist()[0]["note"] == "two faces"
    assert session.progress().done == 0
    assert ids(session.items(0, 1)[0]) == ["task0"]


def test_an_answer_changed_and_taken_back_leaves_the_first(session):
    session.answer("task0", "open", op_id="operation-0", after="")
    session.answer("task0", "closed", op_id="operation-1", after="operation-0")
    session.undo("task0", op_id="operation-2", undoes="operation-1")
    assert session.last_word("task0").event.value == "open"
    assert session.progress().answered == 1
