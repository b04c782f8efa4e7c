"""One person labels clips while they play: the spans of each clip as they stand, changed by undo and answer.

A span is a label event like any other, ``start_s`` to ``end_s`` its first and last moment on the 30 ms grid. Nothing is
changed in place: a moved edge takes the old span back and says the new one, in one commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.errors import InvalidInputError
from workbench.labels.annotation import LabelEvent, RecordedEvent, check_annotator
from workbench.labels.schema import Schema
from workbench.labels.store import LabelStore
from workbench.media.timeline import GRID_STEP_S

UNIT = "play"
"""What ``details["unit"]`` says of a span that was labelled while it played."""
LONGEST_REACTION_S = 1.0
_KEPT = ("speed", "reaction_s", "edited")


@dataclass(frozen=True)
class PlayPiece:
    """A stretch of a clip that is played as a whole.

    Attributes
    ----------
    clip : str
    from_s, to_s : float
        Seconds from the clip's time zero.
    """

    clip: str
    from_s: float
    to_s: float


@dataclass(frozen=True)
class Span:
    """A stretch of equal answers that stands.

    Attributes
    ----------
    op_id : str
        The operation that said it.
    start_s, end_s : float
        First and last moment.
    value : str
    """

    op_id: str
    start_s: float
    end_s: float
    value: str

    @property
    def n_moments(self) -> int:
        """How many moments of the grid it labels."""
        return round((self.end_s - self.start_s) / GRID_STEP_S) + 1


@dataclass(frozen=True)
class SpanOperation:
    """A span that is said (``answer``) or taken back (``undo``), before it is recorded.

    Attributes
    ----------
    kind : {"answer", "undo"}
    op_id, clip : str
    start_s, end_s : float
    value : str
        The answer; empty for an undo.
    undoes : str
        The ``op_id`` an undo takes back.
    after : str or None
        The last word about exactly this stretch that was in view, ``""`` for none.
    details : mapping
        ``speed`` it was played at, ``reaction_s`` that was taken off, ``edited`` (its edges were set by hand).
    """

    kind: str
    op_id: str
    clip: str
    start_s: float
    end_s: float
    value: str = ""
    undoes: str = ""
    after: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class EffectiveLabels:
    """What a person's spans come to: ``n_spans`` decisions, which label ``n_moments`` moments of ``n_clips`` clips."""

    n_spans: int
    n_moments: int
    n_clips: int


