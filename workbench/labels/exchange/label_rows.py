"""Rows that say who answered what, from whatever file: checked one by one, recorded all of them or none."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any

from workbench.errors import InvalidInputError
from workbench.labels.annotation import LabelEvent, check_annotator
from workbench.labels.schema import schema_of
from workbench.labels.store import LABEL_COLUMNS, LabelStore

_MOST_ERRORS_SHOWN = 20
_SOURCE = {"source": "import"}
_encode = json.JSONEncoder(ensure_ascii=False).encode
# The same few names and questions stand in every row.
_tidy = lru_cache(maxsize=1024)(check_annotator)
_schema_of = lru_cache(maxsize=64)(schema_of)


@dataclass(frozen=True)
class ImportedLabels:
    """What came of an import: ``rows = recorded + already_there``.

    Attributes
    ----------
    rows, recorded, already_there : int
        Rows read, labels newly recorded, rows that had been recorded before.
    columns_left_out : tuple of str
        Columns of the file that labels do not have.
    changed_since : int
        Rows recorded before whose answer a person has changed since; the change stands.
    """

    rows: int
    recorded: int
    already_there: int
    columns_left_out: tuple[str, ...] = ()
    changed_since: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the counts as plain data."""
        return {**asdict(self), "columns_left_out": list(self.columns_left_out)}

    def lines(self) -> list[str]:
        """Return the counts for people."""
        lines = [f"{self.rows} answers read: {self.recorded} recorded, {self.already_there} there already."]
        if self.changed_since:
            lines.append(
                f"{self.changed_since} of them were changed by hand since; what was said last stays as it is."
            )
        if self.columns_left_out:
            left_out = ", ".join(self.columns_left_out)
            lines.append(f"Columns that labels do not have were left out: {left_out}.")
        return lines


@dataclass
class LabelRows:
    """Rows gathered from one file, with what is wrong with it.

    Parameters
    ----------
    clips : mapping of str to float, optional
        The known clips and their length in seconds; a row about another clip or beyond its end is then an error.
    """

    clips: Mapping[str, float] | None = None
    n_rows: int = 0
    events: dict[str, LabelEvent] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    _said: dict[tuple[object, ...], tuple[str, str]] = field(default_factory=dict)

    def add(self, where: str, row: Mapping[str, Any]) -> LabelEvent | None:
        """Check one row of the labels table; ``where`` names its place (``line 3``, ``tier mouth:Ada``)."""
        self.n_rows += 1
        try:
            event = _event_of(row, self.clips)
            first_where, first_value = self._said.setdefault(event.item, (where, event.value))
            if first_value != event.value:
                raise InvalidInputError(
                    f"One person must have one answer for a moment. Received {event.value!r}, and {first_value!r} in {first_where}."
                )
        except InvalidInputError as error:
            self.errors.append(f"{where}: {error}")
            return None
        self.events[event.op_id] = event
        return event

    def check(self, name: str) -> None:
        """Raise the errors of file ``name``, each with its place."""
        if not self.errors:
            return
        n_more = len(self.errors) - _MOST_ERRORS_SHOWN
        more = f"\n… and {n_more} more" if n_more > 0 else ""
        raise InvalidInputError(
            f"Every row of {name} must be a label; nothing was recorded. Received {len(self.errors)} row(s) that are not:\n"
            + "\n".join(self.errors[:_MOST_ERRORS_SHOWN])
            + more
        )

    def record(self, store: LabelStore) -> ImportedLabels:
        """Keep all of them, or none: a row recorded before stays as it was."""
        kept = store.record_all(self.events.values())
        repeated = [one.event for one in kept if one.repeated]
        recorded = len(kept) - len(repeated)
        changed = _changed_since(store, repeated)
        return ImportedLabels(self.n_rows, recorded, self.n_rows - recorded, changed_since=changed)


def _changed_since(store: LabelStore, events: Iterable[LabelEvent]) -> int:
    values = {event.item: event.value for event in events}
    if not values:
        return 0
    table = store.current()
    stands = dict(
        zip(
            table[["clip", "question", "start_s", "end_s", "annotator"]].itertuples(index=False, name=None),
            table["value"],
            strict=True,
        )
    )
    return sum(stands.get(item) != value for item, value in values.items())


def _event_of(row: Mapping[str, Any], clips: Mapping[str, float] | None) -> LabelEvent:
    if any(row.get(column) is None for column in LABEL_COLUMNS) or "" in row:
        raise InvalidInputError(
            f"A row must have {', '.join(LABEL_COLUMNS)}, no more and no fewer cells than the header."
        )
    clip, question, annotator, value = (str(row[name]) for name in ("clip", "question", "annotator", "value"))
    start_s, end_s = _seconds(row["start_s"]), _seconds(row["end_s"])
    schema = _schema_of(question)
    content = _encode([clip, question, schema.version, f"{start_s:.6f}", f"{end_s:.6f}", annotator, value])
    event = LabelEvent(
        op_id="import-" + hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:40],
        annotator=_tidy(annotator),
        question=question,
        schema_version=schema.version,
        clip=clip,
        start_s=start_s,
        end_s=end_s,
        kind="answer",
        value=value,
        details=_SOURCE,
    )
    if clips is not None and clip not in clips:
        raise InvalidInputError(f"A clip must be in the dataset. Received {clip!r}.")
    if clips is not None and end_s > clips[clip]:
        raise InvalidInputError(
            f"A moment must lie within its clip ({clips[clip]:.3f} s). Received {end_s} s."
        )
    return event


def _seconds(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            f"A time must be seconds with a decimal point. Received {value!r}."
        ) from error
