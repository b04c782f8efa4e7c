import stat

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.errors import InvalidInputError, StorageError
from workbench.labels import recording
from workbench.labels import store as store_module
from workbench.labels.annotation import LabelEvent
from workbench.labels.store import LABEL_COLUMNS, LabelStore


@pytest.fixture
def store(any_store):
    """Everything here holds on either engine."""
    return any_store


def test_an_answer_is_read_back_as_it_was_given(store, event):
    one = event(details={"pixels_sha256": "ab", "seconds_taken": 0.4})
    recorded = store.record(one)
    assert recorded.event == one
    assert not recorded.repeated
    assert store.standing("mouth", "Ada") == [recorded]
    assert store.current().values.tolist() == [["clip.1a2b3c4d", "mouth", 0.3, 0.3, "Ada", "open"]]
    assert tuple(store.current().columns) == LABEL_COLUMNS


def test_an_empty_store_has_an_empty_table_with_the_right_columns(store):
    assert tuple(store.current("mouth").columns) == LABEL_COLUMNS
    assert store.current("mouth").empty
    assert store.history().empty


def test_another_process_sees_it_at_once(place, store, event):
    store.record(event())
    with LabelStore.open(place, read_only=True) as other:
        assert len(other.current()) == 1


def test_sent_again_it_is_the_first_result_and_one_row(store, event):
    one = event()
    first = store.record(one)
    for _ in range(5):
        again = store.record(one)
        assert again == first
        assert again.repeated
    assert len(store.history()) == 1


def test_the_same_id_for_something_else_is_refused_and_the_first_stands(store, event):
    store.record(event(op_id="operation-x"))
    for other in ({"value": "closed"}, {"annotator": "Bob"}, {"start_s": 0.0}, {"details": {"a": 1}}):
        with pytest.raises(InvalidInputError, match="used once"):
            store.record(event(op_id="operation-x", **other))
    assert store.current()["value"].tolist() == ["open"]


def test_the_last_word_of_each_person_counts(store, event):
    store.record(event(value="open"))
    store.record(event(value="closed"))
    store.record(event(value="open", annotator="Bob"))
    assert store.current("mouth").set_index("annotator")["value"].to_dict() == {
        "Ada": "closed",
        "Bob": "open",
    }
    assert store.current("mouth", "Bob")["value"].tolist() == ["open"]
    assert store.current("sentiment").empty


def test_undo_brings_back_what_was_there_before_and_removes_nothing(store, event):
    first, second = event(value="open"), event(value="closed")
    store.record_all([first, second])
    store.record(event("undo", undoes=second.op_id))
    assert store.current()["value"].tolist() == ["open"]
    store.record(event("undo", undoes=first.op_id))
    assert store.current().empty
    assert store.history()["kind"].tolist() == ["answer", "answer", "undo", "undo"]


def test_a_skip_is_no_label(store, event):
    store.record(event())
    store.record(event("skip"))
    assert store.current().empty
    assert [one.event.kind for one in store.standing("mouth", "Ada")] == ["skip"]


def test_only_ones_own_last_word_can_be_taken_back_and_only_once(store, event):
    first, second = event(), event(value="closed")
    store.record_all([first, second])
    with pytest.raises(InvalidInputError, match="answered again since"):
        store.record(event("undo", undoes=first.op_id))
    with pytest.raises(InvalidInputError, match="somebody else"):
        store.record(event("undo", undoes=second.op_id, annotator="Bob"))
    with pytest.raises(InvalidInputError, match="another moment"):
        store.record(event("undo", undoes=second.op_id, start_s=0.0))
    with pytest.raises(InvalidInputError, match="no operation"):
        store.record(event("undo", undoes="operation-nowhere"))
    undo = event("undo", undoes=second.op_id)
    store.record(undo)
    with pytest.raises(InvalidInputError, match="taken back already"):
        store.record(event("undo", undoes=second.op_id))
    with pytest.raises(InvalidInputError, match="taken back already"):
        store.record(event("undo", undoes=undo.op_id))


