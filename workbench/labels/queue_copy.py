"""The work queues of a store as lines of JSON, to be kept and read back; leases run out and are not kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from workbench.labels.database import Database
from workbench.labels.queue_tables import leases, make_queue_tables, work_items, work_queues

_AT_ONCE = 5_000
# When and by whom an item was handed out tells when a repeat is due; until when, nothing any more.
_KEPT = {"queue": work_queues, "item": work_items, "handed": leases}


def queue_lines(database: Database) -> Iterator[str]:
    """Yield queues, items and what was handed to whom, one line of JSON each."""
    with database.reading() as connection:
        if not sa.inspect(connection).has_table(work_queues.name):
            return
        for word, table in _KEPT.items():
            query = sa.select(table).order_by(*table.primary_key.columns)
            for row in connection.execution_options(yield_per=_AT_ONCE).execute(query).mappings():
                content = dict(row) | ({"until_s": 0.0} if word == "handed" else {})
                yield json.dumps({"what": word, **content}, sort_keys=True, ensure_ascii=False)


def add_queue_lines(connection: sa.Connection, lines: Iterable[str]) -> None:
    """Insert what :func:`queue_lines` gave."""
    waiting: dict[str, list[dict[str, Any]]] = {word: [] for word in _KEPT}
    for line in lines:
        row = json.loads(line)
        waiting[row.pop("what")].append(row)
    if any(waiting.values()):
        make_queue_tables(connection)
    for word, rows in waiting.items():
        for start in range(0, len(rows), _AT_ONCE):
            connection.execute(_KEPT[word].insert(), rows[start : start + _AT_ONCE])
