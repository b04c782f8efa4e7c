"""The one table of the label store: what people did, in order, never changed and never removed."""

from __future__ import annotations

import json

import sqlalchemy as sa

from workbench.labels.annotation import LabelEvent, RecordedEvent

STORE_VERSION = 2
"""Version of the tables; a store with a higher one was written by a newer workbench."""

metadata = sa.MetaData()

store_version = sa.Table(
    "label_store",
    metadata,
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("created_utc", sa.String(32), nullable=False),
)

label_events = sa.Table(
    "label_events",
    metadata,
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("op_id", sa.String(64), nullable=False, unique=True),
    sa.Column("recorded_utc", sa.String(32), nullable=False),
    sa.Column("annotator", sa.String(64), nullable=False),
    sa.Column("question", sa.String(64), nullable=False),
    sa.Column("schema_version", sa.Integer, nullable=False),
    sa.Column("clip", sa.String(255), nullable=False),
    sa.Column("start_s", sa.Double, nullable=False),
    sa.Column("end_s", sa.Double, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("value", sa.String(64), nullable=False),
    # NULL unless the event is an undo; unique, so that nothing can be taken back twice.
    sa.Column("undoes", sa.String(64), unique=True),
    sa.Column("details", sa.Text, nullable=False),
    # What its author had in view ("" for nothing, NULL for not compared), and what stood instead.
    sa.Column("after", sa.String(64)),
    sa.Column("conflicts_with", sa.String(64)),
    sa.Index("label_events_by_item", "question", "annotator", "clip", "start_s", "end_s"),
    sqlite_autoincrement=True,
)

# The promise "append-only" is kept by the database itself, whoever opens it.
APPEND_ONLY = tuple(
    sa.DDL(
        f"CREATE TRIGGER label_events_no_{action} BEFORE {action} ON label_events "
        "BEGIN SELECT RAISE(ABORT, 'label events are never changed or removed: record an undo'); END"
    )
    for action in ("update", "delete")
)


def row_of(event: LabelEvent, *, recorded_utc: str, conflicts_with: str = "") -> dict[str, object]:
    """Return the event as a row to insert."""
    return {
        "op_id": event.op_id,
        "recorded_utc": recorded_utc,
        "annotator": event.annotator,
        "question": event.question,
        "schema_version": event.schema_version,
        "clip": event.clip,
        "start_s": event.start_s,
        "end_s": event.end_s,
        "kind": event.kind,
        "value": event.value,
        "undoes": event.undoes or None,
        "details": event.details_as_text(),
        "after": event.after,
        "conflicts_with": conflicts_with or None,
    }


def recorded_from(row: sa.RowMapping) -> RecordedEvent:
    """Return the row as the event it holds."""
    event = LabelEvent(
        op_id=row["op_id"],
        annotator=row["annotator"],
        question=row["question"],
        schema_version=row["schema_version"],
        clip=row["clip"],
        start_s=row["start_s"],
        end_s=row["end_s"],
        kind=row["kind"],
        value=row["value"],
        undoes=row["undoes"] or "",
        details=json.loads(row["details"]),
        after=row["after"],
    )
    return RecordedEvent(
        sequence=row["sequence"],
        recorded_utc=row["recorded_utc"],
        event=event,
        conflicts_with=row["conflicts_with"] or "",
    )


def not_taken_back() -> sa.ColumnElement[bool]:
    """Return the condition that nobody has undone an event."""
    undo = label_events.alias("undo")
    return ~sa.exists().where(undo.c.undoes == label_events.c.op_id)


def counts_as_word() -> sa.ColumnElement[bool]:
    """Return the condition that an event can be somebody's last word: an answer or skip, not taken back, no conflict."""
    events = label_events.c
    return sa.and_(events.kind.in_(("answer", "skip")), events.conflicts_with.is_(None), not_taken_back())


def last_word(event: LabelEvent) -> sa.Select:
    """Return the query for the ``op_id`` of the last word about the item of ``event``."""
    events = label_events.c
    return (
        sa.select(events.op_id)
        .where(
            events.question == event.question,
            events.annotator == event.annotator,
            events.clip == event.clip,
            events.start_s == event.start_s,
            events.end_s == event.end_s,
            counts_as_word(),
        )
        .order_by(events.sequence.desc())
        .limit(1)
    )


def standing_events(question: str | None = None, annotator: str | None = None) -> sa.Select:
    """Return the query for the last word about each item: its newest answer or skip that was not taken back."""
    events = label_events.c
    item = (events.clip, events.question, events.start_s, events.end_s, events.annotator)
    newest_first = sa.func.row_number().over(partition_by=item, order_by=events.sequence.desc()).label("age")
    alive = sa.select(label_events, newest_first).where(counts_as_word())
    if question is not None:
        alive = alive.where(events.question == question)
    if annotator is not None:
        alive = alive.where(events.annotator == annotator)
    inner = alive.subquery("alive")
    return sa.select(inner).where(inner.c.age == 1).order_by(inner.c.sequence)


def standing_verdicts(question: str) -> sa.Select:
    """Return the query for the newest verdict about each moment or span, whoever gave it."""
    events = label_events.c
    place = (events.clip, events.start_s, events.end_s)
    newest_first = sa.func.row_number().over(partition_by=place, order_by=events.sequence.desc()).label("age")
    alive = sa.select(label_events, newest_first).where(
        events.question == question, events.kind == "verdict", not_taken_back()
    )
    inner = alive.subquery("alive")
    return sa.select(inner).where(inner.c.age == 1).order_by(inner.c.sequence)
