"""What somebody said about a clip can be erased: nothing of it stays, everything else does, and meddling still shows."""

import gzip
import json

import pytest

from workbench.errors import InvalidInputError, StorageError
from workbench.files import sha256_of, write_json
from workbench.labels import backups
from workbench.labels.backup_lines import Lost, read_sealed
from workbench.labels.backups import back_up, check, restore
from workbench.labels.erasing import count_about, erase_clips
from workbench.labels.older_backups import plain_backups, seal_backup
from workbench.labels.queue_copy import queue_lines
from workbench.labels.sealing import KeyRing, seal, unseal
from workbench.labels.store import LabelStore
from workbench.labels.task_queue import TaskQueue
from workbench.labels.work_items import QueueItem

GONE, STAYS = "canary-clip.aaaaaaaa", "other-clip.bbbbbbbb"


def fill(store, event):
    events = [
        event(clip=(GONE, STAYS, STAYS)[k % 3], start_s=k / 10, end_s=k / 10, annotator=("Ada", "Bob")[k % 2])
        for k in range(60)
    ]
    store.record_all(events)
    store.record(event("undo", undoes=events[0].op_id, clip=GONE, start_s=0.0, end_s=0.0))
    store.record(
        event("flag", clip=GONE, start_s=0.3, end_s=0.3, details={"note": "CANARYNOTE says it quietly"})
    )
    queue = TaskQueue(store, "mouths", "mouth")
    items = [
        QueueItem(f"i-{k}", (GONE, STAYS)[k % 2], k / 10, k / 10, payload={"w": "CANARYITEM" * (1 - k % 2)})
        for k in range(20)
    ]
    queue.fill(items)
    queue.claim("Zoë", 4)


def without_links(store):
    return [{k: v for k, v in row.items() if k != "chain"} for row in store.rows() if row["clip"] != GONE]


def test_what_is_about_the_clip_goes_and_all_else_stays_as_it_was(any_store, event):
    fill(any_store, event)
    before, n_events = without_links(any_store), any_store.last_sequence()
    assert count_about(any_store.database, [GONE]) == (22, 10)
    erased = erase_clips(any_store.database, [GONE])
    assert (erased.events, erased.items) == (22, 10)
    assert erased.erasure.n_events == 22
    assert without_links(any_store) == before
    assert len(before) == n_events - 22
    assert check(any_store) == []
    assert TaskQueue(any_store, "mouths", "mouth").counts("Zoë").total == 10
    again = erase_clips(any_store.database, [GONE])
    assert (again.events, again.items, again.erasure) == (0, 0, None)
    assert len(any_store.erasures()) == 1
    with pytest.raises(StorageError, match="never changed"), any_store.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM label_events WHERE sequence = 2")


def test_labelling_goes_on_after_the_newest_event_was_erased(any_store, event):
    any_store.record(event(clip=STAYS))
    any_store.record(event(clip=GONE))
    erase_clips(any_store.database, [GONE])
    any_store.record(event(clip=STAYS, start_s=1.0, end_s=1.0))
    any_store.record(event(clip=GONE, start_s=1.0, end_s=1.0))
    assert check(any_store) == []
    erase_clips(any_store.database, [GONE, STAYS])
    assert any_store.last_sequence() == 0
    assert check(any_store) == []
    any_store.record(event(clip="new"))
    assert check(any_store) == []


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM label_events WHERE sequence = 5",
        "UPDATE label_events SET value = 'closed' WHERE sequence = 5",
        "UPDATE label_erasures SET head_after = 'x'",
        "DELETE FROM label_erasures",
    ],
)
def test_meddling_after_an_erasure_is_found(store, event, statement):
    fill(store, event)
    erase_clips(store.database, [GONE])
    assert check(store) == []
    with store.database.writing() as connection:
        for action in ("update", "delete"):
            connection.exec_driver_sql(f"DROP TRIGGER label_events_no_{action}")
        connection.exec_driver_sql(statement)
    assert "not as they were recorded" in check(store)[0]


def test_no_page_and_no_log_of_the_file_holds_it_any_more(store, event):
    fill(store, event)
    files = [store.path, store.path.with_name("labels.db-wal")]
    assert any(b"CANARYNOTE" in f.read_bytes() for f in files if f.exists())
    erase_clips(store.database, [GONE])
    for file in store.path.parent.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert not any(word in content for word in (b"CANARYNOTE", b"CANARYITEM", GONE.encode())), file
    assert files[0].read_bytes().count(STAYS.encode()) > 0


def test_while_another_reads_on_in_the_old_file_it_is_not_called_clean(store, event):
    fill(store, event)
    with (
        LabelStore.open(store.path.parent, read_only=True, busy_timeout_s=0.1) as reader,
        LabelStore.open(store.path.parent, busy_timeout_s=0.1) as writer,
    ):
        with reader.database.reading() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM label_events").scalar()
            with pytest.raises(StorageError, match="may still be in"):
                erase_clips(writer.database, [GONE])
        assert erase_clips(writer.database, [GONE]).events == 0  # only the cleaning was left to do
    assert b"CANARYNOTE" not in store.path.read_bytes()


