"""The label store as one SQLite file: opened with care, written by one at a time, durable before it says so.

A new file is built aside and renamed, so an empty or half-made file is never ours and is never written over. Writers
stand in a queue (:mod:`workbench.labels.turns`) before they take SQLite's own lock.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from workbench.errors import InvalidInputError, StorageError
from workbench.files import TEMPORARY_PREFIX, atomic_file
from workbench.labels.event_table import STORE_VERSION, label_events, make_tables, store_version
from workbench.labels.failures import storage_error, words_for
from workbench.labels.migrations import backup_before, migrate
from workbench.labels.sqlite_driver import driver, make_engine, may_use_wal
from workbench.labels.turns import TurnTimeoutError, in_turn

SMALL_BYTES = 16 * 2**20
"""Files up to this size are read through at every opening; larger ones by ``workbench labels check`` and backups."""


class SqliteFile:
    """An open label database in a file.

    Attributes
    ----------
    path : Path
        The SQLite file.
    read_only : bool
        Whether writing is refused.
    """

    #: Seconds since 1970 by the clock of the machine that holds the file.
    clock: sa.ColumnElement[float] = sa.literal_column(
        "((julianday('now') - 2440587.5) * 86400.0)", sa.Double
    )

    def __init__(self, path: Path, *, read_only: bool, busy_timeout_s: float) -> None:
        self.path = path
        self.read_only = read_only
        self._busy_timeout_s = busy_timeout_s
        if not path.exists():
            if read_only:
                raise InvalidInputError(
                    f"Labels must be there to be read. There are none in {path.parent}: label some first."
                )
            self._create()
        self._engine = self._make_engine()
        self._identity = _identity(path)
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    @property
    def place(self) -> str:
        """Where this is, for people."""
        return str(self.path)

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
        with self._in_turn(), self._transaction() as connection:
            yield connection

    def complaints(self) -> list[str]:
        """Read the whole file and return what SQLite finds wrong with it; takes seconds per million events."""
        try:
            with self._engine.connect() as connection:
                found = connection.exec_driver_sql("PRAGMA integrity_check(20)").scalars().all()
        except sa.exc.DBAPIError as error:
            return [words_for(error.orig)]
        return [] if found == ["ok"] else list(found)

    def scrub(self) -> None:
        """Write the file anew and cut the log off, so that nothing of what was erased is left in either.

        Raises
        ------
        StorageError
            Another program has the file open; nothing is lost, and it can be called again.
        """
        with self._in_turn():
            self._engine.dispose()
            connection = self._engine.raw_connection()
            try:
                cursor = connection.cursor()
                for statement in ("PRAGMA temp_store=MEMORY", "PRAGMA secure_delete=ON", "VACUUM"):
                    cursor.execute(statement).fetchall()
                busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except driver().Error as error:
                raise storage_error(self.path, "What was erased may still be in free pages", error) from error
            finally:
                connection.close()
        if busy:
            raise StorageError(
                f"What was erased may still be in the log of {self.path.name}. Another program has it open: close "
                "notebooks and dashboards, then run the same command again."
            )

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
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
        lock = self.path.with_name(self.path.name + ".lock")
        try:
            with in_turn(lock, timeout_s=self._busy_timeout_s):
                yield
        except TurnTimeoutError as error:
            raise StorageError(
                f"NOT saved: others have been writing to {self.path.name} for {self._busy_timeout_s:g} s. "
                "It is tried again; when this stays, see which program holds the file."
            ) from error
        except OSError as error:
            if isinstance(error, StorageError):
                raise
            raise StorageError(
                f"NOT saved: {self.path.parent} must be writable. Received: {error}. Mend its permissions."
            ) from error

    def _make_engine(self, *, shown_as_newest: int | None = None) -> sa.Engine:
        return make_engine(
            self.path,
            busy_timeout_s=self._busy_timeout_s,
            read_only=self.read_only,
            shown_as_newest=shown_as_newest,
        )

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

    def _prepare(self) -> None:
        version = self._version()
        if self.read_only:
            if version < STORE_VERSION:
                self._engine.dispose()
                self._engine = self._make_engine(shown_as_newest=version)
            return
        if version < STORE_VERSION:
            self._migrate()
        if any(self._left_behind()):
            with self._in_turn():  # nobody is at work on one of them now
                for path in self._left_behind():
                    path.unlink(missing_ok=True)
        if self._journal() != ("wal" if may_use_wal() else "delete"):
            with self._in_turn():
                self._choose_journal()

    def _left_behind(self) -> Iterator[Path]:
        """Yield what was being made when its maker was killed: never more than a part of a store or of a copy."""
        yield from self.path.parent.glob(f"{TEMPORARY_PREFIX}*-{self.path.stem}*{self.path.suffix}*")

    def _migrate(self) -> None:
        with self._in_turn():
            version = self._version()
            if version < STORE_VERSION:  # else another process was first
                backup_before(self.path, version=version)
                with self._transaction() as connection:
                    migrate(connection)

    def _journal(self, wanted: str = "") -> str:
        """Return the journal's kind, switched to ``wanted``; not by a transaction, which could not switch it."""
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA journal_mode={wanted}" if wanted else "PRAGMA journal_mode")
            (found,) = cursor.fetchall()[0]
            return str(found)
        except driver().Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
                return "held"
            raise storage_error(self.path, "The label store could not be opened", error) from error
        finally:
            connection.close()

    def _choose_journal(self) -> None:
        """Switch an older file to the write-ahead log, or back where this SQLite must not use it.

        While another program has the file open it stays as it is: a rollback journal is slower and as safe.
        """
        if may_use_wal():
            self._journal("wal")
        elif self._journal("delete") != "delete":
            raise StorageError(
                f"{self.path} is held open by a workbench with a newer SQLite, and this one is too old to write "
                "beside it safely. Run `make install`, or close the other one."
            )

    def _version(self) -> int:
        """Return the store's version; refuse a damaged file, a stranger's file and a newer workbench's file."""
        problem = f"{self.path} must be a label store"
        verdict = "ok"
        try:
            with self._engine.connect() as connection:
                if self.path.stat().st_size <= SMALL_BYTES:
                    verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() or ""
                known = {store_version.name, label_events.name} <= set(
                    sa.inspect(connection).get_table_names()
                )
                newest = sa.select(sa.func.max(store_version.c.version))
                version = connection.scalar(newest) if known else None
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
        return int(version)


def _build(path: Path) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    engine = make_engine(path, busy_timeout_s=0.0, read_only=False)
    try:
        with engine.begin() as connection:
            make_tables(connection)
            now = datetime.now(UTC).isoformat()
            connection.execute(store_version.insert().values(version=STORE_VERSION, created_utc=now))
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
