"""The one table of the label store: what people did, in order, never changed and never removed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from workbench.labels.annotation import LabelEvent, RecordedEvent

STORE_VERSION = 3
"""Version of the tables; a store with a higher one was written by a newer workbench."""

metadata = sa.MetaData()


def text(length: int) -> sa.types.TypeEngine[str]:
    """Return a column type whose order is that of the characters' numbers on every engine."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


store_version = sa.Table(
    "label_store",
    metadata,
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("created_utc", sa.String(32), nullable=False),
)

label_events = sa.Table(
    "label_events",
    metadata,
    # Counted by the one who writes, in the order of commits: the same on every engine, and right after a restore.
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("op_id", text(64), nullable=False, unique=True),
    sa.Column("recorded_utc", sa.String(32), nullable=False),
    sa.Column("annotator", text(64), nullable=False),
    sa.Column("question", text(64), nullable=False),
    sa.Column("schema_version", sa.Integer, nullable=False),
    sa.Column("clip", text(255), nullable=False),
    sa.Column("start_s", sa.Double, nullable=False),
    sa.Column("end_s", sa.Double, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("value", text(64), nullable=False),
    # NULL unless the event is an undo; unique, so that nothing can be taken back twice.
    sa.Column("undoes", text(64), unique=True),
    sa.Column("details", sa.Text, nullable=False),
    # What its author had in view ("" for nothing, NULL for not compared), and what stood instead.
    sa.Column("after", text(64)),
    sa.Column("conflicts_with", text(64)),
    # SHA-256 of the event before and this one: a changed or missing event breaks every link after it.
    sa.Column("chain", sa.String(64), nullable=False),
    # The person first: with the question first, PostgreSQL takes it for the other one until it has statistics.
    sa.Index("label_events_by_person", "annotator", "question", "clip", "start_s", "end_s"),
    sa.Index("label_events_by_moment", "question", "clip", "start_s", "end_s", "annotator"),
)

COLUMNS = tuple(column.name for column in label_events.columns)
CONTENT = tuple(sorted(name for name in COLUMNS if name != "chain"))
"""What a link of the chain is made of."""
SENT = tuple(name for name in CONTENT if name not in ("sequence", "recorded_utc", "conflicts_with"))
"""What the author sent: the same again is the same operation."""
FIRST_LINK = ""

_REFUSAL = "label events are never changed or removed: record an undo"
_SQLITE_APPEND_ONLY = tuple(
    sa.DDL(
        f"CREATE TRIGGER label_events_no_{action} BEFORE {action} ON label_events BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    )
    for action in ("update", "delete")
)
_POSTGRESQL_APPEND_ONLY = (
    sa.DDL(
        "CREATE OR REPLACE FUNCTION label_events_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    ),
    sa.DDL(
        "CREATE TRIGGER label_events_no_change BEFORE UPDATE OR DELETE ON label_events "
        "FOR EACH ROW EXECUTE FUNCTION label_events_refuse()"
    ),
    sa.DDL(
        "CREATE TRIGGER label_events_no_truncate BEFORE TRUNCATE ON label_events "
        "FOR EACH STATEMENT EXECUTE FUNCTION label_events_refuse()"
    ),
)
# The promise "append-only" is kept by the database itself, whoever opens it.
APPEND_ONLY = {"sqlite": _SQLITE_APPEND_ONLY, "postgresql": _POSTGRESQL_APPEND_ONLY}

_decode = json.JSONDecoder().raw_decode
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def make_tables(connection: sa.Connection) -> None:
    """Make the tables of the newest version with what guards them; says nothing of the version."""
    metadata.create_all(connection, tables=[store_version, label_events])
    for statement in APPEND_ONLY[connection.dialect.name]:
        connection.execute(statement)


def linked(row: dict[str, Any], *, before: str) -> dict[str, Any]:
    """Return a row with its link of the chain, given the link before."""
    line = _encode({name: row[name] for name in CONTENT})
    return {**row, "chain": hashlib.sha256((before + line).encode()).hexdigest()}


def dump_line(row: Mapping[str, Any]) -> str:
    """Return a row as one line of JSON that is the same text on every engine."""
    return _encode({name: row[name] for name in ("chain", *CONTENT)})


def row_of(
    event: LabelEvent, *, sequence: int, recorded_utc: str, conflicts_with: str = ""
) -> dict[str, Any]:
    """Return the event as a row to insert, without its link of the chain."""
    return {
        "sequence": sequence,
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


def recorded_from(row: Mapping[str, Any]) -> RecordedEvent:
    """Return the row as the event it holds.

    It was checked when it was recorded and is not checked again: reading stays fast, and an answer to a question that
    this workbench does not know (any more) can still be read.
    """
    event = object.__new__(LabelEvent)
    event.__dict__.update(
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
        details=MappingProxyType(_decode(row["details"])[0]),
        after=row["after"],
    )
    return RecordedEvent(
        sequence=row["sequence"],
        recorded_utc=row["recorded_utc"],
        event=event,
        conflicts_with=row["conflicts_with"] or "",
    )
