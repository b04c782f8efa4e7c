"""The label store in a PostgreSQL database, for teams: the same tables, the same guards, the same order.

Who writes holds one advisory lock until its commit is on disk, so that the order of ``sequence`` is the order of
commits; PostgreSQL serves those who wait in the order in which they came.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import sqlalchemy as sa

from workbench.errors import InvalidInputError, StorageError
from workbench.labels.address import shown
from workbench.labels.event_table import STORE_VERSION, label_events, make_tables, store_version
from workbench.labels.failures import storage_error

_WRITERS_LOCK = 7_219_340_811
"""Key of the advisory lock that writers of label stores in one database share."""


class PostgresqlDatabase:
    """An open label database on a PostgreSQL server.

    Attributes
    ----------
    read_only : bool
        Whether writing is refused.
    """

    clock: sa.ColumnElement[float] = sa.literal_column("extract(epoch from clock_timestamp())", sa.Double)

    def __init__(self, url: sa.URL, *, read_only: bool, busy_timeout_s: float) -> None:
        self.place = shown(url)
        self.read_only = read_only
        self._busy_timeout_s = busy_timeout_s
        self._engine = _make_engine(url, busy_timeout_s=busy_timeout_s)
        try:
            self._prepare()
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
            with self._engine.connect() as connection:
                connection = connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
                with connection.begin():
                    yield connection
        except sa.exc.DBAPIError as error:
            raise storage_error(self.place, "The labels could not be read", error.orig) from error

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Yield a connection whose changes are durable when the block has ended without an error.

        Raises
        ------
        StorageError
            The message says ``NOT saved`` and why. When the connection broke during the commit, nobody can know: the
            same operation sent again is kept once in either case.
        """
        if self.read_only:
            raise StorageError(
                f"NOT saved: {self.place} was opened for reading only. Open it without read_only."
            )
        try:
            with self._engine.begin() as connection:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITERS_LOCK)))
                yield connection
        except sa.exc.DBAPIError as error:
            raise storage_error(self.place, "NOT saved", error.orig) from error

    def complaints(self) -> list[str]:
        """Read all events through and return what goes wrong; PostgreSQL itself has no check to ask for."""
        try:
            with self.reading() as connection:
                connection.scalar(sa.select(sa.func.sum(sa.func.length(label_events.c.details))))
        except StorageError as error:
            return [str(error)]
        return []

    def scrub(self) -> None:
        """Write the tables anew, so that no dead row is left in their files; the server's own log is its keeper's."""
        try:
            with self._engine.connect() as connection:
                free = connection.execution_options(isolation_level="AUTOCOMMIT")
                for name in (label_events.name, "work_items", "leases"):
                    if sa.inspect(free).has_table(name):
                        free.exec_driver_sql(f"VACUUM (FULL, ANALYZE) {name}")
        except sa.exc.DBAPIError as error:
            raise storage_error(
                self.place, "What was erased may still be in dead rows", error.orig
            ) from error

    def _prepare(self) -> None:
        problem = f"{self.place} must be a label store"
        try:
            with self._engine.connect() as connection:
                version = _version(connection)
                settings = {name: _setting(connection, name) for name in ("synchronous_commit", "fsync")}
        except sa.exc.DBAPIError as error:
            raise storage_error(self.place, problem, error.orig) from error
        careless = [name for name, value in settings.items() if value == "off"]
        if careless and not self.read_only:
            raise StorageError(
                f"{problem} that keeps what it acknowledged through a power cut. {' and '.join(careless)} is off there: "
                "set it to on for this account or server."
            )
        if version is None and self.read_only:
            raise InvalidInputError(
                f"Labels must be there to be read. There are none in {self.place}: label some first."
            )
        if version is None:
            self._create()
        elif version != STORE_VERSION:
            raise StorageError(
                f"{problem} of version {STORE_VERSION}. Received version {version}: it was written by a newer "
                "workbench, use that one."
            )

    def _create(self) -> None:
        with self.writing() as connection:
            if _version(connection) is not None:  # another process was first
                return
            if sa.inspect(connection).has_table(label_events.name):
                raise StorageError(f"{self.place} has a table label_events of another program: use another.")
            make_tables(connection)
            now = datetime.now(UTC).isoformat()
            connection.execute(store_version.insert().values(version=STORE_VERSION, created_utc=now))


def _make_engine(url: sa.URL, *, busy_timeout_s: float) -> sa.Engine:
    engine = sa.create_engine(
        url,
        pool_pre_ping=True,  # a server that was restarted is connected to anew
        pool_size=2,
        connect_args={"connect_timeout": max(2, round(busy_timeout_s)), "application_name": "workbench"},
    )

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: object, _: object) -> None:
        with connection.cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute(f"SET lock_timeout = {max(1, round(1000 * busy_timeout_s))}")
            # A plan for any person and any place looks through the whole queue for what is open: 25 times as slow.
            cursor.execute("SET plan_cache_mode = force_custom_plan")
        connection.commit()  # type: ignore[attr-defined]

    return engine


def _version(connection: sa.Connection) -> int | None:
    if not sa.inspect(connection).has_table(store_version.name):
        return None
    return connection.scalar(sa.select(sa.func.max(store_version.c.version)))


def _setting(connection: sa.Connection, name: str) -> str:
    return str(connection.scalar(sa.select(sa.func.current_setting(name))))
