"""What is PostgreSQL's own; all that holds on either engine is tested where the store is."""

import threading

import postgres
import pytest

from workbench.errors import InvalidInputError, StorageError
from workbench.labels.store import LabelStore


@pytest.fixture
def place(new_place):
    return new_place("postgresql")


def test_a_database_that_would_forget_what_it_acknowledged_is_refused(place):
    url = place.replace("options=", "options=-csynchronous_commit%3Doff%20")
    with pytest.raises(StorageError, match="synchronous_commit is off"):
        LabelStore.open(url)


def test_a_newer_workbenchs_and_another_programs_tables_are_refused(place, new_place):
    with LabelStore.open(place) as store, store.database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO label_store VALUES (99, '2030-01-01')")
    with pytest.raises(StorageError, match="version 99"):
        LabelStore.open(place)
    other = new_place("postgresql")
    with LabelStore.open(other) as store, store.database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE label_store")
    with pytest.raises(StorageError, match="another program"):
        LabelStore.open(other)


def test_for_reading_only_nothing_is_made_and_nothing_written(place, event):
    with pytest.raises(InvalidInputError, match="label some first"):
        LabelStore.open(place, read_only=True)
    LabelStore.open(place).close()
    with LabelStore.open(place, read_only=True) as reader:
        with pytest.raises(StorageError, match="NOT saved"):
            reader.record(event())
        assert reader.history().empty


def test_emptying_the_table_is_refused_by_the_database(place, event):
    with LabelStore.open(place) as store:
        store.record(event())
        with pytest.raises(StorageError, match="never changed"), store.database.writing() as connection:
            connection.exec_driver_sql("TRUNCATE label_events")
        assert len(store.history()) == 1


def test_whoever_waits_too_long_is_told_that_nothing_was_saved(place, event):
    with LabelStore.open(place) as holder, LabelStore.open(place, busy_timeout_s=0.2) as impatient:
        with (
            holder.database.writing(),
            pytest.raises(StorageError, match=r"NOT saved.*others have been writing"),
        ):
            impatient.record(event())
        impatient.record(event())
        assert len(holder.history()) == 1


def test_the_order_of_events_is_the_order_of_commits(place, event):
    seen, done = [], threading.Event()

    def look():
        with LabelStore.open(place, read_only=True) as store:
            while not done.is_set():
                seen.append([one.sequence for one in store.events()])

    with LabelStore.open(place) as first, LabelStore.open(place) as second:
        reader = threading.Thread(target=look)
        reader.start()
        writers = [
            threading.Thread(target=lambda s=store, w=who: [s.record(event(annotator=w)) for _ in range(40)])
            for store, who in ((first, "Ada"), (second, "Bob"))
        ]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        done.set()
        reader.join()
        assert first.last_sequence() == 80
    # Whoever reads to the end and later reads on misses nothing: there is never a gap that fills up afterwards.
    assert all(sequences == list(range(1, len(sequences) + 1)) for sequences in seen)


def test_a_server_that_crashed_and_came_back_has_every_answer_and_takes_the_next(event):
    with postgres.running_server() as server:
        if server is None:
            pytest.skip(postgres.MISSING)
        place = server.address()
        with LabelStore.open(place) as store:
            recorded = [store.record(event()) for _ in range(5)]
            server.stop("immediate")
            with pytest.raises(StorageError, match="NOT saved"):
                store.record(event())
            server.start()
            store.record(event())
            assert list(store.events())[:5] == recorded
            assert len(store.history()) == 6
