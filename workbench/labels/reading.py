"""Many labels read quickly: some thousands at a time, so that a million stay flat in memory."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, pairwise
from typing import NamedTuple

import sqlalchemy as sa

from workbench.labels.annotation import RecordedEvent
from workbench.labels.database import Database
from workbench.labels.projections import EVENTS, words_in_order

LABEL_COLUMNS = ("clip", "question", "start_s", "end_s", "annotator", "value")
"""The labels table of the workbench; a moment has ``start_s == end_s``."""
ROWS_AT_ONCE = 5_000
Label = tuple[str, str, float, float, str, str]
_WORD_COLUMNS = ("sequence", "clip", "start_s", "end_s", "op_id", "kind")


class Word(NamedTuple):
    """A standing answer or skip in short: enough to know what is done; the rest of it can be fetched by ``op_id``."""

    sequence: int
    clip: str
    start_s: float
    end_s: float
    op_id: str
    kind: str

    @classmethod
    def of(cls, recorded: RecordedEvent) -> Word:
        """Return a recorded event in short."""
        said = recorded.event
        return cls(recorded.sequence, said.clip, said.start_s, said.end_s, said.op_id, said.kind)


def labels_in_parts(
    database: Database, question: str | None = None, annotator: str | None = None
) -> Iterator[list[Label]]:
    """Yield the labels as they stand, by question, clip, start, end and annotator, some thousands at a time.

    All of them are one moment's state. Read them to their end, or close the iterator.
    """
    names = (*LABEL_COLUMNS, "kind")
    query = words_in_order(question, annotator).with_only_columns(*(EVENTS[name] for name in names))
    last: Sequence[sa.Row] = []
    for rows in rows_in_parts(database, query):
        # Words about one item follow one another: one that another item's follows is its item's newest.
        yield [
            row[:6]
            for row, following in pairwise(chain(last, rows))
            if row[6] == "answer" and row[:5] != following[:5]
        ]
        last = rows[-1:]
    yield [row[:6] for row in last if row[6] == "answer"]


def words(database: Database, question: str, annotator: str) -> list[Word]:
    """Return one person's last word about each item, oldest first, in short."""
    mine = sa.and_(EVENTS.question == question, EVENTS.annotator == annotator)
    undone = sa.select(EVENTS.undoes).where(
        mine, EVENTS.kind == "undo"
    )  # only its author takes something back
    said = sa.select(*(EVENTS[name] for name in _WORD_COLUMNS)).where(
        mine, EVENTS.kind.in_(("answer", "skip")), EVENTS.conflicts_with.is_(None)
    )
    found: list[Word] = []
    with database.reading() as connection, collector_paused():
        taken_back = set(connection.scalars(undone))
        for rows in connection.execution_options(yield_per=ROWS_AT_ONCE).execute(said).partitions():
            found += [Word._make(row[:]) for row in rows if row[4] not in taken_back]
        found.sort()  # here, for the database takes longer
        newest = {word[1:4]: word for word in found}
        return found if len(newest) == len(found) else sorted(newest.values())


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep Python from looking for garbage again and again while a hundred thousand small things are made at once."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def rows_in_parts(database: Database, query: sa.Select) -> Iterator[Sequence[sa.Row]]:
    """Yield the rows of a query some thousands at a time; never an empty part. A slice of a row is a plain tuple."""
    with database.reading() as connection:
        yield from connection.execution_options(yield_per=ROWS_AT_ONCE).execute(query).partitions()
