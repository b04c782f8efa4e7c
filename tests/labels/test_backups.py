import json
import threading

import pytest

from workbench.errors import InvalidInputError, StorageError
from workbench.labels import backups
from workbench.labels.backup_lines import read_sealed
from workbench.labels.backups import back_up, check, list_backups, open_backup, restore
from workbench.labels.moving import use_database
from workbench.labels.sealing import KeyRing
from workbench.labels.store import LabelStore
from workbench.labels.task_queue import TaskQueue
from workbench.labels.work_items import QueueItem, with_repeats

ENGINES = ("sqlite", "postgresql")


def fill(store, event, n=50):
    events = [event(start_s=k / 10, end_s=k / 10, annotator=("Ada", "Bob")[k % 2]) for k in range(n)]
    store.record_all(events)
    store.record(event("undo", undoes=events[0].op_id, start_s=0.0, end_s=0.0))
    items = [QueueItem(f"item-{k}", "clip.1a2b3c4d", k / 10, k / 10) for k in range(n + 5)]
    queue = TaskQueue(store, "mouths", "mouth")
    queue.fill(with_repeats(items, share=0.2))
    queue.claim("Ada", 2)


@pytest.mark.parametrize("to_engine", ENGINES)
def test_what_is_restored_on_either_engine_is_what_was_backed_up(
    any_store, event, tmp_path, new_place, to_engine
):
    fill(any_store, event)
    backup = back_up(any_store, tmp_path / "backups")
    assert (backup.events, backup.items) == (51, 55 + 11 + 1 + 2)
    place = new_place(to_engine)
    assert restore(backup.folder, place).dump_sha256 == any_store.dump_sha256()
    with LabelStore.open(place) as restored:
        assert list(restored.dump()) == list(any_store.dump())
        assert restored.current().equals(any_store.current())
        assert check(restored) == []
        queue, same = TaskQueue(restored, "mouths", "mouth"), TaskQueue(any_store, "mouths", "mouth")
        assert queue.counts("Bob") == same.counts("Bob")
        assert queue.item("item-3") == same.item("item-3")
        assert [item.item_id for item in queue.claim("Bob", 2)] == [
            "item-0",
            "item-50",
        ]  # leases are not kept


@pytest.mark.slow
def test_L11_ten_thousand_labels_can_be_added_after_a_restore(any_store, event, tmp_path, new_place):
    fill(any_store, event)
    place = new_place(
        "postgresql" if "sqlite" not in any_store.place and ".db" not in any_store.place else "sqlite"
    )
    restore(back_up(any_store, tmp_path / "backups").folder, place)
    with LabelStore.open(place) as restored:
        more = [event(clip="new", start_s=k / 10, end_s=k / 10) for k in range(10_000)]
        recorded = restored.record_all(more)
        assert [one.sequence for one in recorded] == list(range(52, 10_052))
        assert restored.broken_links() == []


def test_L16_every_backup_made_while_people_write_holds_all_that_was_acknowledged_before_it_began(
    place, any_store, event, tmp_path
):
    fill(any_store, event)
    acknowledged, stop = [], threading.Event()

    def write():
        with LabelStore.open(place) as store:
            for number in range(10_000):
                if stop.is_set():
                    return
                said = event(op_id=f"while-{number:05d}", start_s=float(number), end_s=float(number))
                acknowledged.append(store.record(said).event.op_id)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(4):
            before = set(acknowledged)
            backup = back_up(any_store, tmp_path / "backups")
            keys = KeyRing.open(tmp_path / "backup.keys").by_number()
            lines = read_sealed(backup.folder / backups.EVENTS, keys)
            assert before <= {json.loads(line)["op_id"] for line in lines}
    finally:
        stop.set()
        writer.join()
    assert len(list_backups(tmp_path / "backups")) == 4
    assert acknowledged


def test_nothing_is_ever_overwritten(any_store, event, tmp_path, place):
    fill(any_store, event)
    backup = back_up(any_store, tmp_path / "backups")
    before = any_store.dump_sha256()
    with pytest.raises(InvalidInputError, match="never overwritten|empty place"):
        restore(backup.folder, place)
    assert any_store.dump_sha256() == before
    again = back_up(any_store, tmp_path / "backups")
    assert again.folder != backup.folder
    assert again.dump_sha256 == backup.dump_sha256


@pytest.mark.parametrize("name", [backups.EVENTS, backups.QUEUE])
def test_a_changed_backup_is_refused_and_nothing_is_restored_from_it(store, event, tmp_path, name):
    fill(store, event)
    folder = back_up(store, tmp_path / "backups").folder
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 0xFF
    (folder / name).write_bytes(content)
    with pytest.raises(StorageError, match="as it was made"):
        open_backup(folder)
    with pytest.raises(StorageError, match="as it was made"):
        restore(folder, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_labels_that_were_changed_behind_our_back_are_not_backed_up_as_if_they_were_whole(
    store, event, tmp_path
):
    fill(store, event)
    with store.database.writing() as connection:
        connection.exec_driver_sql("DROP TRIGGER label_events_no_delete")
        connection.exec_driver_sql("DELETE FROM label_events WHERE sequence = 7")
    assert "the first at 8" in check(store)[0]
    with pytest.raises(StorageError, match="Only whole labels"):
        back_up(store, tmp_path / "backups")
    assert list_backups(tmp_path / "backups") == []


def test_a_backup_that_does_not_give_back_what_was_there_gets_no_name(store, event, tmp_path, monkeypatch):
    fill(store, event)
    monkeypatch.setattr(store, "dump_sha256", lambda **_: "something else")
    with pytest.raises(StorageError, match="thrown away"):
        back_up(store, tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []


def test_an_empty_store_can_be_backed_up_too(store, tmp_path):
    assert back_up(store, tmp_path / "backups").events == 0


def test_a_projects_labels_move_to_a_database_and_back_and_nothing_stays_behind(tmp_path, event, new_place):
    folder, url = tmp_path / "labels", new_place("postgresql")
    with LabelStore.open(folder) as store:
        fill(store, event)
        before = store.dump_sha256()
    with pytest.raises(InvalidInputError, match="say --copy"):
        use_database(folder, url)
    assert not (folder / "database.url").exists()
    moved = use_database(folder, url, copy=True)
    assert (moved.events, moved.copied) == (51, 51)
    assert (folder / "database.url").stat().st_mode & 0o777 == 0o600
    with LabelStore.open(folder) as store:
        assert store.place.startswith("postgresql://")
        assert store.dump_sha256() == before
        store.record(event(clip="new"))
    with pytest.raises(InvalidInputError, match="say --copy"):
        use_database(folder, None)
    (folder / "labels.db").rename(folder / "before.db")
    assert use_database(folder, None, copy=True).events == 52
    assert not (folder / "database.url").exists()
    assert LabelStore.exists(folder)


def test_an_address_that_does_not_work_changes_nothing_and_its_password_is_never_shown(tmp_path, event):
    with LabelStore.open(tmp_path) as store:
        store.record(event())
    for url in (
        "postgresql://ada:geheim@127.0.0.1:1/labels",
        "postgresql://ada@127.0.0.1:1/labels?password=geheim",
        "postgresql://ada:geheim@[labels",
    ):
        with pytest.raises((StorageError, InvalidInputError)) as refused:
            use_database(tmp_path, url)
        assert "geheim" not in str(refused.value)
        assert not (tmp_path / "database.url").exists()
