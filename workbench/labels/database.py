"""What the label store needs of a database, and which one a folder or address means."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from workbench.labels.address import Address, address_of
from workbench.labels.postgresql import PostgresqlDatabase
from workbench.labels.sqlite_file import SqliteFile


class Database(Protocol):
    """An open database with the tables of the label store.

    Attributes
    ----------
    read_only : bool
        Whether writing is refused.
    clock : ColumnElement of float
        Seconds since 1970 by the database's own clock, to be used in a query.
    """

    read_only: bool
    clock: sa.ColumnElement[float]

    @property
    def place(self) -> str:
        """Where this is, for people; never with a password."""

    def reading(self) -> AbstractContextManager[sa.Connection]:
        """Yield a connection that sees one consistent state."""

    def writing(self) -> AbstractContextManager[sa.Connection]:
        """Yield the only connection that writes; its changes are durable when the block has ended without an error."""

    def complaints(self) -> list[str]:
        """Read everything and return what the database finds wrong with itself."""

    def scrub(self) -> None:
        """Write the database anew, so that no free page or log holds what was erased."""

    def close(self) -> None:
        """Close every connection."""


def open_database(where: str | Path, *, read_only: bool, busy_timeout_s: float) -> Database:
    """Open the database of a labels folder or an address; see :meth:`LabelStore.open`."""
    address = address_of(where)
    if address.file is not None:
        return SqliteFile(address.file, read_only=read_only, busy_timeout_s=busy_timeout_s)
    return PostgresqlDatabase(_url(address), read_only=read_only, busy_timeout_s=busy_timeout_s)


def _url(address: Address) -> sa.URL:
    assert address.url is not None
    return address.url
