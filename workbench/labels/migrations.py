"""An older store becomes one of the newest version: backed up and compared first, then changed in one transaction.

Version 2 brought ``after`` and ``conflicts_with``, version 3 the ``chain``. The events are written anew in their order
into tables made as for a new store, so that a store does not show how old it is.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from workbench.errors import StorageError
from workbench.files import atomic_file
from workbench.labels.event_table import (
    COLUMNS,
    FIRST_LINK,
    STORE_VERSION,
    label_events,
    linked,
    make_tables,
    store_version,
)
from workbench.labels.sqlite_driver import copy_database, driver

_ROWS_AT_ONCE = 5_000


def backup_before(path: Path, *, version: int) -> Path:
    """Copy the store beside itself, compare the copy, and return where it is.

    Raises
    ------
    StorageError
        There is no room, or the copy is not the same.
    """
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    target = path.with_name(f"{path.stem}-version-{version}-{now}{path.suffix}")
    with atomic_file(target) as temporary:
        temporary.touch(mode=0o600)
        copy_database(path, temporary)
        if _content_of(temporary) != _content_of(path):
            raise StorageError(
                f"The store must be copied before it becomes version {STORE_VERSION}. The copy of {path} differs: "
                "close other programs that write to it and try again; nothing was changed."
            )
    return target


def migrate(connection: sa.Connection) -> None:
    """Bring an older store to the newest version; the connection holds the only writing transaction."""
    for trigger in ("label_events_no_update", "label_events_no_delete"):
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {trigger}")
    for index in ("label_events_by_item", "label_events_by_person", "label_events_by_moment"):
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS {index}")
    connection.exec_driver_sql("ALTER TABLE label_events RENAME TO label_events_before")
    make_tables(connection)
    _copy_events(connection)
    connection.exec_driver_sql("DROP TABLE label_events_before")
    now = datetime.now(UTC).isoformat()
    connection.execute(store_version.insert().values(version=STORE_VERSION, created_utc=now))


def _copy_events(connection: sa.Connection) -> None:
    older = connection.exec_driver_sql("SELECT * FROM label_events_before ORDER BY sequence").mappings()
    link = FIRST_LINK
    while rows := list(islice(older, _ROWS_AT_ONCE)):
        newer: list[dict[str, Any]] = []
        for row in rows:
            complete = dict.fromkeys(COLUMNS) | dict(row)
            newer.append(linked(complete, before=link))
            link = newer[-1]["chain"]
        connection.execute(label_events.insert(), newer)


def _content_of(path: Path) -> tuple[str, str]:
    """Return what the integrity check says of a file, and a hash of all its events."""
    connection = driver().connect(str(path))
    try:
        verdict = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        digest = hashlib.sha256()
        for row in connection.execute("SELECT * FROM label_events ORDER BY sequence"):
            digest.update(repr(row).encode())
        return verdict, digest.hexdigest()
    finally:
        connection.close()