def test_an_older_backup_gives_back_the_rest_and_says_how_many_are_gone(
    any_store, event, tmp_path, new_place
):
    fill(any_store, event)
    backup = back_up(any_store, tmp_path / "backups")
    rest = without_links(any_store)
    ring = KeyRing.open(tmp_path / "backup.keys")
    assert ring.path.stat().st_mode & 0o777 == 0o600
    key = ring.keys[GONE][1]
    assert ring.destroy([GONE, "never there"]) == 1
    erase_clips(any_store.database, [GONE])
    place = new_place("sqlite")
    restored = restore(backup.folder, place)
    assert (restored.events, restored.erased) == (len(rest), 22)
    with LabelStore.open(place) as store:
        assert without_links(store) == rest
        assert check(store) == []
        assert store.erasures()[-1].n_events == 22
        assert TaskQueue(store, "mouths", "mouth").counts("Zoë").total == 10
    keys = KeyRing.open(ring.path).by_number()
    lines = list(read_sealed(backup.folder / backups.EVENTS, keys))
    assert sum(isinstance(line, Lost) for line in lines) == 22
    for name in (backups.EVENTS, backups.QUEUE):
        text = gzip.decompress((backup.folder / name).read_bytes())
        assert GONE.encode() not in text
        assert b"CANARY" not in text
    assert key not in ring.path.read_bytes()


def test_a_backup_made_after_an_erasure_is_restored_with_its_gap(any_store, event, tmp_path, new_place):
    fill(any_store, event)
    erase_clips(any_store.database, [GONE])
    backup = back_up(any_store, tmp_path / "backups")
    place = new_place("sqlite")
    assert restore(backup.folder, place).erased == 0
    with LabelStore.open(place) as store:
        assert list(store.dump()) == list(any_store.dump())
        assert store.erasures() == any_store.erasures()
        assert check(store) == []


def make_plain(folder, store):
    """A backup as older workbenches made them."""
    folder.mkdir(parents=True)
    n_items = 0
    for name, lines in (("labels.jsonl.gz", store.dump()), ("queue.jsonl.gz", queue_lines(store.database))):
        with gzip.open(folder / name, "wt", encoding="utf-8") as stream:
            for line in lines:
                n_items += name.startswith("queue")
                stream.write(line + "\n")
    (folder / "labels.db").write_bytes(store.path.read_bytes())
    manifest = {
        "format": 1,
        "events": store.last_sequence(),
        "items": n_items,
        "dump_sha256": store.dump_sha256(),
        "made_utc": "2026-01-01T00:00:00+00:00",
        "files": {path.name: sha256_of(path) for path in folder.iterdir()},
    }
    write_json(folder / "manifest.json", manifest)


def test_plain_backups_of_older_workbenches_are_read_and_sealed_in_their_place(store, event, tmp_path):
    fill(store, event)
    folder = tmp_path / "backups" / "20260101T000000000000Z-62"
    make_plain(folder, store)
    assert restore(folder, tmp_path / "first").events == 62
    assert plain_backups(tmp_path / "backups") == [folder]
    ring = KeyRing.open(tmp_path / "backup.keys")
    seal_backup(folder, ring)
    assert plain_backups(tmp_path / "backups") == []
    assert not (folder / "labels.db").exists()
    assert restore(folder, tmp_path / "second").dump_sha256 == store.dump_sha256()
    ring.destroy([GONE])
    assert restore(folder, tmp_path / "third").erased == 22


def test_a_backup_asks_for_its_own_keys(store, event, tmp_path):
    fill(store, event)
    backup = back_up(store, tmp_path / "backups")
    (tmp_path / "backup.keys").rename(tmp_path / "kept")
    with pytest.raises(InvalidInputError, match="--keys FILE"):
        restore(backup.folder, tmp_path / "new")
    other = KeyRing.open(tmp_path / "other")
    other.save()
    with pytest.raises(InvalidInputError, match="another project's"):
        restore(backup.folder, tmp_path / "new", keys=tmp_path / "other")
    assert not (tmp_path / "new").exists()
    assert restore(backup.folder, tmp_path / "new", keys=tmp_path / "kept").events == 62


def test_a_sealed_line_cannot_be_changed_moved_or_read_with_another_key():
    key = bytes(32)
    sealed = seal('{"clip": "ä"}', place="7", number="ab", key=key)
    assert unseal(sealed, key) == '{"clip": "ä"}'
    assert sealed["c"] != seal('{"clip": "ä"}', place="7", number="ab", key=key)["c"]  # never the same twice
    for wrong in ({"p": "8"}, {"c": sealed["c"][:-8] + "AAAAAAA="}, {"c": "§"}):
        with pytest.raises(StorageError, match="as it was made"):
            unseal({**sealed, **wrong}, key)
    with pytest.raises(StorageError):
        unseal(sealed, bytes(31) + b"\1")
    json.dumps(sealed)
