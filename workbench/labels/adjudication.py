"""Settle what people answered differently: one item after another, answers side by side, a verdict with its reason.

The state only; it knows no widget and no picture. What a view hides (who said what) is left out of the view alone:
verdicts are always made from the whole item, so hiding can never lose anything.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from typing import Any

from workbench.errors import InvalidInputError
from workbench.labels.annotation import LabelEvent, RecordedEvent, check_annotator
from workbench.labels.disputes import Dispute, disputes_in, verdict_item, with_verdict
from workbench.labels.schema import Schema
from workbench.labels.store import LabelStore

REASONS = ("ambiguous", "guideline gap", "slip", "agreed after discussion")
"""Why people differed: the item allows both, the guideline says nothing, somebody slipped, or they talked it over."""
_MOST_CHARACTERS = 2_800  # of operation ids, so that a note still fits into a label's details


class Adjudication:
    """The items of one question that people answered differently or flagged, the most disputed first.

    Parameters
    ----------
    store : LabelStore
        Where answers are and verdicts go.
    schema : Schema
        The question.
    judge : str
        Who settles.
    blind : bool
        Whether the view leaves out who said what.
    wanted : callable, optional
        Says of a clip whether its items are shown (such as those of one dataset).
    """

    def __init__(
        self,
        store: LabelStore,
        schema: Schema,
        judge: str,
        *,
        blind: bool = True,
        wanted: Callable[[str], bool] = lambda clip: True,
    ) -> None:
        self.schema = schema
        self.judge = check_annotator(judge)
        self.blind = blind
        self._store = store
        self._wanted = wanted
        self._items: dict[str, Dispute] = {}
        self.reload()

    def reload(self) -> None:
        """Read the store again: what others answered or settled since is then seen; the order of items is kept."""
        question = self.schema.question
        found = disputes_in(
            self._store.answers(question),
            flags=self._store.flags(question),
            verdicts=self._store.verdicts(question),
        )
        fresh = {dispute.item_id: dispute for dispute in found if self._wanted(dispute.clip)}
        kept = [name for name in self._items if name in fresh]
        self._items = {name: fresh[name] for name in dict.fromkeys([*kept, *fresh])}

    def items(self, *, settled: bool | None = None) -> list[Dispute]:
        """Return all items, or only those settled, or only those not settled yet."""
        return [d for d in self._items.values() if settled is None or (d.verdict is not None) == settled]

    def item(self, item_id: str) -> Dispute:
        """Return an item by its id.

        Raises
        ------
        InvalidInputError
            There is none.
        """
        if item_id not in self._items:
            raise InvalidInputError(
                f"An item must be one of those that differ. Received {item_id!r}: read them again."
            )
        return self._items[item_id]

    def settle(
        self,
        item_id: str,
        value: str,
        reason: str,
        *,
        note: str = "",
        seconds_taken: float | None = None,
        op_id: str | None = None,
    ) -> RecordedEvent:
        """Record a verdict; durable when this returns. A newer verdict about the same item replaces an older one.

        Parameters
        ----------
        value : str
            A class, or that nobody can tell.
        reason : {"ambiguous", "guideline gap", "slip", "agreed after discussion"}
        note : str
            In the judge's own words.

        Raises
        ------
        InvalidInputError
            No such item, answer or reason.
        StorageError
            NOT saved, and why.
        """
        if reason not in REASONS:
            raise InvalidInputError(
                f"A verdict's reason must be one of {', '.join(REASONS)}. Received {reason!r}."
            )
        dispute = self.item(item_id)
        details: dict[str, Any] = {"reason": reason, **_provenance(dispute.settles())}
        if note.strip():
            details["note"] = note.strip()[:500]
        if seconds_taken is not None:
            details["seconds_taken"] = round(float(seconds_taken), 3)
        recorded = self._store.record(
            self._event(dispute, "verdict", op_id=op_id, value=value, details=details)
        )
        self._look_again(item_id)
        return recorded

    def undo(self, item_id: str, *, op_id: str | None = None) -> RecordedEvent:
        """Take back one's own verdict about an item; an earlier one, if there was one, stands again.

        Raises
        ------
        InvalidInputError
            There is no verdict, or it is somebody else's.
        """
        dispute = self.item(item_id)
        if dispute.verdict is None:
            raise InvalidInputError("Only a verdict can be taken back. This item has none yet.")
        if dispute.verdict.judge != self.judge:
            raise InvalidInputError(
                "A verdict can be taken back by its author only. This one is somebody else's: record your own instead."
            )
        undo = self._event(verdict_item(dispute), "undo", op_id=op_id, undoes=dispute.verdict.op_id)
        recorded = self._store.record(undo)
        self._look_again(item_id)
        return recorded

    def view(self, item_id: str) -> dict[str, Any]:
        """Return an item as it is shown: answers side by side, names only when not blind."""
        return self.item(item_id).as_json(named=not self.blind, judge=self.judge)

    def progress(self) -> dict[str, int]:
        """Return how many items there are, and how many are settled."""
        return {"total": len(self._items), "settled": len(self.items(settled=True))}

    def _look_again(self, item_id: str) -> None:
        """Take over what stands for one item now; reading all answers again would take long."""
        verdicts = self._store.verdicts(self.schema.question)
        self._items[item_id] = with_verdict(self._items[item_id], verdicts)

    def _event(self, dispute: Dispute, kind: Any, *, op_id: str | None, **what: Any) -> LabelEvent:
        return LabelEvent(
            op_id=op_id or f"verdict-{uuid.uuid4().hex}",
            annotator=self.judge,
            question=self.schema.question,
            schema_version=self.schema.version,
            clip=dispute.clip,
            start_s=dispute.start_s,
            end_s=dispute.end_s,
            kind=kind,
            **what,
        )


def _provenance(operations: list[str]) -> dict[str, Any]:
    """Return which answers a verdict settles: their operations, or of a crowd their number and one hash of them."""
    if sum(map(len, operations)) <= _MOST_CHARACTERS:
        return {"settles": operations}
    together = hashlib.sha256("\n".join(operations).encode()).hexdigest()
    return {"settles_number": len(operations), "settles_sha256": together}
