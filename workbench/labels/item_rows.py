"""Work items into their table and out of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from workbench.errors import InvalidInputError
from workbench.labels.queue_tables import ITEMS, work_items
from workbench.labels.work_items import QueueItem

DEFAULT_DISTANCE = 50


def item_from(row: Mapping[str, Any] | sa.RowMapping) -> QueueItem:
    """Return the row as the item it holds."""
    payload = json.loads(row["payload"])
    return QueueItem(row["item_id"], row["clip"], row["start_s"], row["end_s"], row["role"], payload)


def add_items(connection: sa.Connection, queue: str, items: list[QueueItem]) -> int:
    """Add what is not there yet behind what is; returns how many were new. Raises as :meth:`TaskQueue.fill`."""
    query = sa.select(ITEMS.item_id, ITEMS.position, ITEMS.clip, ITEMS.start_s, ITEMS.end_s, ITEMS.role)
    there = {row.item_id: row for row in connection.execute(query.where(ITEMS.queue == queue))}
    positions = {item_id: row.position for item_id, row in there.items()}
    last = max(positions.values(), default=-1)
    rows = []
    for item in items:
        if item.item_id in there:
            _check_same(item, there[item.item_id])
        elif item.item_id not in positions:
            last += 1
            positions[item.item_id] = last
            rows.append(_row_of(item, queue, last, positions))
    if rows:
        connection.execute(work_items.insert(), rows)
    return len(rows)


def _check_same(item: QueueItem, row: sa.Row) -> None:
    if (item.clip, item.start_s, item.end_s, item.role) != (row.clip, row.start_s, row.end_s, row.role):
        raise InvalidInputError(
            f"An item must stay what it is. {item.item_id!r} stands for another moment in this queue: "
            "give the new one another id."
        )


def _row_of(item: QueueItem, queue: str, position: int, positions: dict[str, int]) -> dict[str, Any]:
    repeat_of = item.payload.get("repeat_of") if item.role == "repeat" else None
    if repeat_of is not None and repeat_of not in positions:
        raise InvalidInputError(
            f"A repeat must come after the item it repeats. Received {item.item_id!r} of {repeat_of!r}, which is not there."
        )
    return {
        "queue": queue,
        "position": position,
        "item_id": item.item_id,
        "clip": item.clip,
        "start_s": item.start_s,
        "end_s": item.end_s,
        "role": item.role,
        "payload": item.payload_as_text(),
        "repeats_position": None if repeat_of is None else positions[repeat_of],
        "distance": None if repeat_of is None else int(item.payload.get("distance", DEFAULT_DISTANCE)),
        "split": False,
    }
