"""The tables of the work queue: what is to be asked, and who has it in hand until when. All of it can be made anew.

What was answered is *not* kept here: the events tell, so that queue and labels can never disagree.
"""

from __future__ import annotations

import sqlalchemy as sa

from workbench.labels.event_table import label_events, text
from workbench.labels.projections import counts_as_word, not_taken_back

queue_metadata = sa.MetaData()

work_queues = sa.Table(
    "work_queues",
    queue_metadata,
    sa.Column("name", text(64), primary_key=True),
    sa.Column("question", text(64), nullable=False),
)

work_items = sa.Table(
    "work_items",
    queue_metadata,
    sa.Column("queue", text(64), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("item_id", text(255), nullable=False),
    sa.Column("clip", text(255), nullable=False),
    sa.Column("start_s", sa.Double, nullable=False),
    sa.Column("end_s", sa.Double, nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    # Of a repeat: where the first asking stands, and after how many further items it is due.
    sa.Column("repeats_position", sa.Integer),
    sa.Column("distance", sa.Integer),
    # Whether it was split into parts that are asked instead.
    sa.Column("split", sa.Boolean, nullable=False, default=False),
    sa.UniqueConstraint("queue", "item_id"),
    sa.Index("work_items_by_moment", "queue", "clip", "start_s", "end_s"),
    sa.Index("work_items_by_role", "queue", "role", "position"),
)

leases = sa.Table(
    "leases",
    queue_metadata,
    sa.Column("queue", text(64), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("annotator", text(64), primary_key=True),
    # Seconds since 1970 by the database's clock.
    sa.Column("until_s", sa.Double, nullable=False),
    # The how-manieth item of this person's this was: tells when a repeat is due.
    sa.Column("number", sa.Integer, nullable=False),
    sa.Index("leases_by_person", "queue", "annotator", "number"),
)

ITEMS = work_items.c


def make_queue_tables(connection: sa.Connection) -> None:
    """Make the tables where they are not there yet."""
    queue_metadata.create_all(connection)


def about_this_item(events: sa.FromClause, question: str) -> sa.ColumnElement[bool]:
    """Return the condition that an event is about the moment of the row of ``work_items``."""
    return sa.and_(
        events.c.question == question,
        events.c.clip == ITEMS.clip,
        events.c.start_s == ITEMS.start_s,
        events.c.end_s == ITEMS.end_s,
    )


def has_word(
    question: str, annotator: sa.ColumnElement[str], *, kinds: tuple[str, ...] = ("answer", "skip")
) -> sa.Exists:
    """Return the condition that this person has said something about the item that was not taken back."""
    said = label_events.alias("said")
    mine = sa.and_(said.c.annotator == annotator, said.c.kind.in_(kinds), said.c.conflicts_with.is_(None))
    return sa.exists().where(about_this_item(said, question), mine, not_taken_back(said))


def _answerers(question: str) -> sa.Select:
    """Return who has a standing answer about the item."""
    answer, later = label_events.alias("answer"), label_events.alias("later")
    same = ("question", "clip", "start_s", "end_s", "annotator")
    newer = sa.exists().where(
        *(later.c[name] == answer.c[name] for name in same),
        later.c.sequence > answer.c.sequence,
        counts_as_word(later),
    )
    return (
        sa.select(answer.c.annotator)
        .where(about_this_item(answer, question), answer.c.kind == "answer", counts_as_word(answer), ~newer)
        .correlate(work_items)
    )


def others_in_answers(question: str, annotator: sa.ColumnElement[str]) -> sa.ScalarSelect[int]:
    """Return how many other people's answers about the item stand."""
    return _others(_answerers(question), annotator)


def others_at_it(
    queue: str, question: str, annotator: sa.ColumnElement[str], now: sa.ColumnElement[float]
) -> sa.ColumnElement[int]:
    """Return how many other people have answered the item, or have it in hand just now."""
    word = label_events.alias("word")
    said_by_holder = (
        sa.exists()
        .where(about_this_item(word, question), word.c.annotator == leases.c.annotator, counts_as_word(word))
        .correlate(leases, work_items)
    )
    in_hand = (
        sa.select(leases.c.annotator)
        .where(
            leases.c.queue == queue,
            leases.c.position == ITEMS.position,
            leases.c.until_s > now,
            ~said_by_holder,
        )
        .correlate(work_items)
    )
    # Nobody is counted twice: whoever has answered has said something, and has it no longer in hand.
    return _others(_answerers(question), annotator) + _others(in_hand, annotator)


def _others(people: sa.Select, annotator: sa.ColumnElement[str]) -> sa.ScalarSelect[int]:
    others = people.where(people.selected_columns.annotator != annotator)
    return others.with_only_columns(sa.func.count()).scalar_subquery()