class PlaySession:
    """Know the spans of every clip, and record changes.

    Parameters
    ----------
    store : LabelStore
        Where spans are kept.
    pieces : sequence of PlayPiece
        What is played, in this order.
    schema : Schema
        The question.
    annotator : str
        Who answers.
    dataset : str
        Kept with every span.
    """

    def __init__(
        self, store: LabelStore, pieces: Sequence[PlayPiece], schema: Schema, annotator: str, *, dataset: str
    ) -> None:
        self.schema = schema
        self.annotator = check_annotator(annotator)
        self.pieces = list(pieces)
        self._ends = {piece.clip: max(p.to_s for p in pieces if p.clip == piece.clip) for piece in pieces}
        self._store, self._dataset = store, dataset
        self._spans: dict[str, dict[str, Span]] = {}
        self.refresh()

    def refresh(self) -> None:
        """Read again what stands: another page may have said something."""
        self._spans = {}
        for recorded in self._store.standing(self.schema.question, self.annotator):
            self._remember(recorded)

    def spans(self, clip: str) -> list[Span]:
        """Return the spans of a clip that stand, by their start; where two overlap the newer one counts."""
        return sorted(self._spans.get(clip, {}).values(), key=lambda span: (span.start_s, span.end_s))

    def effective(self) -> EffectiveLabels:
        """Say honestly how much was labelled: a span is one decision, however many moments it has."""
        spans = [span for of_clip in self._spans.values() for span in of_clip.values()]
        n_clips = sum(bool(of_clip) for of_clip in self._spans.values())
        return EffectiveLabels(len(spans), sum(span.n_moments for span in spans), n_clips)

    def record(self, operations: Iterable[SpanOperation]) -> list[RecordedEvent]:
        """Record operations in one commit, all or none; durable when this returns.

        Raises
        ------
        InvalidInputError
            A clip that is not played here, a span outside it, an answer that does not exist, or as
            :meth:`LabelStore.record`.
        StorageError
            NOT saved, and why.
        """
        recorded = self._store.record_all([self._event(operation) for operation in operations])
        for one in recorded:
            self._remember(one)
        return recorded

    def _event(self, operation: SpanOperation) -> LabelEvent:
        end_s = self._ends.get(operation.clip)
        if end_s is None or not 0 <= operation.start_s <= operation.end_s <= end_s + GRID_STEP_S:
            raise InvalidInputError(
                "A span must lie within a clip that is played here. "
                f"Received {operation.clip!r}, {operation.start_s} to {operation.end_s} s."
            )
        if operation.kind not in ("answer", "undo"):
            raise InvalidInputError(f"A span is said or taken back. Received {operation.kind!r}.")
        return LabelEvent(
            op_id=operation.op_id,
            annotator=self.annotator,
            question=self.schema.question,
            schema_version=self.schema.version,
            clip=operation.clip,
            start_s=operation.start_s,
            end_s=operation.end_s,
            kind=operation.kind,  # type: ignore[arg-type]
            value=operation.value,
            undoes=operation.undoes,
            after=operation.after if operation.kind == "answer" else None,
            details=self._details(operation),
        )

    def _details(self, operation: SpanOperation) -> dict[str, Any]:
        if operation.kind == "undo":
            return {"dataset": self._dataset, "unit": UNIT}
        reaction_s = operation.details.get("reaction_s", 0.0)
        if not isinstance(reaction_s, int | float) or not 0 <= reaction_s <= LONGEST_REACTION_S:
            raise InvalidInputError(
                f"A reaction time must be 0 to {LONGEST_REACTION_S:.0f} s. Received {reaction_s!r}."
            )
        n_moments = round((operation.end_s - operation.start_s) / GRID_STEP_S) + 1
        kept = {name: operation.details[name] for name in _KEPT if name in operation.details}
        return {"dataset": self._dataset, "unit": UNIT, "n_moments": n_moments, **kept}

    def _remember(self, recorded: RecordedEvent) -> None:
        event = recorded.event
        of_clip = self._spans.setdefault(event.clip, {})
        if event.kind == "undo":
            of_clip.pop(event.undoes, None)
        if event.kind not in ("answer", "skip") or recorded.conflicts_with or recorded.repeated:
            return
        for op_id, span in list(of_clip.items()):  # the last word about the very same stretch
            if (span.start_s, span.end_s) == (event.start_s, event.end_s):
                del of_clip[op_id]
        if event.kind == "answer" and (event.start_s < event.end_s or event.details.get("unit") == UNIT):
            of_clip[event.op_id] = Span(event.op_id, event.start_s, event.end_s, event.value)


def pieces_of(clip: str, duration_s: float, *, longest_s: float = 30.0) -> list[PlayPiece]:
    """Cut a clip into equal pieces of at most ``longest_s`` seconds, on the 30 ms grid.

    Examples
    --------
    >>> [(piece.from_s, piece.to_s) for piece in pieces_of("a", 45.0)]
    [(0.0, 22.5), (22.5, 45.0)]
    """
    n_pieces = max(-(-duration_s // longest_s), 1)
    edges = [
        round(round(duration_s * k / n_pieces / GRID_STEP_S) * GRID_STEP_S, 6) for k in range(int(n_pieces))
    ]
    return [PlayPiece(clip, start, end) for start, end in zip(edges, [*edges[1:], duration_s], strict=True)]