def test_several_events_are_kept_together_or_not_at_all(store, event):
    with pytest.raises(InvalidInputError):
        store.record_all([event(), event(clip="other.00000000"), event("undo", undoes="operation-nowhere")])
    assert store.history().empty


@pytest.mark.parametrize(
    "statement", ["UPDATE label_events SET value = 'closed'", "DELETE FROM label_events"]
)
def test_the_database_itself_refuses_to_change_or_remove_an_event(store, event, statement):
    store.record(event())
    with (
        pytest.raises(StorageError, match="never changed or removed"),
        store.database.writing() as connection,
    ):
        connection.exec_driver_sql(statement)
    assert store.current()["value"].tolist() == ["open"]


def test_only_the_owner_can_read_the_files(tmp_path, event):
    with LabelStore.open(tmp_path) as store:
        store.record(event())
        assert {path.suffix for path in tmp_path.iterdir()} >= {".db", ".db-wal", ".db-shm", ".lock"}
        for path in tmp_path.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_an_address_works_as_well_as_a_folder_and_other_databases_are_refused_without_their_password(
    tmp_path, event
):
    with LabelStore.open(f"sqlite:///{tmp_path}/else.db") as store:
        store.record(event())
    assert (tmp_path / "else.db").is_file()
    for address in ("mysql://ada:secret@host/labels", "postgresql://ada:secret@host:secret/labels"):
        with pytest.raises(InvalidInputError) as refused:
            LabelStore.open(address)
        assert "secret" not in str(refused.value)


def reference(events):
    """The labels as they stand, by walking through the events one by one."""
    words = {}
    for one in events:
        if one.kind == "undo":
            words[one.item].remove(next(w for w in words[one.item] if w.op_id == one.undoes))
        else:
            words.setdefault(one.item, []).append(one)
    last = [w[-1] for w in words.values() if w and w[-1].kind == "answer"]
    return sorted((w.question, w.clip, w.start_s, w.end_s, w.annotator, w.value) for w in last)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["open", "closed", "skip", "undo"]),
            st.integers(0, 2),
            st.sampled_from(["Ada", "Bob"]),
        ),
        max_size=25,
    )
)
def test_the_projection_equals_a_walk_through_the_events(tmp_path_factory, steps):
    done, alive = [], {}
    for number, (what, place, annotator) in enumerate(steps):
        common = {
            "op_id": f"operation-{number:04d}",
            "annotator": annotator,
            "question": "mouth",
            "schema_version": 1,
        }
        common |= {"clip": f"clip{place}", "start_s": 0.0, "end_s": 0.0}
        standing = alive.setdefault((place, annotator), [])
        if what == "undo" and standing:
            done.append(LabelEvent(**common, kind="undo", undoes=standing.pop()))
        elif what != "undo":
            kind, value = ("skip", "") if what == "skip" else ("answer", what)
            done.append(LabelEvent(**common, kind=kind, value=value))
            standing.append(common["op_id"])
    with LabelStore.open(tmp_path_factory.mktemp("labels")) as store:
        store.record_all(done)
        table = store.current()
    rows = table[["question", "clip", "start_s", "end_s", "annotator", "value"]].itertuples(
        index=False, name=None
    )
    assert [tuple(row) for row in rows] == reference(done)
    assert table.dtypes["start_s"] == pd.Series([0.0]).dtype


def test_a_word_given_in_ignorance_of_another_is_kept_and_does_not_stand(store, event):
    first = event(value="open", after="")
    store.record(first)
    second = store.record(event(value="closed", after=""))
    assert second.conflicts_with == first.op_id
    assert store.current()["value"].tolist() == ["open"]
    assert store.conflicts()["conflicts_with"].tolist() == [first.op_id]
    store.record(event("undo", undoes=second.event.op_id))
    assert store.conflicts().empty
    third = store.record(event(value="closed", after=first.op_id))
    assert (third.conflicts_with, store.current()["value"].tolist()) == ("", ["closed"])


