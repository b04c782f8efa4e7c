"""An older store keeps every event on its way to the newest version, whatever happens on the way."""

import signal
import subprocess
import sys

import pytest
from older_stores import make_older_store

from workbench.errors import StorageError
from workbench.labels.event_table import STORE_VERSION
from workbench.labels.sqlite_driver import driver
from workbench.labels.store import FILE, LabelStore

KEPT = "sequence, op_id, recorded_utc, annotator, question, schema_version, clip, start_s, end_s, kind, value, undoes, details"


def events_of(path):
    connection = driver().connect(str(path))
    try:
        return connection.execute(f"SELECT {KEPT} FROM label_events ORDER BY sequence").fetchall()
    finally:
        connection.close()


def version_of(path):
    connection = driver().connect(str(path))
    try:
        return connection.execute("SELECT max(version) FROM label_store").fetchone()[0]
    finally:
        connection.close()


@pytest.mark.parametrize("version", [1, 2])
def test_an_older_store_is_backed_up_and_keeps_every_event(tmp_path, event, version):
    path = make_older_store(tmp_path / FILE, version=version)
    before = events_of(path)
    with LabelStore.open(tmp_path) as store:
        assert events_of(path) == before
        assert len(store.current("mouth")) == 57
        assert store.record(event(after="")).sequence == len(before) + 1
        assert store.broken_links() == []
    assert version_of(path) == STORE_VERSION
    (backup,) = tmp_path.glob(f"labels-version-{version}-*.db")
    assert version_of(backup) == version
    assert events_of(backup) == before
    assert backup.stat().st_mode & 0o777 == 0o600
    with LabelStore.open(tmp_path):  # the second opening has nothing to do
        assert len(list(tmp_path.glob("labels-version-*"))) == 1


def test_a_migrated_store_has_the_very_tables_of_a_new_one(tmp_path, store):
    LabelStore.open(make_older_store(tmp_path / "old" / FILE).parent).close()

    def tables(path):
        found = (
            driver()
            .connect(str(path))
            .execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        )
        return {(*row[:2], "".join(row[2].split())) for row in found if not row[1].startswith("sqlite_")}

    assert tables(tmp_path / "old" / FILE) == tables(store.path)


@pytest.mark.parametrize("version", [1, 2])
def test_opened_for_reading_only_it_is_read_as_it_is(tmp_path, version):
    path = make_older_store(tmp_path / FILE, version=version)
    content = path.read_bytes()
    with LabelStore.open(tmp_path, read_only=True) as store:
        assert len(store.current("mouth")) == 57
        assert len(store.standing("mouth", "Ada")) == 27
        assert len(list(store.events())) == 63
        assert store.conflicts().empty
        with pytest.raises(StorageError, match="NOT saved"):
            store.check_writable()
    assert path.read_bytes() == content
    assert version_of(path) == version


# Dies at the n-th statement or file operation of the opening; says so when there were fewer.
DIE_AT = """
import os, signal, sys
import sqlalchemy as sa
from workbench import files
from workbench.labels import migrations, sqlite_driver
from workbench.labels.store import LabelStore
left = int(sys.argv[2])
def count(*_, **__):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
sa.event.listen(sa.Engine, "before_cursor_execute", count)
sa.event.listen(sa.Engine, "commit", count)
copy = migrations.copy_database
def counted_copy(*given):
    count()
    copy(*given)
    count()
migrations.copy_database = counted_copy
LabelStore.open(sys.argv[1]).close()
"""


@pytest.mark.slow
def test_killed_at_any_step_of_the_way_it_is_the_older_or_the_newest_and_complete(tmp_path):
    for number in range(1, 200):
        folder = tmp_path / f"at-{number:03d}"
        path = make_older_store(folder / FILE)
        before = events_of(path)
        done = subprocess.run([sys.executable, "-c", DIE_AT, str(folder), str(number)], check=False)
        assert version_of(path) in (1, STORE_VERSION)
        assert events_of(path) == before
        with LabelStore.open(folder) as store:
            assert events_of(path) == before
            assert store.broken_links() == []
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
    assert number > 20


def test_two_that_open_an_older_store_at_once_migrate_it_once(tmp_path):
    path = make_older_store(tmp_path / FILE)
    before = events_of(path)
    code = "import sys; from workbench.labels.store import LabelStore; LabelStore.open(sys.argv[1]).close()"
    both = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(2)]
    assert [one.wait(60) for one in both] == [0, 0]
    assert events_of(path) == before
    assert len(list(tmp_path.glob("labels-version-*"))) == 1


def test_a_program_that_still_runs_with_the_older_tables_is_told_instead_of_spoiling_the_newer(tmp_path):
    path = make_older_store(tmp_path / FILE)
    older = driver().connect(str(path))
    assert older.execute("SELECT count(*) FROM label_events").fetchone() == (63,)
    LabelStore.open(tmp_path).close()
    with pytest.raises(driver().IntegrityError):
        older.execute(
            "INSERT INTO label_events (op_id, recorded_utc, annotator, question, schema_version, clip, start_s, end_s, kind, value, details)"
            " VALUES ('operation-late', '2026', 'Ada', 'mouth', 1, 'clip', 0, 0, 'answer', 'open', '{}')"
        )
