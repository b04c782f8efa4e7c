"""What one person corrects while looking at a model's errors: answers, flags, and taking them back. Knows no widget.

The answers and verdicts of everybody are read once and kept up to date with one's own, so that what stands about a moment
is known at once. What others say meanwhile is seen after :meth:`Corrections.reload`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from workbench.errors import InvalidInputError
from workbench.labels.annotation import LabelEvent, RecordedEvent, check_annotator
from workbench.labels.schema import Schema
from workbench.labels.store import LabelStore
from workbench.labels.tasks import rounded_place
from workbench.labels.words_about import words_about

_PLACE = ["clip", "start_s", "end_s"]
_NEAR_S = 0.0005  # a label's time is rounded to the microsecond


class Corrections:
    """The answers to one question as they stand, and one person's corrections of them.

    Parameters
    ----------
    store : LabelStore
        Where corrections are kept.
    schema : Schema
        The question.
    annotator : str
        Who corrects; can be given later (:meth:`begin`), but before the first correction.

    Attributes
    ----------
    answers, verdicts, flags : pd.DataFrame
        As :meth:`LabelStore.answers`, with this person's corrections of this sitting.
    """

    def __init__(self, store: LabelStore, schema: Schema, annotator: str = "") -> None:
        self.schema = schema
        self.annotator = ""
        self._store = store
        self._mine: dict[str, LabelEvent] = {}
        self._clips: dict[str, tuple[pd.DataFrame, dict[str, pd.DataFrame]]] = {}
        self.reload()
        if annotator:
            self.begin(annotator)

    def begin(self, annotator: str) -> None:
        """Say who corrects. Raises :class:`InvalidInputError` for what can be no name."""
        self.annotator = check_annotator(annotator)
        self._clips.clear()

    def reload(self) -> None:
        """Read again what everybody says."""
        question = self.schema.question
        self.answers = self._store.answers(question)
        self.verdicts = self._store.verdicts(question)
        self.flags = self._store.flags(question)

    def relabel(
        self, clip: str, start_s: float, end_s: float, value: str, *, op_id: str, details: Mapping[str, Any]
    ) -> RecordedEvent:
        """Record an answer about a moment (``start_s == end_s``) or a span; durable when this returns.

        It is one more vote: where others answered too, the majority or a verdict decides. Raises as
        :meth:`LabelStore.record`.
        """
        recorded = self._record(clip, start_s, end_s, "answer", op_id, value=value, details=dict(details))
        self._let_stand(recorded)
        return recorded

    def flag(self, clip: str, start_s: float, end_s: float, note: str, *, op_id: str) -> RecordedEvent:
        """Mark a moment for discussion, with a note; its answer stays what it is."""
        details = {"note": note.strip()[:500]}
        recorded = self._record(clip, start_s, end_s, "flag", op_id, details=details)
        self.flags = _with(self.flags, recorded)
        return recorded

    def undo(self, undoes: str, *, op_id: str) -> RecordedEvent:
        """Take back an own answer or flag; what this person said there before stands again.

        Raises
        ------
        InvalidInputError
            It is not this person's, or was taken back already.
        """
        said = self._mine.get(undoes) or self._of_earlier_sitting(undoes)
        recorded = self._record(said.clip, said.start_s, said.end_s, "undo", op_id, undoes=undoes)
        self.answers = self.answers[self.answers["op_id"] != undoes]
        self.flags = self.flags[self.flags["op_id"] != undoes]
        if said.kind == "answer":
            place = rounded_place(said.clip, said.start_s, said.end_s)
            before = words_about(self._store, self.schema.question, self.annotator, place)
            if before and before[-1].event.kind == "answer":
                self._let_stand(before[-1])
        return recorded

    def own(self, clip: str, start_s: float) -> dict[str, Any]:
        """Return what this person says about a moment; empty where there is nothing.

        Returns
        -------
        dict
            ``op_id``, ``value`` and ``whole`` (it covers more than the moment) of the newest answer, ``flag`` and ``note``
            of the newest flag.
        """
        said = _newest(self._by_clip("answers").get(clip), start_s)
        flagged = _newest(self._by_clip("flags").get(clip), start_s)
        return {
            "op_id": "" if said is None else str(said["op_id"]),
            "value": "" if said is None else str(said["value"]),
            "whole": said is not None and bool(said["end_s"] > said["start_s"]),
            "flag": "" if flagged is None else str(flagged["op_id"]),
            "note": "" if flagged is None else str(flagged["details"].get("note", "")),
        }

    def _by_clip(self, name: str) -> dict[str, pd.DataFrame]:
        """Return this person's rows of a table, clip by clip: a page of cards asks again and again."""
        table = getattr(self, name)
        kept, found = self._clips.get(name, (None, {}))
        if kept is not table:
            found = dict(iter(table[table["annotator"] == self.annotator].groupby("clip")))
            self._clips[name] = (table, found)
        return found

    def _of_earlier_sitting(self, op_id: str) -> LabelEvent:
        found = self._store.events_of([op_id])
        if not found:
            raise InvalidInputError(
                f"Only what was recorded can be taken back. Nothing was under {op_id!r}: read the page again."
            )
        return found[0].event

    def _record(
        self, clip: str, start_s: float, end_s: float, kind: Any, op_id: str, **what: Any
    ) -> RecordedEvent:
        if not self.annotator:
            raise InvalidInputError(
                "A name must be given before the first correction. There is none yet: labels are kept under it."
            )
        recorded = self._store.record(
            LabelEvent(
                op_id=op_id,
                annotator=self.annotator,
                question=self.schema.question,
                schema_version=self.schema.version,
                clip=clip,
                start_s=start_s,
                end_s=end_s,
                kind=kind,
                **what,
            )
        )
        self._mine[op_id] = recorded.event
        return recorded

    def _let_stand(self, recorded: RecordedEvent) -> None:
        """Put an answer in the place of this person's earlier one about the very same moment or span."""
        said = recorded.event
        same = (self.answers[_PLACE] == [said.clip, said.start_s, said.end_s]).all(axis=1)
        mine = self.answers["annotator"] == said.annotator
        self.answers = _with(self.answers[~(same & mine)], recorded)


def _newest(rows: pd.DataFrame | None, time_s: float) -> pd.Series | None:
    """Return the newest of one clip's labels that is about a time."""
    if rows is None:
        return None
    rows = rows[(rows["start_s"] - _NEAR_S <= time_s) & (time_s <= rows["end_s"] + _NEAR_S)]
    return None if rows.empty else rows.loc[rows["sequence"].idxmax()]


def _with(table: pd.DataFrame, recorded: RecordedEvent) -> pd.DataFrame:
    """Return a table of labels with one more, unless the very same operation is in it already."""
    said = recorded.event
    if (table["op_id"] == said.op_id).any():
        return table
    row = {
        **{
            name: getattr(said, name)
            for name in ("clip", "question", "start_s", "end_s", "annotator", "value")
        },
        "op_id": said.op_id,
        "sequence": recorded.sequence,
        "recorded_utc": recorded.recorded_utc,
        "details": dict(said.details),
    }
    added = pd.DataFrame([row], columns=table.columns)
    return added if table.empty else pd.concat([table, added], ignore_index=True)
