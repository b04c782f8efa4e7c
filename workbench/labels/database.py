"""The SQLite file under the label store: opened with care, written by one at a time, durable before it says so.

What is done here and why (measured, or stated by SQLite's own documentation):

* ``synchronous`` is EXTRA with a rollback journal and FULL with WAL: only then an acknowledged commit survives
  a power cut (NORMAL does not, and FULL leaves the journal's removal unsynced).
* WAL only from SQLite 3.51.3 on: earlier ones can damage a file that several processes write.
* Writers take ``BEGIN IMMEDIATE``; a deferred transaction that upgrades loses the race at once, whatever the
  busy timeout. A file lock before it makes a queue of SQLite's free-for-all.
* A new file is built aside and renamed, so an empty or half-made file is never ours and is never written over.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import filelock
import sqlalchemy as sa

from workbench.errors import InvalidInputError, StorageError
from workbench.files import atomic_file
from workbench.labels.event_table import APPEND_ONLY, STORE_VERSION, metadata, store_version
from workbench.labels.failures import storage_error, words_for

SAFE_WAL = (3, 51, 3)
_LOCK_POLL_S = 0.004


class Database:
    """An open label database.

    Attributes
    ----------
    path : Path
        The SQLite file.
    read_only : bool
        Whether writing is refused.
    """

    def __init__(self, path: Path, *, read_only: bool, busy_timeout_s: float) -> None:
        self.path = path
        self.read_only = read_only
        self._queue = filelock.FileLock(
            str(path) + ".lock", timeout=busy_timeout_s, mode=0o600, poll_interval=_LOCK_POLL_S
        )
        if not path.exists():
            if read_only:
                raise InvalidInputError(
                    f"Labels must be there to be read. There are none in {path.parent}: label some first."
                )
            self._create()
        self._engine = make_engine(path, busy_timeout_s=busy_timeout_s, read_only=read_only)
        self._identity = _identity(path)
        try:
            self._examine()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Yield a connection that sees one consistent state."""
        try:
            with self._engine.connect() as connection, connection.begin():
                yield connection
        except sa.exc.DBAPIError as error:
            raise storage_error(self.path, "The labels could not be read", error.orig) from error

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Yield a connection whose changes are durable when the block has ended without an error.

        Raises
        ------
        StorageError
            Nothing of the block was kept; the message says ``NOT saved`` and why.
        """
        if self.read_only:
            raise StorageError(
                f"NOT saved: {self.path.name} was opened for reading only. Open it without read_only."
            )
        with self._in_turn():
            if _identity(self.path) != self._identity:
                # Writing on would succeed, into a file that no longer has a name.
                raise StorageError(
                    f"NOT saved: {self.path.name} was removed or replaced in {self.path.parent} while it was open. "
                    "Put it back, then open the labels again."
                )
            try:
                with self._engine.connect() as connection:
                    connection = connection.execution_options(immediate=True)
                    with connection.begin():
                        yield connection
            except sa.exc.DBAPIError as error:
                raise storage_error(self.path, "NOT saved", error.orig) from error

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        try:
            self._queue.acquire()
        except filelock.Timeout as error:
            raise StorageError(
                f"NOT saved: others have been writing to {self.path.name} for {self._queue.timeout:g} s. "
                "It is tried again; when this stays, see which program holds the file."
            ) from error
        except (OSError, NotImplementedError) as error:
            raise StorageError(
                f"NOT saved: {self.path.parent} must be writable. Received: {error}. Mend its permissions."
            ) from error
        try:
            yield
        finally:
            self._queue.release()

    def _create(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._in_turn():
            if self.path.exists():  # another process was first
                return
            for suffix in ("-journal", "-wal"):
                if self.path.with_name(self.path.name + suffix).exists():
                    raise StorageError(
                        f"{self.path.name} is missing in {self.path.parent}, but its {suffix[1:]} is there. "
                        "Put the database back beside it; a new one would destroy what the journal holds."
                    )
            with atomic_file(self.path) as temporary:
                _build(temporary)

    def _examine(self) -> None:
        """Refuse a damaged file, a stranger's file and a newer workbench's file."""
        problem = f"{self.path} must be a label store"
        try:
            with self._engine.connect() as connection:
                verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
                tables = set(sa.inspect(connection).get_table_names())
                known = {table.name for table in metadata.sorted_tables} <= tables
                version = (
                    connection.scalar(sa.select(sa.func.max(store_version.c.version))) if known else None
                )
        except sa.exc.DBAPIError as error:
            raise storage_error(self.path, problem, error.orig) from error
        if verdict != "ok":
            raise StorageError(
                f"{problem}. It is damaged ({verdict}): restore it from a backup; nothing was changed."
            )
        if version is None:
            raise StorageError(f"{problem}. It is another program's database or an empty file: move it away.")
        if version > STORE_VERSION:
            raise StorageError(
                f"{problem} of version {STORE_VERSION} or older. Received version {version}: it was written by a newer "
                "workbench, use that one."
            )


def make_engine(path: Path, *, busy_timeout_s: float, read_only: bool) -> sa.Engine:
    """Return an engine for the SQLite file at ``path``, set up as this module's first lines say."""
    engine = sa.create_engine(
        sa.URL.create("sqlite+pysqlite", database=str(path)), connect_args={"timeout": busy_timeout_s}
    )
    wal = sqlite3.sqlite_version_info >= SAFE_WAL

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        settings = [
            f"synchronous={'FULL' if wal else 'EXTRA'}",
            "fullfsync=ON",
            "foreign_keys=ON",
            "trusted_schema=OFF",
        ]
        settings += ["query_only=ON"] if read_only else [f"journal_mode={'WAL' if wal else 'DELETE'}"]
        for setting in settings:
            connection.execute(f"PRAGMA {setting}").fetchall()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def _build(path: Path) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    engine = make_engine(path, busy_timeout_s=0.0, read_only=False)
    try:
        with engine.begin() as connection:
            metadata.create_all(connection)
            for trigger in APPEND_ONLY:
                connection.execute(trigger)
            connection.execute(
                store_version.insert().values(
                    version=STORE_VERSION, created_utc=datetime.now(UTC).isoformat()
                )
            )
    except sa.exc.DBAPIError as error:
        raise StorageError(
            f"The label store could not be made in {path.parent}: {words_for(error.orig)}"
        ) from error
    finally:
        engine.dispose()


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino)
