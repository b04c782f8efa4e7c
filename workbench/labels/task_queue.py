"""A work queue that many people share: who gets what next, by leases that run out on the database's own clock."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from workbench.errors import InvalidInputError
from workbench.labels.annotation import check_annotator
from workbench.labels.item_rows import add_items, item_from
from workbench.labels.queue_statements import QueueStatements
from workbench.labels.queue_tables import ITEMS, leases, make_queue_tables, work_items, work_queues
from workbench.labels.reading import rows_in_parts
from workbench.labels.schema import schema_of
from workbench.labels.store import LabelStore
from workbench.labels.work_items import QueueItem

_LONG_LOOK_S = 0.1
_LOOK_AGAIN = 20.0
"""After a long look through the whole queue that found nothing, the next one waits this many times as long as it took."""


EVERYBODY = 1_000_000
"""The overlap of a queue that asks everybody everything."""


@dataclass(frozen=True)
class QueueCounts:
    """How far a person is in a queue.

    Attributes
    ----------
    total : int
        Items of the queue; repeats and parts of split runs count, the runs they came from do not.
    answered, skipped : int
        Of those, with this person's answer or skip; a repeat passed by counts as answered.
    in_hand : int
        Leased to this person and without a word yet.
    """

    total: int
    answered: int
    skipped: int
    in_hand: int


class TaskQueue:
    """Items of one question, handed out so that each gets ``overlap`` answers by different people.

    Nobody gets an item twice (but for hidden repeats), and nobody gets one that enough others have answered or have
    in hand. Who stops loses the lease when it runs out; an answer that comes later is kept all the same.

    Parameters
    ----------
    store : LabelStore
        Where the items, leases and answers are.
    name : str
        The queue's name in that store.
    question : str
    overlap : int
        How many people are asked about each plain item.
    lease_s : float
        How long an item stays in somebody's hand.

    Raises
    ------
    InvalidInputError
        There is no such question, the queue is about another one, or a number is not positive.
    """

    def __init__(
        self, store: LabelStore, name: str, question: str, overlap: int = 1, lease_s: float = 600.0
    ) -> None:
        schema_of(question)
        if overlap < 1 or lease_s <= 0:
            raise InvalidInputError(
                f"A queue needs an overlap of 1 or more and a lease above 0 s. Received {overlap} and {lease_s}."
            )
        self.name, self.question, self.overlap, self.lease_s = name, question, overlap, lease_s
        self._database = store.database
        self._ask = QueueStatements(name, question, overlap, store.database.clock)
        self._from: dict[str, int] = {}
        self._not_before: dict[str, float] = {}
        with self._database.writing() as connection:
            make_queue_tables(connection)
            known = connection.scalar(sa.select(work_queues.c.question).where(work_queues.c.name == name))
            if known is None:
                connection.execute(work_queues.insert().values(name=name, question=question))
        if known not in (None, question):
            raise InvalidInputError(
                f"A queue must keep its question. {name!r} asks {known!r}, received {question!r}: use another name."
            )

    def is_empty(self) -> bool:
        """Whether nothing was ever put in."""
        with self._database.reading() as connection:
            return connection.execute(self._ask.items.limit(1)).first() is None

    def fill(self, items: Iterable[QueueItem]) -> int:
        """Add the items that are not there yet at the end, in their order, and return how many were new.

        Raises
        ------
        InvalidInputError
            An id that is there already stands for another moment, or a repeat repeats nothing that is there.
        """
        wanted = list(items)
        with self._database.writing() as connection:
            added = add_items(connection, self.name, wanted)
        self._not_before.clear()
        return added

    def claim(self, annotator: str, n: int = 1, *, held: Collection[str] = ()) -> list[QueueItem]:
        """Hand out up to ``n`` items and hold them for this person.

        What this person had in hand before (in another sitting) comes first.

        Parameters
        ----------
        held : collection of str
            Ids of items that this sitting has already: they are not handed out again.
        """
        person = check_annotator(annotator)
        asked = {"person": person, "held": list(held)}
        with self._database.reading() as connection:
            due = self._due_repeats(connection, asked, n)
            first = self._first_open(connection, asked) if len(due) < n else None
        if first is None and not due:
            return []
        with self._database.writing() as connection:
            rows = due + ([] if first is None else self._open(connection, asked, first, n - len(due)))
            self._lease(connection, person, [row["position"] for row in rows])
        plain = [row["position"] for row in rows if row["role"] != "repeat"]
        self._from[person] = max([first or self._from.get(person, 0), *plain])
        return [item_from(row) for row in rows]

    def renew(self, annotator: str) -> int:
        """Hold everything this person has in hand for another whole lease, and return how many items that is."""
        until = self._database.clock + self.lease_s
        return self._set_until(annotator, until)

    def release(self, annotator: str) -> int:
        """Give back everything this person has in hand, and return how many items that is."""
        return self._set_until(annotator, 0.0)

    def item(self, item_id: str) -> QueueItem | None:
        """Return an item by its id, whoever has it; None for a stranger's."""
        return self._find(ITEMS.item_id == item_id)

    def item_about(self, clip: str, start_s: float, end_s: float) -> QueueItem | None:
        """Return the item that first asks about a moment or span, None when there is none."""
        moment = (ITEMS.clip == clip, ITEMS.start_s == round(start_s, 6), ITEMS.end_s == round(end_s, 6))
        return self._find(*moment, ITEMS.role != "repeat")

    def said_about(self, annotator: str) -> dict[tuple[str, float, float], str]:
        """Return what this person has answered or skipped: clip, start and end, and the id of the item about them."""
        with self._database.reading() as connection:
            rows = connection.execute(self._ask.said, {"person": check_annotator(annotator)}).all()
        return {(clip, start_s, end_s): item_id for clip, start_s, end_s, item_id in rows}

    def asked(self) -> Iterator[tuple[tuple[str, float, float], str]]:
        """Yield clip, start and end of every item that is no repeat and was not split, and its id, in their order."""
        for rows in rows_in_parts(self._database, self._ask.asked):
            yield from (((clip, start_s, end_s), item_id) for clip, start_s, end_s, item_id in rows)

    def total(self) -> int:
        """Return how many items there are; repeats and parts of split runs count, the runs they came from do not."""
        with self._database.reading() as connection:
            return int(connection.scalar(self._ask.total) or 0)

    def split(self, item_id: str, parts: Iterable[QueueItem]) -> None:
        """Ask about the parts instead of the item, from now on and for everybody; what was answered stays."""
        wanted = list(parts)
        with self._database.writing() as connection:
            whole = sa.and_(ITEMS.queue == self.name, ITEMS.item_id == item_id)
            if not connection.execute(work_items.update().where(whole).values(split=True)).rowcount:
                raise InvalidInputError(f"An item must be in the queue to be split. Received {item_id!r}.")
            add_items(connection, self.name, wanted)
        self._not_before.clear()

    def counts(self, annotator: str) -> QueueCounts:
        """Say how far a person is."""
        with self._database.reading() as connection:
            row = connection.execute(self._ask.counts, {"person": check_annotator(annotator)}).one()
        return QueueCounts(*(int(number) for number in row))

    def elsewhere(self, annotator: str) -> int:
        """Count what this person is not asked only because others have it in hand; looks through the whole queue."""
        with self._database.reading() as connection:
            return int(connection.scalar(self._ask.elsewhere, {"person": check_annotator(annotator)}) or 0)

    def _find(self, *conditions: sa.ColumnElement[bool]) -> QueueItem | None:
        query = self._ask.items.where(*conditions).order_by(ITEMS.position).limit(1)
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else item_from(row)

    def _set_until(self, annotator: str, until: float | sa.ColumnElement[float]) -> int:
        change = leases.update().where(self._ask.in_hand).values(until_s=until)
        with self._database.writing() as connection:
            return connection.execute(change, {"person": check_annotator(annotator)}).rowcount

    def _open(
        self, connection: sa.Connection, asked: Mapping[str, Any], first: int, n: int
    ) -> list[sa.RowMapping]:
        found = connection.execute(self._ask.open, {**asked, "first": first, "n": n})
        return list(found.mappings())

    def _first_open(self, connection: sa.Connection, asked: Mapping[str, Any]) -> int | None:
        """Return where to go on; reads only, so that a long way over what others did keeps nobody waiting."""
        person = asked["person"]
        here = self._from.get(person, 0)
        if here and (found := self._open(connection, asked, here, 1)):
            return int(found[0]["position"])
        if time.monotonic() < self._not_before.get(person, 0.0):
            return None
        # From the beginning: what others gave back or let run out lies before.
        begun = time.monotonic()
        found = self._open(connection, asked, 0, 1)
        took = time.monotonic() - begun
        if not found and took > _LONG_LOOK_S:
            self._not_before[person] = begun + _LOOK_AGAIN * took
        return int(found[0]["position"]) if found else None

    def _due_repeats(
        self, connection: sa.Connection, asked: Mapping[str, Any], n: int
    ) -> list[sa.RowMapping]:
        newest, _ = connection.execute(self._ask.newest, {"person": asked["person"]}).one()
        found = connection.execute(self._ask.due_repeats, {**asked, "newest": newest, "n": n})
        return list(found.mappings())

    def _lease(self, connection: sa.Connection, person: str, positions: list[int]) -> None:
        asked = {"person": person, "positions": positions}
        newest, now = connection.execute(self._ask.newest, {"person": person}).one()
        before = dict(connection.execute(self._ask.handed_before, asked).tuples().all())
        if before:
            connection.execute(self._ask.forget, asked)
        rows = []
        for position in positions:
            newest += position not in before
            whose = {"queue": self.name, "position": position, "annotator": person}
            rows.append({**whose, "until_s": now + self.lease_s, "number": before.get(position, newest)})
        if rows:
            connection.execute(leases.insert(), rows)
