"""Events back into an empty store, exactly as they were: same order, same times, same links."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa

from workbench.errors import InvalidInputError, StorageError
from workbench.labels.backup_lines import Lost
from workbench.labels.erasures import Erasure, Gaps, add_erasures, as_ranges
from workbench.labels.event_table import COLUMNS, FIRST_LINK, label_events, linked
from workbench.labels.projections import EVENTS
from workbench.labels.queue_copy import add_queue_lines
from workbench.labels.store import LabelStore

_AT_ONCE = 5_000


def restore_lines(
    store: LabelStore,
    events: Iterable[str | Lost],
    queue: Iterable[str | Lost] = (),
    erasures: Iterable[Erasure] = (),
) -> int:
    """Put the lines of a dump into a store that has none yet: all that can still be read, or none.

    Where lines were erased for good, the links after them are made anew and a record of the gap is kept.

    Parameters
    ----------
    erasures : iterable of Erasure
        What had been erased before the dump was made: its gaps are none.

    Returns
    -------
    int
        How many events were erased for good since the dump was made.

    Raises
    ------
    InvalidInputError
        There are labels in it already; they are never overwritten.
    StorageError
        A line is no event, or the chain of events is broken.
    """
    known = list(erasures)
    with store.database.writing() as connection:
        if connection.scalar(sa.select(sa.func.max(EVENTS.sequence))):
            raise InvalidInputError(
                f"Labels must be restored into an empty place. There are some in {store.place}: choose another with --to."
            )
        chain = _Chain(Gaps(known))
        lines = iter(events)
        while part := list(islice(lines, _AT_ONCE)):
            rows = [row for line in part if (row := chain.take(line)) is not None]
            if rows:
                connection.execute(label_events.insert(), rows)
        add_erasures(connection, [*known, *chain.erasure(len(known) + 1)])
        add_queue_lines(connection, (line for line in queue if isinstance(line, str)))
    return len(chain.lost)


class _Chain:
    """The links of the events that come back: checked as they were, made anew after an erased one."""

    def __init__(self, gaps: Gaps) -> None:
        self._gaps = gaps
        self._place, self._kept, self._link = 0, 0, FIRST_LINK
        self._old_link: str | None = FIRST_LINK  # not known after an erased event
        self.lost: list[int] = []

    def take(self, line: str | Lost) -> dict[str, Any] | None:
        """Return the row to insert; None for an erased one."""
        if isinstance(line, Lost):
            number = int(line.place)
            self._check(self._gaps.follows(number, self._place))
            self.lost.append(number)
            self._place, self._old_link = number, None
            return None
        row = _row_of(line)
        whole = self._old_link is None or linked(row, before=self._old_link)["chain"] == row["chain"]
        self._check(whole and self._gaps.follows(row["sequence"], self._place))
        self._place, self._old_link = row["sequence"], row["chain"]
        if self.lost:
            row = linked(row, before=self._link)
        self._link, self._kept = row["chain"], row["sequence"]
        return row

    def erasure(self, number: int) -> list[Erasure]:
        """Return the record of what was erased for good; none when nothing was."""
        if not self.lost:
            return []
        now = datetime.now(UTC).isoformat(timespec="seconds")
        head_before = self._old_link or ""
        return [Erasure(number, now, as_ranges(self.lost), self._kept, head_before, self._link)]

    def _check(self, right: bool) -> None:
        if not right:
            raise StorageError(
                f"Every event must follow the one before it. The one after {self._place} does not: use another backup."
            )


def _row_of(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
        return {name: row[name] for name in COLUMNS}
    except (ValueError, KeyError, TypeError) as error:
        raise StorageError(f"A line of the backup is no event ({error}): use another backup.") from error
