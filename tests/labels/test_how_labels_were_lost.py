"""How other annotation tools really lost labels, and that ours does not: the rows of docs/label_store.md, on both engines.

Rows tested where they belong: L7 in test_state_machine, L11 and L16 in test_backups, the kill loop in test_kill_loop.
"""

import threading

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.errors import InvalidInputError
from workbench.labels import schema
from workbench.labels.event_table import recorded_from
from workbench.labels.store import LabelStore
from workbench.labels.task_queue import TaskQueue
from workbench.labels.work_items import QueueItem


@pytest.fixture
def store(any_store):
    """Everything here holds on either engine."""
    return any_store


class DroppedError(Exception):
    """The answer of the store got lost on the way."""


def record_and_drop(store, events):
    store.record_all(events)
    raise DroppedError


@pytest.mark.parametrize("retries", [1, 2, 5])
def test_L1_an_acknowledgement_lost_on_the_way_and_sent_again_is_one_row(store, event, retries):
    answer = event(after="")
    undo = event("undo", undoes=answer.op_id)
    changed = event(value="closed", after="")
    for step in ([answer], [undo], [changed, event("flag")], [event("skip", after=changed.op_id)]):
        for _ in range(retries):
            with pytest.raises(DroppedError):
                record_and_drop(store, step)
        assert all(one.repeated for one in store.record_all(step))
    assert store.history()["op_id"].is_unique
    assert store.history()["kind"].tolist() == ["answer", "undo", "answer", "flag", "skip"]
    assert store.conflicts().empty


def test_L1_a_batch_that_overlaps_what_was_kept_adds_only_the_rest(store, event):
    events = [event(start_s=k / 10, end_s=k / 10) for k in range(6)]
    store.record_all(events[:4])
    assert [one.repeated for one in store.record_all(events[2:])] == [True, True, False, False]
    assert len(store.history()) == 6


def test_L2_what_was_saved_and_is_sent_again_is_told_as_saved_and_never_as_an_error(store, event):
    one = event()
    first = store.record(one)
    store.record(event(value="closed"))  # life goes on
    again = store.record(one)
    assert (again, again.repeated) == (first, True)
    with pytest.raises(InvalidInputError, match="already stands for another event"):
        store.record(event(op_id=one.op_id, value="closed"))


def claim_everything(place, who, got, n_items):
    with LabelStore.open(place, busy_timeout_s=60) as store:
        queue = TaskQueue(store, "all", "mouth")
        while items := queue.claim(who, 3, held=got[who]):
            got[who] += [item.item_id for item in items]


def test_L5_of_eight_who_claim_at_once_nobody_gets_what_another_has(place, store):
    queue = TaskQueue(store, "all", "mouth")
    queue.fill(QueueItem(f"item-{k}", "clip", k / 10, k / 10) for k in range(60))
    got = {f"person {k}": [] for k in range(8)}
    people = [threading.Thread(target=claim_everything, args=(place, who, got, 60)) for who in got]
    for person in people:
        person.start()
    for person in people:
        person.join()
    claimed = [item for items in got.values() for item in items]
    assert sorted(claimed) == sorted(f"item-{k}" for k in range(60))


def test_L5_an_item_whose_holder_went_away_is_not_stuck(store, monkeypatch):
    queue = TaskQueue(store, "all", "mouth", lease_s=60)
    queue.fill([QueueItem("item", "clip", 0.0, 0.0)])
    queue.claim("Ada")
    assert queue.claim("Bob") == []
    monkeypatch.setattr(store.database, "clock", store.database.clock + 61)
    assert len(TaskQueue(store, "all", "mouth").claim("Bob")) == 1


def test_L6_a_session_that_slept_overwrites_nothing_and_both_answers_are_kept(store, event):
    seen = event(value="open", after="")
    store.record(seen)
    newer = event(value="closed", after=seen.op_id)  # the same person, at another machine
    store.record(newer)
    woken = store.record(event(value="cannot tell", schema_version=2, after=seen.op_id))
    assert woken.conflicts_with == newer.op_id
    assert store.current()["value"].tolist() == ["closed"]
    assert store.conflicts()["value"].tolist() == ["cannot tell"]
    assert len(store.history()) == 3


