"""A moment or span that is asked about, as a task of Label Studio; known again by an id made of what it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from workbench.errors import InvalidInputError
from workbench.labels.annotation import LabelEvent
from workbench.labels.schema import schema_of

Medium = Literal["image", "video"]
DATA_KEY = "workbench"
"""Under this name a task's data hold what it is about; everything else in them is for showing."""


@dataclass(frozen=True)
class Item:
    """What is asked about, whoever answers.

    Attributes
    ----------
    question, clip : str
    start_s, end_s : float
        Equal for a moment.
    """

    question: str
    clip: str
    start_s: float
    end_s: float

    @property
    def item_id(self) -> str:
        """The same for the same item, on every machine."""
        content = json.dumps(
            [self.question, self.clip, f"{self.start_s:.6f}", f"{self.end_s:.6f}"], ensure_ascii=False
        )
        return "wb-" + hashlib.sha256(content.encode()).hexdigest()[:32]

    def as_json(self) -> dict[str, Any]:
        """Return what a task's data hold of it."""
        return {
            "item": self.item_id,
            "question": self.question,
            "clip": self.clip,
            "start_s": self.start_s,
            "end_s": self.end_s,
        }


@dataclass(frozen=True)
class ItemToSend:
    """An item with what is shown of it.

    Attributes
    ----------
    item : Item
    medium : {"image", "video"}
    show : callable
        Returns a ``data:`` address of the picture, or the path of the recording on this machine.
    """

    item: Item
    medium: Medium
    show: Callable[[], str]


def item_of_event(event: LabelEvent) -> Item:
    """Return the item that an event is about."""
    return Item(event.question, event.clip, event.start_s, event.end_s)


def item_of_task(data: Any, *, question: str) -> Item | None:
    """Return the item of a task's data; None for a task that is not ours.

    Raises
    ------
    InvalidInputError
        It was ours, and what it is about was changed on the server: an answer would land on another moment.
    """
    told = data.get(DATA_KEY) if isinstance(data, Mapping) else None
    if not isinstance(told, Mapping):
        return None
    try:
        probe = LabelEvent(
            op_id="only-to-check",
            annotator="nobody",
            question=str(told["question"]),
            schema_version=schema_of(str(told["question"])).version,
            clip=str(told["clip"]),
            start_s=float(told["start_s"]),
            end_s=float(told["end_s"]),
            kind="skip",
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInputError(
            "A task must say which moment it is about. It was changed on the server."
        ) from error
    item = item_of_event(probe)
    if told.get("item") != item.item_id:
        raise InvalidInputError(
            f"A task must be about what it was made for. Received {item.clip!r} at {item.start_s} s under another item's id: "
            "it was changed on the server."
        )
    if item.question != question:
        raise InvalidInputError(
            f"A task must ask about {question!r}. Received one about {item.question!r}: use a project for each question."
        )
    return item
