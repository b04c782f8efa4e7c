"""One thing one person did while labelling: an answer, a skip, an undo, a flag, a verdict, a repeat. Never a machine's guess."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from workbench.errors import InvalidInputError
from workbench.labels.schema import schema_of
from workbench.media.timeline import Segment

Kind = Literal["answer", "skip", "undo", "flag", "verdict", "repeat"]
KINDS: tuple[Kind, ...] = ("answer", "skip", "undo", "flag", "verdict", "repeat")
WITH_VALUE: tuple[Kind, ...] = ("answer", "verdict", "repeat")

_OPERATION = re.compile(r"[A-Za-z0-9_-]{8,64}")
_ANNOTATOR = re.compile(r"\w[\w .'@-]{0,63}")
_TIME_DIGITS = 6
_MOST_DETAILS = 4_000
_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, allow_nan=False).encode


@dataclass(frozen=True)
class LabelEvent:
    """What a person did, before it is recorded.

    A moment has ``start_s == end_s``. Times are rounded to the microsecond, so that the same moment is the same
    number wherever it comes from.

    Attributes
    ----------
    op_id : str
        Made by whoever sends it (a browser, an import): sending again with the same id records once.
    annotator : str
        Who answered.
    question, schema_version : str, int
        Which wording was answered.
    clip : str
        The clip's id, a hash of its content.
    start_s, end_s : float
        Seconds from the clip's time zero.
    kind : {"answer", "skip", "undo", "flag", "verdict", "repeat"}
        What was done. A flag marks an item for discussion and leaves its answer alone; a verdict settles an item
        that people answered differently, and leaves their answers alone too; a repeat is the same person's answer
        when the moment was asked once more, kept to compare beside the first answer, which stands.
    value : str
        The answer, verdict or repeated answer (empty for a repeat that was passed by); else empty.
    undoes : str
        For an undo: the ``op_id`` it takes back; else empty.
    details : mapping
        What else is worth keeping (``pixels_sha256``, ``seconds_taken``, ``dataset``, a flag's ``note``, a verdict's
        ``reason`` …); plain JSON values.
    after : str or None
        For an answer or skip: the ``op_id`` of the last word about this item that its author had in view, ``""`` for
        none. Another one standing makes it a conflict, see :meth:`LabelStore.record`. None: not compared.
    """

    op_id: str
    annotator: str
    question: str
    schema_version: int
    clip: str
    start_s: float
    end_s: float
    kind: Kind
    value: str = ""
    undoes: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    after: str | None = None

    def __post_init__(self) -> None:
        check_operation(self.op_id)
        if check_annotator(self.annotator) != self.annotator:
            raise InvalidInputError(
                f"An annotator's name must be tidy. Received {self.annotator!r}: use check_annotator."
            )
        if not self.clip or len(self.clip) > 255 or not self.clip.isprintable():
            raise InvalidInputError(f"A clip must be 1 to 255 printable characters. Received {self.clip!r}.")
        segment = Segment(float(self.start_s), float(self.end_s))
        object.__setattr__(self, "start_s", round(segment.start_s, _TIME_DIGITS))
        object.__setattr__(self, "end_s", round(segment.end_s, _TIME_DIGITS))
        object.__setattr__(self, "details", MappingProxyType(dict(self.details)))
        schema = schema_of(self.question, self.schema_version)
        _check_kind(self)
        if self.value or self.kind in ("answer", "verdict"):
            schema.check(self.value)
        self.details_as_text()

    def details_as_text(self) -> str:
        """Return the details as JSON that is the same text for the same content.

        Raises
        ------
        InvalidInputError
            They are no plain JSON, or longer than 4,000 characters.
        """
        try:
            text = _encode(dict(self.details))
            text.encode()
        except (TypeError, ValueError) as error:
            raise InvalidInputError(
                f"The details of a label must be plain JSON values. Received: {error}."
            ) from error
        if len(text) > _MOST_DETAILS:
            raise InvalidInputError(
                f"The details of a label must fit into {_MOST_DETAILS} characters. Received {len(text)}."
            )
        return text

    @property
    def item(self) -> tuple[str, str, float, float, str]:
        """What this is about: clip, question, start, end and annotator. The last word about an item counts."""
        return (self.clip, self.question, self.start_s, self.end_s, self.annotator)


@dataclass(frozen=True)
class RecordedEvent:
    """An event that is durably on disk.

    Attributes
    ----------
    sequence : int
        Its place in the order of all events; time of day never decides an order.
    recorded_utc : str
        ISO 8601, for people.
    event : LabelEvent
        What was done.
    conflicts_with : str
        Empty, or the ``op_id`` of the last word that its author had not seen: kept, but it does not stand.
    repeated : bool
        Whether it had been recorded before and this is the first result once more.
    """

    sequence: int
    recorded_utc: str
    event: LabelEvent
    conflicts_with: str = ""
    repeated: bool = field(default=False, compare=False)


def check_operation(op_id: str) -> str:
    """Return ``op_id`` when it can be one: 8 to 64 letters, digits, ``_`` or ``-``."""
    if not isinstance(op_id, str) or not _OPERATION.fullmatch(op_id):
        raise InvalidInputError(
            f"An operation id must be 8 to 64 letters, digits, '_' or '-'. Received {op_id!r}: make it with uuid4."
        )
    return op_id


def check_annotator(name: str) -> str:
    """Return a name with its spaces tidied and its accents in one form (NFC).

    Raises
    ------
    InvalidInputError
        Nothing is left, it is too long, or it could be mistaken for a formula or for markup.

    Examples
    --------
    >>> check_annotator("  Ada   Lovelace ")
    'Ada Lovelace'
    """
    tidy = " ".join(unicodedata.normalize("NFC", name).split())
    if not _ANNOTATOR.fullmatch(tidy):
        raise InvalidInputError(
            "An annotator's name must be 1 to 64 letters, digits, spaces or . ' @ - _, starting with a letter or "
            f"digit. Received {name!r}."
        )
    return tidy


def _check_kind(event: LabelEvent) -> None:
    if event.kind not in KINDS:
        raise InvalidInputError(f"A label event must be one of {', '.join(KINDS)}. Received {event.kind!r}.")
    if event.kind not in WITH_VALUE and event.value:
        raise InvalidInputError(
            f"A value belongs to an answer, a verdict or a repeat only. Received {event.value!r} with {event.kind!r}."
        )
    if (event.kind == "undo") != bool(event.undoes):
        raise InvalidInputError(
            f"An undo, and only an undo, must name the op_id it takes back. Received {event.undoes!r} with {event.kind!r}."
        )
    if event.after is not None and event.kind not in ("answer", "skip"):
        raise InvalidInputError(
            f"Only an answer or a skip can follow the last word about its item. Received after={event.after!r} with {event.kind!r}."
        )
    if event.after:
        check_operation(event.after)
