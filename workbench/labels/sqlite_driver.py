"""Which SQLite is used, and how a connection to a file is set up.

* ``pysqlite3`` carries SQLite 3.53: from 3.51.3 on, several processes may write with a write-ahead log (WAL). Where it
  is missing, Python's own SQLite is used, and with the older rollback journal if it is older than that: earlier ones
  can damage a file that several processes write with WAL.
* ``synchronous`` is EXTRA (with WAL the same as FULL): only then an acknowledged commit survives a power cut. NORMAL
  does not, and with a rollback journal FULL leaves the journal's removal unsynced.
* Writers take ``BEGIN IMMEDIATE``; a deferred transaction that upgrades loses the race at once, whatever the timeout.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa

SAFE_WAL = (3, 51, 3)
_SETTINGS = (
    "synchronous=EXTRA",
    "fullfsync=ON",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "cache_size=-16384",
)
# A store of an older version, read only: what it lacks is shown as empty. Columns by the version that brought them.
_LACKING = {1: "NULL AS after, NULL AS conflicts_with, '' AS chain", 2: "'' AS chain"}

LOG_WITHIN_S = 3.0
"""A reader that may not make the log's files waits so long for whoever does (:mod:`workbench.labels.kept_log`)."""


def driver() -> Any:
    """Return the module to open files with: ``pysqlite3`` when it is there and safe, else Python's own ``sqlite3``."""
    try:
        import pysqlite3.dbapi2 as newer
    except ImportError:
        return sqlite3
    return newer if newer.sqlite_version_info >= SAFE_WAL else sqlite3


def may_use_wal() -> bool:
    """Whether this SQLite may write with a write-ahead log while others do."""
    return bool(driver().sqlite_version_info >= SAFE_WAL)


def make_engine(
    path: Path, *, busy_timeout_s: float, read_only: bool, shown_as_newest: int | None = None
) -> sa.Engine:
    """Return an engine for the SQLite file at ``path``, set up as this module's first lines say.

    Parameters
    ----------
    shown_as_newest : int, optional
        The version of an older store that is only read: its events are then shown with the columns it lacks.
    """
    engine = sa.create_engine(
        sa.URL.create("sqlite+pysqlite", database=str(path)),
        module=driver(),
        connect_args={"timeout": busy_timeout_s},
    )

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        if read_only:
            _wait_for_log(connection)
        for setting in _SETTINGS:
            connection.execute(f"PRAGMA {setting}").fetchall()
        if shown_as_newest in _LACKING:
            view = f"SELECT *, {_LACKING[shown_as_newest]} FROM main.label_events"  # noqa: S608 - constants
            connection.execute(f"CREATE TEMP VIEW label_events AS {view}")
        if read_only:
            connection.execute("PRAGMA query_only=ON").fetchall()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
        if read_only:
            _wait_for_log(connection.connection.driver_connection)

    return engine


def _wait_for_log(connection: Any) -> None:
    """Wait until the file can be read, unless it cannot for another reason than its log: that, the next statement tells."""
    deadline = time.monotonic() + LOG_WITHIN_S
    while time.monotonic() < deadline:
        try:
            connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
        except driver().Error as error:
            kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if kind not in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
                return
            time.sleep(0.05)
        else:
            return


def copy_database(source: Path, target: Path) -> None:
    """Copy a database as one moment saw it, while others write, into one new file (no log beside it).

    Raises the driver's errors.
    """
    module = driver()
    reading = module.connect(str(source), timeout=30.0)
    try:
        writing = module.connect(str(target))
        try:
            reading.backup(writing)
            writing.execute("PRAGMA journal_mode=DELETE").fetchall()
        finally:
            writing.close()
    finally:
        reading.close()
