"""Events back into an empty store, exactly as they were: same order, same times, same links."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice
from typing import Any

import sqlalchemy as sa

from workbench.errors import InvalidInputError, StorageError
from workbench.labels.event_table import COLUMNS, FIRST_LINK, label_events, linked
from workbench.labels.projections import EVENTS
from workbench.labels.queue_copy import add_queue_lines
from workbench.labels.store import LabelStore

_AT_ONCE = 5_000


def restore_lines(store: LabelStore, events: Iterable[str], queue: Iterable[str] = ()) -> None:
    """Put the lines of a dump into a store that has none yet: all of them, or none.

    Raises
    ------
    InvalidInputError
        There are labels in it already; they are never overwritten.
    StorageError
        A line is no event, or the chain of events is broken.
    """
    with store.database.writing() as connection:
        if connection.scalar(sa.select(sa.func.max(EVENTS.sequence))):
            raise InvalidInputError(
                f"Labels must be restored into an empty place. There are some in {store.place}: choose another with --to."
            )
        lines, link, sequence = iter(events), FIRST_LINK, 0
        while part := list(islice(lines, _AT_ONCE)):
            rows = [_row_of(line) for line in part]
            for row in rows:
                sequence += 1
                if linked(row, before=link)["chain"] != row["chain"] or row["sequence"] != sequence:
                    raise StorageError(
                        f"Every event must follow the one before it. The one at {sequence} does not: use another backup."
                    )
                link = row["chain"]
            connection.execute(label_events.insert(), rows)
        add_queue_lines(connection, queue)


def _row_of(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
        return {name: row[name] for name in COLUMNS}
    except (ValueError, KeyError, TypeError) as error:
        raise StorageError(f"A line of the backup is no event ({error}): use another backup.") from error