def test_what_a_batch_decides_is_what_one_by_one_decides(new_place, store, event):
    first, second, third = event(after=""), event(value="closed", after=""), event("skip")
    undo = event("undo", undoes=third.op_id)
    again = event(value="closed", after=first.op_id)
    events = [first, second, first, third, undo, again, event("flag", details={"note": "?"})]
    together = store.record_all(events)
    with LabelStore.open(new_place("sqlite")) as other:
        apart = [other.record(one) for one in events]
    kept = [(one.sequence, one.event, one.conflicts_with, one.repeated) for one in together]
    assert kept == [(one.sequence, one.event, one.conflicts_with, one.repeated) for one in apart]
    assert [one.sequence for one in together] == [1, 2, 1, 3, 4, 5, 6]
    assert [one.conflicts_with for one in together] == ["", first.op_id, "", "", "", "", ""]


def test_a_repeat_is_kept_beside_the_first_answer_which_stands(store, event):
    store.record(event(value="open"))
    repeat = event("repeat", "closed", details={"repeat_of": "item-1"})
    store.record_all([repeat, event("repeat", start_s=0.6, end_s=0.6)])
    assert store.current()["value"].tolist() == ["open"]
    assert store.repeats("mouth")["value"].tolist() == ["closed", ""]
    assert store.repeats("mouth", "Bob").empty
    store.record(event("undo", undoes=repeat.op_id))
    assert store.repeats("mouth")["value"].tolist() == [""]


def test_both_engines_dump_the_same_text(new_place, event, monkeypatch):
    monkeypatch.setattr(recording, "now_utc", lambda: "2026-01-01T00:00:00.000000+00:00")
    first = event(details={"note": "Ä ☃ \\u0000", "x": [1.5, 1e-7]}, start_s=0.1 + 0.2, end_s=1 / 3)
    events = [first, event("skip"), event("undo", undoes=first.op_id, start_s=0.1 + 0.2, end_s=1 / 3)]
    dumps = []
    for engine in ("sqlite", "postgresql"):
        with LabelStore.open(new_place(engine)) as store:
            store.record_all(events)
            with pytest.raises(InvalidInputError):  # a refused batch leaves no gap in the order
                store.record_all([event(), event("undo", undoes="operation-nowhere")])
            store.record(event(op_id="operation-last"))
            dumps.append((list(store.dump()), store.dump_sha256(), store.broken_links()))
    assert dumps[0] == dumps[1]
    assert dumps[0][2] == []


def test_all_events_come_in_their_order_and_in_parts(store, event, monkeypatch):
    monkeypatch.setattr(store_module, "_ROWS_AT_ONCE", 7)
    events = [event(start_s=n / 10, end_s=n / 10) for n in range(30)]
    recorded = store.record_all(events)
    assert list(store.events()) == recorded
    assert [one.sequence for one in store.events(after_sequence=28)] == [29, 30]
    assert list(store.events(after_sequence=30)) == []


def test_a_link_that_does_not_hold_is_found(store, event):
    store.record_all(event(start_s=n / 10, end_s=n / 10) for n in range(5))
    assert store.broken_links() == []
    with store.database.writing() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER label_events_no_update")
        else:
            connection.exec_driver_sql("DROP TRIGGER label_events_no_change ON label_events")
        connection.exec_driver_sql("UPDATE label_events SET value = 'closed' WHERE sequence = 3")
    assert store.broken_links() == [3]


def test_details_that_cannot_be_written_are_refused_before_anything_is_kept(event):
    for details in ({"x": "\ud800"}, {"x": float("nan")}, {"x": {1, 2}}):
        with pytest.raises(InvalidInputError, match="plain JSON"):
            event(details=details)


def test_sent_again_after_a_round_through_json_it_is_still_the_same(store, event):
    store.record(event(op_id="operation-x", details={"span": (1, 2)}))
    assert store.record(event(op_id="operation-x", details={"span": [1, 2]})).repeated


@pytest.mark.parametrize(
    "statement", ["CREATE TABLE canary (x INTEGER)", "DELETE FROM label_events", "DROP TABLE label_events"]
)
def test_opened_for_reading_only_the_database_itself_refuses_to_write(place, store, event, statement):
    store.record(event())
    with LabelStore.open(place, read_only=True) as reader:
        with pytest.raises(StorageError), reader.database.reading() as connection:
            connection.exec_driver_sql(statement)
        assert len(reader.history()) == 1
