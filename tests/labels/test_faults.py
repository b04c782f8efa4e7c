"""The n-th step fails, for every n: what was told as saved is there, what was told as not saved is not, nothing is half."""

import errno

import pytest
import sqlalchemy as sa

from workbench.errors import StorageError
from workbench.labels import backup_lines, backups
from workbench.labels.backups import back_up, list_backups
from workbench.labels.sqlite_driver import driver
from workbench.labels.store import LabelStore
from workbench.labels.task_queue import TaskQueue
from workbench.labels.work_items import QueueItem


class Faults:
    """Lets the ``n``-th statement or commit fail, once or from then on, as a full disk does."""

    def __init__(self, engine, n, *, persistent):
        self.left, self.persistent, self.hit = n, persistent, False
        self.engine = engine
        for name in ("before_cursor_execute", "commit"):
            sa.event.listen(engine, name, self.count)

    def count(self, *_, **__):
        self.left -= 1
        if self.left == 0 or (self.persistent and self.left < 0):
            self.hit = True
            error = driver().OperationalError("database or disk is full")
            raise sa.exc.OperationalError("", {}, error)

    def remove(self):
        for name in ("before_cursor_execute", "commit"):
            sa.event.remove(self.engine, name, self.count)


def every_fault(store, operation, *, persistent, most=200):
    """Run ``operation`` with the 1st, 2nd, … step failing until it succeeds; yield whether it raised."""
    for n in range(1, most):
        faults = Faults(store.database._engine, n, persistent=persistent)
        try:
            operation()
            raised = False
        except StorageError as error:
            assert any(word in str(error) for word in ("NOT saved", "could not be read", "Only whole labels"))
            raised = True
        finally:
            faults.remove()
        yield raised
        if not faults.hit:
            assert not raised
            return
    raise AssertionError(f"still failing after {most} steps")


@pytest.mark.parametrize("persistent", [False, True])
def test_an_answer_a_batch_and_an_undo_are_there_as_a_whole_or_not_at_all(any_store, event, persistent):
    first = event()
    any_store.record(first)
    batch = [event(start_s=1.0, end_s=1.0, after=""), event("flag"), event("undo", undoes=first.op_id)]
    before, n_faults = list(any_store.dump()), 0
    for raised in every_fault(any_store, lambda: any_store.record_all(batch), persistent=persistent):
        if raised:
            n_faults += 1
            assert list(any_store.dump()) == before
    assert n_faults >= 4
    assert [one.repeated for one in any_store.record_all(batch)] == [True] * 3
    assert len(any_store.history()) == 4
    assert any_store.broken_links() == []


def test_claiming_hands_out_and_holds_or_does_neither(any_store):
    queue = TaskQueue(any_store, "all", "mouth")
    queue.fill(QueueItem(f"item-{k}", "clip", k / 10, k / 10) for k in range(3))
    for raised in every_fault(any_store, lambda: queue.claim("Ada", 2), persistent=True):
        if raised:
            assert queue.counts("Ada").in_hand == 0
    assert queue.counts("Ada").in_hand == 2


def test_a_backup_has_its_name_only_when_nothing_failed(store, event, tmp_path):
    store.record_all(event(start_s=k / 10, end_s=k / 10) for k in range(20))
    there = 0
    for raised in every_fault(store, lambda: back_up(store, tmp_path / "backups"), persistent=True):
        there += not raised
        assert len(list_backups(tmp_path / "backups")) == there
    assert there == 1
    assert len(list((tmp_path / "backups").iterdir())) == 1  # and nothing half-made beside it


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_a_copy_that_cannot_be_written_leaves_no_backup(store, event, tmp_path, monkeypatch, code):
    store.record(event())

    def fail(*_):
        raise OSError(code, "no way")

    monkeypatch.setattr(backup_lines, "_sealed", fail)
    with pytest.raises(StorageError, match="could not be written"):
        back_up(store, tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []
    monkeypatch.undo()
    assert back_up(store, tmp_path / "backups").events == 1


def test_a_restore_that_fails_half_way_leaves_an_empty_place(store, event, tmp_path, monkeypatch):
    store.record_all(event(start_s=k / 10, end_s=k / 10) for k in range(20))
    folder = back_up(store, tmp_path / "backups").folder
    lines = list(store.dump())
    monkeypatch.setattr(backups, "read_sealed", lambda path, keys: iter([*lines[:10], "{}"]))
    with pytest.raises(StorageError, match="no event"):
        backups.restore(folder, tmp_path / "new")
    monkeypatch.undo()
    with LabelStore.open(tmp_path / "new") as half:
        assert half.last_sequence() == 0
    backups.restore(folder, tmp_path / "new")
