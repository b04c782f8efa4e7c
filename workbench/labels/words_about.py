"""What one person said about one moment or span, one word after the other: what stands once the last is taken back."""

from __future__ import annotations

import sqlalchemy as sa

from workbench.labels.annotation import RecordedEvent
from workbench.labels.event_table import COLUMNS, label_events, recorded_from
from workbench.labels.projections import EVENTS, counts_as_word
from workbench.labels.store import LabelStore
from workbench.labels.tasks import Place

_WORDS = (
    sa.select(label_events)
    .where(
        EVENTS.question == sa.bindparam("question"),
        EVENTS.annotator == sa.bindparam("annotator"),
        EVENTS.clip == sa.bindparam("clip"),
        EVENTS.start_s == sa.bindparam("start_s"),
        EVENTS.end_s == sa.bindparam("end_s"),
        counts_as_word(),
    )
    .order_by(EVENTS.sequence)
)


def words_about(store: LabelStore, question: str, annotator: str, place: Place) -> list[RecordedEvent]:
    """Return a person's answers and skips about a place that were not taken back, oldest first: the last one stands.

    Parameters
    ----------
    place : tuple
        Clip, start and end in seconds: :func:`workbench.labels.tasks.rounded_place`.
    """
    clip, start_s, end_s = place
    asked = {"question": question, "annotator": annotator, "clip": clip, "start_s": start_s, "end_s": end_s}
    with store.database.reading() as connection:
        rows = connection.execute(_WORDS, asked).all()
    return [recorded_from(dict(zip(COLUMNS, row, strict=True))) for row in rows]
