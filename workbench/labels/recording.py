"""What a batch of events adds to the store: each one decided in the light of what stands and of those before it.

All that the decisions need is fetched once for the whole batch, and all rows are inserted at once: a thousand events
cost little more than one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from workbench.errors import InvalidInputError
from workbench.labels.annotation import LabelEvent, RecordedEvent
from workbench.labels.event_table import FIRST_LINK, SENT, label_events, linked, recorded_from, row_of
from workbench.labels.projections import EVENTS, ITEM, counts_as_word

Item = tuple[str, str, float, float, str]
_AT_ONCE = 2_000
_ITEMS_AT_ONCE = 200
# Put into words once: building a query takes longer than answering it.
_OP_IDS: sa.BindParameter[str] = sa.bindparam("op_ids", expanding=True)
_ITEMS: sa.BindParameter[Item] = sa.bindparam("items", expanding=True)
_ROWS = sa.select(label_events).where(EVENTS.op_id.in_(_OP_IDS))
_TAKEN_BACK = sa.select(EVENTS.undoes).where(EVENTS.undoes.in_(_OP_IDS))
_WORDS = (
    sa.select(*ITEM, EVENTS.op_id)
    .where(sa.tuple_(*ITEM).in_(_ITEMS), counts_as_word())
    .order_by(EVENTS.sequence)
)
_NEWEST = sa.select(EVENTS.sequence, EVENTS.chain).order_by(EVENTS.sequence.desc()).limit(1)
_UNDO_RULE = "An undo must take back one's own last word, flag, verdict or repeat about a moment."


def record_batch(
    connection: sa.Connection, events: Iterable[LabelEvent], *, recorded_utc: Mapping[str, str] | None = None
) -> list[RecordedEvent]:
    """Add the events in their order, in the transaction of ``connection``, which alone writes.

    Parameters
    ----------
    recorded_utc : mapping of str to str, optional
        When operations were recorded first, of events that come back into an empty store; now for all others.

    Raises
    ------
    InvalidInputError
        One of them breaks a rule; then none must be kept.
    """
    wanted = list(events)
    batch = _Batch(connection, wanted, recorded_utc or {})
    recorded = [batch.take(event) for event in wanted]
    if batch.added:
        connection.execute(label_events.insert(), batch.added)
    return recorded


def now_utc() -> str:
    """Return the time of day, for people."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


class _Batch:
    """What is known about the operations and items that a batch touches, kept up to date while it is decided."""

    def __init__(
        self, connection: sa.Connection, events: Sequence[LabelEvent], recorded_utc: Mapping[str, str]
    ) -> None:
        self._recorded_utc = recorded_utc
        undoes = {event.undoes for event in events if event.undoes}
        self.added: list[dict[str, Any]] = []
        self._rows = rows_of(connection, {event.op_id for event in events} | undoes)
        self._taken_back = _taken_back(connection, undoes)
        needed = {event.item for event in events if event.kind == "undo" or event.after is not None}
        self._words = _words_about(connection, needed)
        last = connection.execute(_NEWEST).one_or_none()
        self._sequence: int = last.sequence if last else 0
        self._link: str = last.chain if last else FIRST_LINK

    def take(self, event: LabelEvent) -> RecordedEvent:
        """Decide about the next event of the batch."""
        known = self._rows.get(event.op_id)
        if known is not None:
            return _again(event, known)
        if event.kind == "undo":
            self._check_undo(event)
        conflicts_with = self._unseen_word(event)
        row = row_of(
            event,
            sequence=self._sequence + 1,
            recorded_utc=self._recorded_utc.get(event.op_id) or now_utc(),
            conflicts_with=conflicts_with,
        )
        row = linked(row, before=self._link)
        self._sequence, self._link = row["sequence"], row["chain"]
        self._rows[event.op_id] = row
        self.added.append(row)
        self._remember(event, conflicts_with)
        return RecordedEvent(row["sequence"], row["recorded_utc"], event, conflicts_with)

    def _remember(self, event: LabelEvent, conflicts_with: str) -> None:
        words = self._words.get(event.item, [])
        if event.kind == "undo":
            self._taken_back.add(event.undoes)
            if event.undoes in words:
                words.remove(event.undoes)
        elif event.kind in ("answer", "skip") and not conflicts_with:
            words.append(event.op_id)

    def _unseen_word(self, event: LabelEvent) -> str:
        """Return the last word its author did not know of; or the one they thought stood, when it was taken back."""
        if event.after is None:
            return ""
        stands = (self._words[event.item] or [""])[-1]
        return "" if stands == event.after else stands or event.after

    def _check_undo(self, event: LabelEvent) -> None:
        """Refuse an undo of anything but its author's own doing: a last word, flag, verdict, repeat or conflict."""
        target = self._rows.get(event.undoes)
        if target is None:
            raise InvalidInputError(f"{_UNDO_RULE} There is no operation {event.undoes}.")
        if target["annotator"] != event.annotator:
            raise InvalidInputError(
                f"{_UNDO_RULE} {event.undoes} is somebody else's: only its author can take it back."
            )
        if _item_of(target) != event.item:
            raise InvalidInputError(f"{_UNDO_RULE} {event.undoes} is about another moment.")
        gone = event.undoes in self._taken_back or target["kind"] == "undo"
        if target["kind"] in ("answer", "skip") and not target["conflicts_with"]:
            gone = gone or self._words[event.item][-1:] != [event.undoes]
        if gone:
            raise InvalidInputError(
                f"{_UNDO_RULE} {event.undoes} was taken back already or answered again since."
            )


def _again(event: LabelEvent, known: dict[str, Any]) -> RecordedEvent:
    """Return the first result when the same was sent again; an operation id stands for one thing only."""
    row = row_of(event, sequence=0, recorded_utc="")
    if any(row[name] != known[name] for name in SENT):
        raise InvalidInputError(
            f"An operation id must be used once. {event.op_id} already stands for another event "
            f"({known['kind']} {known['value']!r}): make a new id for a new answer."
        )
    return replace(recorded_from(known), repeated=True)


def _item_of(row: dict[str, Any]) -> Item:
    return (row["clip"], row["question"], row["start_s"], row["end_s"], row["annotator"])


def _parts(things: Iterable[Any], size: int) -> Iterator[list[Any]]:
    whole = sorted(things)
    return (whole[start : start + size] for start in range(0, len(whole), size))


def rows_of(connection: sa.Connection, op_ids: set[str]) -> dict[str, dict[str, Any]]:
    """Return the rows of those operations that were recorded, by operation."""
    found: dict[str, dict[str, Any]] = {}
    for part in _parts(op_ids, _AT_ONCE):
        rows = connection.execute(_ROWS, {"op_ids": part}).mappings()
        found.update({row["op_id"]: dict(row) for row in rows})
    return found


def _taken_back(connection: sa.Connection, op_ids: set[str]) -> set[str]:
    found: set[str] = set()
    for part in _parts(op_ids, _AT_ONCE):
        found.update(connection.scalars(_TAKEN_BACK, {"op_ids": part}))
    return found


def _words_about(connection: sa.Connection, items: set[Item]) -> dict[Item, list[str]]:
    """Return the words about each item that count, oldest first: the last one stands."""
    words: dict[Item, list[str]] = {item: [] for item in items}
    for part in _parts(items, _ITEMS_AT_ONCE):
        for clip, question, start_s, end_s, annotator, op_id in connection.execute(_WORDS, {"items": part}):
            words[clip, question, start_s, end_s, annotator].append(op_id)
    return words
