"""What a work queue asks its database, put into words once: building such a query takes longer than answering it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from workbench.labels.queue_tables import ITEMS, has_word, leases, others_at_it, others_in_answers, work_items

PERSON = sa.bindparam("person", type_=sa.String)


class QueueStatements:
    """The questions about one queue. All take ``person``; those about what to ask next, ``held`` and ``n`` too."""

    def __init__(self, name: str, question: str, overlap: int, clock: sa.ColumnElement[float]) -> None:
        self._name, self._question = name, question
        self.items = sa.select(work_items).where(ITEMS.queue == name)
        mine = sa.and_(leases.c.queue == name, leases.c.annotator == PERSON)
        self.in_hand = sa.and_(mine, leases.c.until_s > clock)
        self.newest = sa.select(sa.func.coalesce(sa.func.max(leases.c.number), 0), clock).where(mine)
        positions: sa.BindParameter[Any] = sa.bindparam("positions", expanding=True)
        self.handed_before = sa.select(leases.c.position, leases.c.number).where(
            mine, leases.c.position.in_(positions)
        )
        self.forget = leases.delete().where(mine, leases.c.position.in_(positions))
        self.open = self._open(overlap, clock)
        self.due_repeats = self._due_repeats(mine)
        self.counts = self._counts()
        self.said = self._said()
        there = sa.and_(ITEMS.queue == name, ITEMS.split.is_(False))
        self.total = sa.select(sa.func.count()).select_from(work_items).where(there)
        self.asked = (
            sa.select(ITEMS.clip, ITEMS.start_s, ITEMS.end_s, ITEMS.item_id)
            .where(there, ITEMS.role != "repeat")
            .order_by(ITEMS.position)
        )
        self.elsewhere = self._elsewhere(overlap, clock)

    def repeated(self) -> sa.ColumnElement[bool]:
        """Return the condition that an item is a repeat that this person has answered or passed by."""
        return sa.and_(ITEMS.role == "repeat", has_word(self._question, PERSON, kinds=("repeat",)))

    def _waiting(self) -> sa.Select:
        held = ITEMS.item_id.not_in(sa.bindparam("held", expanding=True))
        n = sa.bindparam("n", type_=sa.Integer)
        return self.items.where(ITEMS.split.is_(False), held).order_by(ITEMS.position).limit(n)

    def _open(self, overlap: int, clock: sa.ColumnElement[float]) -> sa.Select:
        """Find what this person may be asked, from position ``first`` on."""
        others = others_at_it(self._name, self._question, PERSON, clock)
        return self._waiting().where(
            ITEMS.role != "repeat",
            ITEMS.position >= sa.bindparam("first", type_=sa.Integer),
            ~has_word(self._question, PERSON),
            sa.or_(ITEMS.role == "gold", others < overlap),
        )

    def _due_repeats(self, mine: sa.ColumnElement[bool]) -> sa.Select:
        """Find the repeats of what this person answered long enough ago: ``newest`` counts the items handed to them."""
        newest = sa.bindparam("newest", type_=sa.Integer)
        first_asked = sa.exists().where(
            mine, leases.c.position == ITEMS.repeats_position, leases.c.number <= newest - ITEMS.distance
        )
        return self._waiting().where(
            ITEMS.role == "repeat",
            first_asked,
            has_word(self._question, PERSON, kinds=("answer",)),
            ~has_word(self._question, PERSON, kinds=("repeat",)),
        )

    def _counts(self) -> sa.Select:
        plain = ITEMS.role != "repeat"
        answered = sa.and_(plain, has_word(self._question, PERSON, kinds=("answer",)))
        said = sa.and_(plain, has_word(self._question, PERSON))
        mine = sa.exists().where(self.in_hand, leases.c.position == ITEMS.position)
        waiting = sa.and_(mine, ~said, ~self.repeated())

        def number_of(condition: sa.ColumnElement[bool]) -> Any:
            return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)

        return sa.select(
            sa.func.count(),
            number_of(sa.or_(answered, self.repeated())),
            number_of(said) - number_of(answered),
            number_of(waiting),
        ).where(ITEMS.queue == self._name, ITEMS.split.is_(False))

    def _elsewhere(self, overlap: int, clock: sa.ColumnElement[float]) -> sa.Select:
        """Count what has not answers enough, but people enough who are at it."""
        return sa.select(sa.func.count()).where(
            ITEMS.queue == self._name,
            ITEMS.split.is_(False),
            ITEMS.role == "plain",
            ~has_word(self._question, PERSON),
            others_in_answers(self._question, PERSON) < overlap,
            others_at_it(self._name, self._question, PERSON, clock) >= overlap,
        )

    def _said(self) -> sa.Select:
        names = (ITEMS.clip, ITEMS.start_s, ITEMS.end_s, ITEMS.item_id)
        mine = has_word(self._question, PERSON)
        query = self.items.where(ITEMS.role != "repeat", ITEMS.split.is_(False), mine)
        return query.with_only_columns(*names).order_by(ITEMS.position)