def test_L6_two_people_about_one_moment_never_overwrite_each_other(store, event):
    store.record_all([event(annotator="Ada", after=""), event(annotator="Bob", value="closed", after="")])
    assert store.current()["value"].tolist() == ["open", "closed"]


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    question=st.sampled_from([None, "mouth", "sentiment"]), annotator=st.sampled_from([None, "Ada", "Bob"])
)
def test_L8_what_a_view_hides_is_not_touched_by_what_is_saved_through_it(
    tmp_path_factory, question, annotator
):
    from workbench.labels.annotation import LabelEvent

    def said(number, who, what):
        value = "open" if what == "mouth" else "positive"
        moment = (f"clip{number % 3}", 0.0, 0.0)
        return LabelEvent(f"operation-{number:03d}", who, what, 2, *moment, "answer", value)

    with LabelStore.open(tmp_path_factory.mktemp("labels")) as store:
        store.record_all(
            said(number, who, what)
            for number, (who, what) in enumerate(
                (w, q) for w in ("Ada", "Bob") for q in ("mouth", "sentiment")
            )
        )
        before, everything = list(store.dump()), store.current()
        view = store.current(question, annotator)
        for number, row in enumerate(view.itertuples(), start=100):
            moment = (row.clip, row.start_s, row.end_s)
            same = LabelEvent(
                f"operation-{number}", row.annotator, row.question, 2, *moment, "answer", row.value
            )
            store.record(same)
        assert list(store.dump())[: len(before)] == before
        assert store.current().equals(everything)  # what was shown and saved back says what it said


def test_L10_answers_to_a_question_that_changed_meanwhile_are_kept_under_the_version_that_was_asked(
    store, event, monkeypatch
):
    assert schema.schema_of("mouth").version > 1
    store.record(event(schema_version=1))
    assert store.answers("mouth")["value"].tolist() == ["open"]
    row = next(store.rows())
    # A class, a version or a whole question that this workbench does not know (any more) can still be read.
    monkeypatch.setattr(schema, "SCHEMAS", {("sentiment", 1): schema.SENTIMENT_1})
    assert recorded_from(row).event.value == "open"
    assert store.current()["value"].tolist() == ["open"]
    assert [one.event.schema_version for one in store.events()] == [1]


def test_L14_the_next_item_is_found_by_indexes_however_many_there_are(tmp_path):
    with LabelStore.open(tmp_path) as store:
        queue = TaskQueue(store, "all", "mouth")
        queue.fill(QueueItem(f"item-{k}", "clip", k / 10, k / 10) for k in range(50))
        asked = []
        with store.database.reading() as connection:
            sa.event.listen(
                connection, "before_cursor_execute", lambda *given: asked.append((given[2], given[3]))
            )
            queue._open(connection, {"person": "Ada", "held": ["x"]}, 0, 1)
            plans = [
                step[-1]
                for statement, values in asked[:1]
                for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            ]
    assert any("SEARCH work_items USING" in step for step in plans)
    assert not [step for step in plans if "SCAN" in step and "people" not in step]


def test_L14_a_long_history_is_read_in_parts(store, event):
    from workbench.labels import store as module

    store.record_all(event(start_s=k / 100, end_s=k / 100) for k in range(120))
    fetched = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_ROWS_AT_ONCE", 50)
        patch.setattr(
            sa.CursorResult,
            "all",
            lambda self, all_=sa.CursorResult.all: fetched.append(all_(self)) or fetched[-1],
        )
        assert sum(1 for _ in store.rows()) == 120
    assert max(len(rows) for rows in fetched) == 50


def test_L15_a_long_look_keeps_no_answer_waiting(place, store, event):
    store.record(event())
    with (
        LabelStore.open(place, read_only=True) as trainer,
        LabelStore.open(place, busy_timeout_s=0.2) as impatient,
        trainer.database.reading() as looking,
    ):
        count = sa.text("SELECT count(*) FROM label_events")
        assert looking.scalar(count) == 1
        for number in range(5):
            impatient.record(event(start_s=float(number), end_s=float(number)))
        assert looking.scalar(count) == 1  # and it goes on seeing one consistent state
        assert impatient.last_sequence() == 6


def test_L15_many_writers_wait_for_each_other_and_none_is_told_of_a_lock(place, event):
    made = {
        who: [event(annotator=who, start_s=k / 10, end_s=k / 10) for k in range(10)] for who in "ABCDEFGH"
    }
    errors = []

    def write(who):
        try:
            with LabelStore.open(place) as mine:
                for one in made[who]:
                    mine.record(one)
        except Exception as error:
            errors.append(error)

    writers = [threading.Thread(target=write, args=(who,)) for who in made]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert errors == []
    with LabelStore.open(place, read_only=True) as store:
        assert len(store.current("mouth")) == 80
        assert store.broken_links() == []
