"""Copies of a label store as it was before a migration: erased from in their own form, whatever version that is."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import Any

from workbench.errors import StorageError
from workbench.labels.sqlite_driver import driver

_GUARDS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'label_events'"

_DELETE = {
    "label_events": "DELETE FROM label_events WHERE clip = ?",
    "work_items": "DELETE FROM work_items WHERE clip = ?",
}


def count_in_copy(path: Path, clips: Collection[str]) -> int:
    """Return how many events of a copy are about these clips; 0 for a file that is no label store."""
    with closing(_open(path)) as connection:
        if not _is_store(connection, path):
            return 0
        query = "SELECT count(*) FROM label_events WHERE clip = ?"
        return sum(int(connection.execute(query, (clip,)).fetchone()[0]) for clip in clips)


def erase_from_copy(path: Path, clips: Collection[str]) -> int:
    """Erase what a copy holds about these clips, its free pages included, and return how many events went.

    Raises
    ------
    StorageError
        It cannot be read or written.
    """
    n_gone = count_in_copy(path, clips)
    try:
        with closing(_open(path)) as connection:
            if not _is_store(connection, path):
                return 0
            connection.execute("PRAGMA secure_delete=ON").fetchall()
            connection.execute("BEGIN IMMEDIATE")
            guards = connection.execute(_GUARDS).fetchall()
            for name, _ in guards:
                connection.execute(f'DROP TRIGGER "{name}"')
            there = _tables(connection)
            for table, statement in _DELETE.items():
                if table in there:
                    connection.executemany(statement, [(clip,) for clip in clips])
            for _, statement in guards:
                connection.execute(statement)
            connection.execute("COMMIT")
            connection.execute("VACUUM").fetchall()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            connection.execute("PRAGMA journal_mode=DELETE").fetchall()
    except driver().Error as error:
        raise StorageError(
            f"{path} must be writable to be erased from. Received: {error}: close what has it open, or delete it."
        ) from error
    return n_gone


def _open(path: Path) -> Any:
    connection = driver().connect(str(path), timeout=10.0)
    connection.isolation_level = None
    return connection


def _tables(connection: Any) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _is_store(connection: Any, path: Path) -> bool:
    try:
        return "label_events" in _tables(connection)
    except driver().Error as error:
        raise StorageError(
            f"{path} must be a database to be looked into. Received: {error}: delete it."
        ) from error
