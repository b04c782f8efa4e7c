"""A work queue that many people share: who gets what next, by leases that run out on the database's own clock."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from workbench.errors import InvalidInputError
from workbench.labels.annotation import check_annotator
from workbench.labels.item_rows import add_items, item_from
from workbench.labels.queue_tables import (
    ITEMS,
    has_word,
    leases,
    make_queue_tables,
    others_at_it,
    work_items,
    work_queues,
)
from workbench.labels.schema import schema_of
from workbench.labels.store import LabelStore
from workbench.labels.work_items import QueueItem

_LOOK_AGAIN = 20.0
"""After a look through the whole queue that found nothing, the next one waits this many times as long as it took."""


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
        with self._database.reading() as connection:
            due = self._due_repeats(connection, person, held, n)
            first = self._first_open(connection, person, held) if len(due) < n else None
        if first is None and not due:
            return []
        with self._database.writing() as connection:
            rows = due + (
                self._open(connection, person, held, first, n - len(due)) if first is not None else []
            )
            self._lease(connection, person, [row["position"] for row in rows])
        plain = [row["position"] for row in rows if row["role"] != "repeat"]
        self._from[person] = max([self._from.get(person, 0) if first is None else first, *plain])
        return [item_from(row) for row in rows]

    def renew(self, annotator: str) -> int:
        """Hold everything this person has in hand for another whole lease, and return how many items that is."""
        until = self._database.clock + self.lease_s
        with self._database.writing() as connection:
            return connection.execute(
                leases.update().where(self._live(annotator)).values(until_s=until)
            ).rowcount

    def release(self, annotator: str) -> int:
        """Give back everything this person has in hand, and return how many items that is."""
        with self._database.writing() as connection:
            return connection.execute(
                leases.update().where(self._live(annotator)).values(until_s=0.0)
            ).rowcount

    def item(self, item_id: str) -> QueueItem | None:
        """Return an item by its id, whoever has it; None for a stranger's."""
        return self._find(ITEMS.item_id == item_id)

    def item_about(self, clip: str, start_s: float, end_s: float) -> QueueItem | None:
        """Return the item that first asks about a moment or span, None when there is none."""
        moment = (ITEMS.clip == clip, ITEMS.start_s == round(start_s, 6), ITEMS.end_s == round(end_s, 6))
        return self._find(*moment, ITEMS.role != "repeat")

    def said_about(self, annotator: str) -> dict[tuple[str, float, float], str]:
        """Return what this person has answered or skipped: clip, start and end, and the id of the item about them."""
        mine = has_word(self.question, check_annotator(annotator))
        query = self._items().where(ITEMS.role != "repeat", ITEMS.split.is_(False), mine)
        names = query.with_only_columns(ITEMS.clip, ITEMS.start_s, ITEMS.end_s, ITEMS.item_id)
        with self._database.reading() as connection:
            rows = connection.execute(names.order_by(ITEMS.position)).all()
        return {(clip, start_s, end_s): item_id for clip, start_s, end_s, item_id in rows}

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
        person = check_annotator(annotator)
        plain = ITEMS.role != "repeat"
        answered = sa.and_(plain, has_word(self.question, person, kinds=("answer",)))
        said = sa.and_(plain, has_word(self.question, person))

        def number_of(condition: sa.ColumnElement[bool]) -> Any:
            return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)

        mine = sa.exists().where(self._live(person), leases.c.position == ITEMS.position)
        waiting = sa.and_(mine, ~said, ~self._repeated(person))
        query = sa.select(
            sa.func.count(),
            number_of(sa.or_(answered, self._repeated(person))),
            number_of(said) - number_of(answered),
            number_of(waiting),
        ).where(ITEMS.queue == self.name, ITEMS.split.is_(False))
        with self._database.reading() as connection:
            return QueueCounts(*(int(number) for number in connection.execute(query).one()))

    def _items(self) -> sa.Select:
        return sa.select(work_items).where(ITEMS.queue == self.name)

    def _find(self, *conditions: sa.ColumnElement[bool]) -> QueueItem | None:
        query = self._items().where(*conditions).order_by(ITEMS.position).limit(1)
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else item_from(row)

    def _live(self, annotator: str) -> sa.ColumnElement[bool]:
        mine = leases.c.annotator == check_annotator(annotator)
        return sa.and_(leases.c.queue == self.name, mine, leases.c.until_s > self._database.clock)

    def _repeated(self, person: str) -> sa.ColumnElement[bool]:
        return sa.and_(ITEMS.role == "repeat", has_word(self.question, person, kinds=("repeat",)))

    def _waiting(self, person: str, held: Collection[str]) -> sa.Select:
        query = self._items().where(ITEMS.split.is_(False))
        return query.where(ITEMS.item_id.not_in(held)) if held else query

    def _open(
        self, connection: sa.Connection, person: str, held: Collection[str], first: int, n: int
    ) -> list[sa.RowMapping]:
        """Return the next items from a position on that this person may be asked."""
        others = others_at_it(self.name, self.question, person, self._database.clock)
        query = self._waiting(person, held).where(
            ITEMS.role != "repeat",
            ITEMS.position >= first,
            ~has_word(self.question, person),
            sa.or_(ITEMS.role == "gold", others < self.overlap),
        )
        return list(connection.execute(query.order_by(ITEMS.position).limit(n)).mappings())

    def _first_open(self, connection: sa.Connection, person: str, held: Collection[str]) -> int | None:
        """Return where to go on; reads only, so that a long way over what others did keeps nobody waiting."""
        here = self._from.get(person, 0)
        found = self._open(connection, person, held, here, 1)
        if not found and here and time.monotonic() >= self._not_before.get(person, 0.0):
            # Once around: what others gave back or let run out lies before.
            begun = time.monotonic()
            found = self._open(connection, person, held, 0, 1)
            ended = time.monotonic()
            self._not_before[person] = 0.0 if found else ended + _LOOK_AGAIN * (ended - begun)
        return found[0]["position"] if found else None

    def _due_repeats(
        self, connection: sa.Connection, person: str, held: Collection[str], n: int
    ) -> list[sa.RowMapping]:
        """Return the repeats of what this person answered long enough ago, measured in items handed to them."""
        mine = sa.and_(leases.c.queue == self.name, leases.c.annotator == person)
        newest = connection.scalar(sa.select(sa.func.max(leases.c.number)).where(mine)) or 0
        first_asked = sa.exists().where(
            mine, leases.c.position == ITEMS.repeats_position, leases.c.number <= newest - ITEMS.distance
        )
        query = self._waiting(person, held).where(
            ITEMS.role == "repeat",
            first_asked,
            has_word(self.question, person, kinds=("answer",)),
            ~has_word(self.question, person, kinds=("repeat",)),
        )
        return list(connection.execute(query.order_by(ITEMS.position).limit(n)).mappings())

    def _lease(self, connection: sa.Connection, person: str, positions: list[int]) -> None:
        mine = sa.and_(leases.c.queue == self.name, leases.c.annotator == person)
        newest = connection.scalar(sa.select(sa.func.max(leases.c.number)).where(mine)) or 0
        again = sa.and_(mine, leases.c.position.in_(positions))
        before = dict(
            connection.execute(sa.select(leases.c.position, leases.c.number).where(again)).tuples().all()
        )
        until = connection.execute(sa.select(self._database.clock)).scalar_one() + self.lease_s
        connection.execute(leases.delete().where(again))
        rows = []
        for position in positions:
            newest += position not in before
            number = before.get(position, newest)
            rows.append(
                {
                    "queue": self.name,
                    "position": position,
                    "annotator": person,
                    "until_s": until,
                    "number": number,
                }
            )
        if rows:
            connection.execute(leases.insert(), rows)
