"""Erase all that was ever said about clips: the one way an event leaves the store, and nothing of it stays in the file."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from workbench.labels.database import Database
from workbench.labels.erasures import Erasure, add_erasures, as_ranges, read_erasures
from workbench.labels.event_table import APPEND_ONLY, COLUMNS, FIRST_LINK, label_events, linked
from workbench.labels.projections import EVENTS
from workbench.labels.queue_tables import ITEMS, leases, work_items

_AT_ONCE = 500
_ROWS_AT_ONCE = 5_000
_GUARDS = {
    "sqlite": tuple(f"DROP TRIGGER label_events_no_{action}" for action in ("update", "delete")),
    "postgresql": ("ALTER TABLE label_events DISABLE TRIGGER USER",),
}
_GUARD_AGAIN = {"postgresql": (sa.text("ALTER TABLE label_events ENABLE TRIGGER USER"),)}


@dataclass(frozen=True)
class Erased:
    """What went.

    Attributes
    ----------
    events, items : int
        Label events, and what waited in queues.
    erasure : Erasure or None
        The record that stays; None when there was no event.
    """

    events: int
    items: int
    erasure: Erasure | None


def count_about(database: Database, clips: Collection[str]) -> tuple[int, int]:
    """Return how many events and work items are about these clips."""
    with database.reading() as connection:
        has_queue = sa.inspect(connection).has_table(work_items.name)
        tables = (label_events, work_items) if has_queue else (label_events,)
        counts = [
            sum(
                connection.scalar(sa.select(sa.func.count()).where(table.c.clip.in_(part))) or 0
                for part in _parts(clips)
            )
            for table in tables
        ]
    return counts[0], counts[1] if has_queue else 0


def erase_clips(database: Database, clips: Collection[str]) -> Erased:
    """Erase events and work items about clips in one transaction, then leave no free page or log behind.

    All other events keep their numbers and all they say; only their links are made anew from the first gap on. Doing it
    again does nothing but clean the file once more, so a run that was cut off can be repeated.

    Raises
    ------
    StorageError
        It could not be written, or somebody else holds the file open: nothing, or all but the cleaning, was done then.
    """
    with database.writing() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA secure_delete=ON")
        gone = _sequences(connection, clips)
        erasure = _erase_events(connection, gone) if gone else None
        n_items = _erase_items(connection, clips)
    database.scrub()
    return Erased(len(gone), n_items, erasure)


def _sequences(connection: sa.Connection, clips: Collection[str]) -> list[int]:
    query = sa.select(EVENTS.sequence)
    return sorted(
        number for part in _parts(clips) for number in connection.scalars(query.where(EVENTS.clip.in_(part)))
    )


def _erase_events(connection: sa.Connection, gone: list[int]) -> Erasure:
    name = connection.dialect.name
    before = _head(connection)
    for statement in _GUARDS[name]:
        connection.exec_driver_sql(statement)
    for part in _parts(gone):
        connection.execute(label_events.delete().where(EVENTS.sequence.in_(part)))
    _link_anew(connection, gone[0])
    for guard in _GUARD_AGAIN.get(name, APPEND_ONLY[name]):
        connection.execute(guard)
    after = _head(connection)
    erasure = Erasure(
        number=len(read_erasures(connection)) + 1,
        erased_utc=datetime.now(UTC).isoformat(timespec="seconds"),
        sequences=as_ranges(gone),
        last_sequence=after[0],
        head_before=before[1],
        head_after=after[1],
    )
    add_erasures(connection, [erasure])
    return erasure


def _link_anew(connection: sa.Connection, first: int) -> None:
    """Make the links of all events after a gap anew."""
    earlier = sa.select(EVENTS.chain).where(EVENTS.sequence < first).order_by(EVENTS.sequence.desc()).limit(1)
    link = connection.scalar(earlier) or FIRST_LINK
    place = first - 1
    change = label_events.update().where(EVENTS.sequence == sa.bindparam("number"))
    change = change.values(chain=sa.bindparam("link"))
    page = sa.select(label_events).order_by(EVENTS.sequence).limit(_ROWS_AT_ONCE)
    while rows := connection.execute(page.where(EVENTS.sequence > place)).all():
        changes = []
        for row in rows:
            link = linked(dict(zip(COLUMNS, row, strict=True)), before=link)["chain"]
            changes.append({"number": row.sequence, "link": link})
        connection.execute(change, changes)
        place = rows[-1].sequence


def _erase_items(connection: sa.Connection, clips: Collection[str]) -> int:
    """Take the clips out of every work queue, and whoever had them in hand."""
    if not sa.inspect(connection).has_table(work_items.name):
        return 0
    n_items = 0
    for part in _parts(clips):
        items = sa.select(ITEMS.queue, ITEMS.position).where(ITEMS.clip.in_(part))
        held = sa.tuple_(leases.c.queue, leases.c.position).in_(items)
        connection.execute(leases.delete().where(held))
        n_items += connection.execute(work_items.delete().where(ITEMS.clip.in_(part))).rowcount
    return n_items


def _head(connection: sa.Connection) -> tuple[int, str]:
    newest = sa.select(EVENTS.sequence, EVENTS.chain).order_by(EVENTS.sequence.desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    return (0, FIRST_LINK) if row is None else (row.sequence, row.chain)


def _parts(things: Collection[Any]) -> Iterator[list[Any]]:
    whole = sorted(things)
    return (whole[start : start + _AT_ONCE] for start in range(0, len(whole), _AT_ONCE))
