"""Queries that read the events as what stands now: last words, verdicts, and what nobody has taken back."""

from __future__ import annotations

import sqlalchemy as sa

from workbench.labels.event_table import label_events

EVENTS = label_events.c
ITEM = (EVENTS.clip, EVENTS.question, EVENTS.start_s, EVENTS.end_s, EVENTS.annotator)
"""The columns of :attr:`LabelEvent.item`, in its order."""


def not_taken_back(events: sa.FromClause = label_events) -> sa.ColumnElement[bool]:
    """Return the condition that nobody has undone an event."""
    undo = label_events.alias()
    return ~sa.exists().where(undo.c.undoes == events.c.op_id)


def counts_as_word(events: sa.FromClause = label_events) -> sa.ColumnElement[bool]:
    """Return the condition that an event can be somebody's last word: an answer or skip, not taken back, no conflict."""
    return sa.and_(
        events.c.kind.in_(("answer", "skip")), events.c.conflicts_with.is_(None), not_taken_back(events)
    )


def standing_events(question: str | None = None, annotator: str | None = None) -> sa.Select:
    """Return the query for the last word about each item: its newest answer or skip that was not taken back.

    Asked row by row, along an index, rather than by sorting: a million rows come as they are read, in little memory.
    """
    later = label_events.alias("later")
    newer = sa.exists().where(
        *(later.c[column.name] == column for column in ITEM),
        later.c.sequence > EVENTS.sequence,
        counts_as_word(later),
    )
    return _only(sa.select(label_events).where(counts_as_word(), ~newer), question, annotator)


def words_in_order(question: str | None = None, annotator: str | None = None) -> sa.Select:
    """Return the query for every word that counts, item by item and oldest first: the last one of an item stands.

    For reading a whole store: one way along an index, and no looking for a newer word at each row.
    """
    order = [EVENTS[name] for name in ("question", "clip", "start_s", "end_s", "annotator", "sequence")]
    return _only(sa.select(label_events).where(counts_as_word()), question, annotator).order_by(*order)


def standing_verdicts(question: str) -> sa.Select:
    """Return the query for the newest verdict about each moment or span, whoever gave it."""
    newest = (
        sa.select(sa.func.max(EVENTS.sequence))
        .where(EVENTS.question == question, EVENTS.kind == "verdict", not_taken_back())
        .group_by(EVENTS.clip, EVENTS.start_s, EVENTS.end_s)
    )
    return sa.select(label_events).where(EVENTS.sequence.in_(newest))


def open_events(
    condition: sa.ColumnElement[bool], question: str | None = None, annotator: str | None = None
) -> sa.Select:
    """Return the query for events of a kind that nobody has taken back."""
    return _only(sa.select(label_events).where(condition, not_taken_back()), question, annotator)


def _only(query: sa.Select, question: str | None, annotator: str | None) -> sa.Select:
    if question is not None:
        query = query.where(EVENTS.question == question)
    if annotator is not None:
        query = query.where(EVENTS.annotator == annotator)
    return query
