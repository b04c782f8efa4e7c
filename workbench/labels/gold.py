"""Items whose answer was settled beforehand: they go to everybody unannounced and tell how well somebody answers."""

from __future__ import annotations

import json

import pandas as pd
import sqlalchemy as sa

from workbench.labels.queue_tables import ITEMS, work_queues
from workbench.labels.store import LabelStore

COLUMNS = ["clip", "start_s", "end_s", "settled"]


def gold_items(store: LabelStore, question: str) -> pd.DataFrame:
    """Return the gold items of all work queues about ``question``.

    Returns
    -------
    pd.DataFrame
        ``clip, start_s, end_s, settled``, each item once; ``settled`` is the payload's ``truth``.
    """
    query = (
        sa.select(ITEMS.clip, ITEMS.start_s, ITEMS.end_s, ITEMS.payload)
        .join(work_queues, work_queues.c.name == ITEMS.queue)
        .where(work_queues.c.question == question, ITEMS.role == "gold")
    )
    with store.database.reading() as connection:
        if not sa.inspect(connection).has_table(work_queues.name):
            return pd.DataFrame(columns=COLUMNS).astype({"start_s": float, "end_s": float})
        rows = connection.execute(query).all()
    found = [(*row[:3], str(json.loads(row.payload).get("truth", ""))) for row in rows]
    table = pd.DataFrame(found, columns=COLUMNS).astype({"start_s": float, "end_s": float})
    return table[table["settled"] != ""].drop_duplicates(COLUMNS[:3], ignore_index=True)
