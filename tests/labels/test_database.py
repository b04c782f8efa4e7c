import resource
import signal
import sqlite3
import subprocess
import sys

import pytest

from workbench.errors import InvalidInputError, StorageError
from workbench.labels import sqlite_driver
from workbench.labels.sqlite_driver import driver
from workbench.labels.store import FILE, LabelStore


def test_a_damaged_file_is_refused_and_left_as_it_is(store, event):
    store.record_all(event(clip=f"clip{n}") for n in range(200))
    store.close()
    damaged = bytearray(store.path.read_bytes())
    for page in range(4096 * 2, len(damaged), 4096):
        damaged[page : page + 600] = b"\xa5" * 600
    store.path.write_bytes(damaged)
    with pytest.raises(StorageError, match="damaged"):
        LabelStore.open(store.path.parent)
    assert store.path.read_bytes() == damaged


@pytest.mark.parametrize(
    "content", [b"", b"not a database, but long enough to be looked at " * 100], ids=["empty", "text"]
)
def test_a_file_that_is_no_label_store_is_refused_and_never_replaced(tmp_path, content):
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(StorageError):
        LabelStore.open(tmp_path)
    assert (tmp_path / FILE).read_bytes() == content


def test_another_programs_database_is_refused(tmp_path):
    with driver().connect(tmp_path / FILE) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(StorageError, match="another program's"):
        LabelStore.open(tmp_path)


def test_a_newer_workbenchs_store_is_refused(store):
    with driver().connect(store.path) as other:
        other.execute("INSERT INTO label_store VALUES (99, '2030-01-01')")
    with pytest.raises(StorageError, match="version 99"):
        LabelStore.open(store.path.parent)


def test_a_journal_without_its_database_is_never_given_a_new_database(tmp_path):
    (tmp_path / f"{FILE}-journal").write_bytes(b"what a crash left")
    with pytest.raises(StorageError, match="journal"):
        LabelStore.open(tmp_path)
    assert not (tmp_path / FILE).exists()


def test_what_a_killed_maker_left_behind_is_removed(tmp_path):
    left = tmp_path / f".partial-1a2b3c4d-{FILE}"
    left.write_bytes(b"half a store")
    LabelStore.open(tmp_path).close()
    assert left not in set(tmp_path.iterdir())


def test_a_held_lock_is_waited_for_then_said(store, event):
    holder = driver().connect(store.path, isolation_level=None)
    impatient = LabelStore.open(store.path.parent, busy_timeout_s=0.1)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match=r"NOT saved.*locked"):
        impatient.record(event())
    holder.execute("ROLLBACK")
    holder.close()
    impatient.record(event())
    assert len(store.history()) == 1


def test_a_file_removed_while_open_is_noticed_before_anything_is_called_saved(store, event):
    store.record(event())
    store.path.unlink()
    with pytest.raises(StorageError, match=r"NOT saved.*removed or replaced"):
        store.record(event())


def test_for_reading_only_nothing_is_made_and_nothing_written(store, event, tmp_path):
    with pytest.raises(InvalidInputError, match="label some first"):
        LabelStore.open(tmp_path / "nowhere", read_only=True)
    assert not (tmp_path / "nowhere").exists()
    reader = LabelStore.open(store.path.parent, read_only=True)
    with pytest.raises(StorageError, match="NOT saved"):
        reader.record(event())
    with pytest.raises(StorageError):
        reader.check_writable()
    store.check_writable()


def test_sqlite_is_set_to_survive_a_power_cut(store):
    with store.database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 3
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
    assert mode == ("wal" if driver().sqlite_version_info >= (3, 51, 3) else "delete")


def test_an_older_file_is_switched_to_the_write_ahead_log_unless_it_is_in_use(store, event):
    store.record(event())
    store.close()
    older = driver().connect(store.path)
    assert older.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",)
    older.execute("BEGIN")
    older.execute("SELECT count(*) FROM label_events").fetchone()
    with LabelStore.open(store.path.parent, busy_timeout_s=0.1) as beside:
        assert older.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        older.execute("ROLLBACK")
        beside.record(event())
    older.close()
    with LabelStore.open(store.path.parent) as alone, alone.database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    assert len(store.history()) == 2


# In a process of its own: two SQLite libraries in one process do not see each other's locks.
HOLD = """
import sys
from workbench.labels.store import LabelStore
with LabelStore.open(sys.argv[1]) as store:
    len(store.history())
    print("open", flush=True)
    sys.stdin.readline()
"""


def test_without_a_safe_sqlite_the_rollback_journal_is_used_and_mixing_is_refused(
    tmp_path, event, monkeypatch
):
    newer = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert newer.stdout.readline() == "open\n"
    monkeypatch.setattr(sqlite_driver, "SAFE_WAL", (99, 0, 0))
    assert sqlite_driver.driver() is sqlite3
    with pytest.raises(StorageError, match="held open by a workbench with a newer SQLite"):
        LabelStore.open(tmp_path, busy_timeout_s=0.1)
    newer.communicate("close\n", timeout=60)
    with LabelStore.open(tmp_path) as older:
        older.record(event())
        with older.database.reading() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 3
        assert len(older.history()) == 1


FILL = """
import resource, signal, sys
from workbench.errors import StorageError
from workbench.labels.annotation import LabelEvent
from workbench.labels.store import LabelStore
store = LabelStore.open(sys.argv[1])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (store.path.stat().st_size + 400_000,) * 2)
for number in range(100_000):
    try:
        store.record(LabelEvent(f"operation-{number:06d}", "Ada", "mouth", 1, "clip", number * 0.03, number * 0.03, "answer", "open", details={"x": "y" * 3000}))
    except StorageError as error:
        print(number, error)
        break
"""


@pytest.mark.skipif(
    not hasattr(signal, "SIGXFSZ") or not hasattr(resource, "RLIMIT_FSIZE"), reason="needs a file size limit"
)
def test_a_disk_that_takes_no_more_is_said_and_all_that_was_acknowledged_is_there(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FILL, str(tmp_path)], capture_output=True, text=True, timeout=60, check=True
    )
    number, message = done.stdout.split(" ", 1)
    assert message.startswith("NOT saved")
    with LabelStore.open(tmp_path) as store:
        assert len(store.history()) == int(number) > 3
