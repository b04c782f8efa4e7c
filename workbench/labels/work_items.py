"""One thing to ask, as a work queue keeps it, and how hidden repeats are mixed in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal, get_args

from workbench.errors import InvalidInputError

Role = Literal["plain", "gold", "repeat"]
_MOST_PAYLOAD = 4_000


@dataclass(frozen=True)
class QueueItem:
    """A moment or span that waits in a queue.

    Attributes
    ----------
    item_id : str
        Its name, unique within the queue.
    clip : str
    start_s, end_s : float
        Seconds from the clip's time zero, kept to the microsecond as labels are.
    role : {"plain", "gold", "repeat"}
        A gold item is asked of everybody. A repeat asks a person again what ``payload["repeat_of"]`` asked, once
        ``payload["distance"]`` further items were handed to them; its answer is an event of the kind ``repeat``.
    payload : mapping
        What whoever shows it needs; plain JSON. For gold: ``truth``.
    """

    item_id: str
    clip: str
    start_s: float
    end_s: float
    role: Role = "plain"
    payload: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.item_id or len(self.item_id) > 255:
            raise InvalidInputError(f"An item's id must be 1 to 255 characters. Received {self.item_id!r}.")
        if self.role not in get_args(Role):
            raise InvalidInputError(f"A role must be plain, gold or repeat. Received {self.role!r}.")
        if self.role == "repeat" and not self.payload.get("repeat_of"):
            raise InvalidInputError(
                f"A repeat must name the item it repeats as payload['repeat_of']. Received {self.item_id!r} without."
            )
        object.__setattr__(self, "start_s", round(float(self.start_s), 6))
        object.__setattr__(self, "end_s", round(float(self.end_s), 6))
        self.payload_as_text()

    def payload_as_text(self) -> str:
        """Return the payload as JSON that is the same text for the same content."""
        try:
            text = json.dumps(dict(self.payload), sort_keys=True, ensure_ascii=False, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise InvalidInputError(
                f"The payload of an item must be plain JSON values. Received: {error}."
            ) from error
        if len(text) > _MOST_PAYLOAD:
            raise InvalidInputError(
                f"The payload of an item must fit into {_MOST_PAYLOAD} characters. Received {len(text)}."
            )
        return text


def with_repeats(
    items: Iterable[QueueItem], *, share: float = 0.05, distance: int = 50, seed: int = 0
) -> list[QueueItem]:
    """Add hidden repeats for a share of the plain items, drawn by lot.

    Each person who answered the first asking gets the repeat ``distance`` items later, or not at all when they stop
    before.

    Raises
    ------
    InvalidInputError
        ``share`` is no share, or ``distance`` is not positive.
    """
    if not 0 <= share <= 1 or distance < 1:
        raise InvalidInputError(
            f"Repeats need a share from 0 to 1 and a distance of 1 or more. Received {share} and {distance}."
        )
    given = list(items)
    plain = [item for item in given if item.role == "plain"]
    drawn = Random(seed).sample(plain, round(share * len(plain)))  # noqa: S311 - a lot, no secret
    repeats = [
        QueueItem(
            f"{item.item_id}#again",
            item.clip,
            item.start_s,
            item.end_s,
            "repeat",
            {**item.payload, "repeat_of": item.item_id, "distance": distance},
        )
        for item in drawn
    ]
    return given + repeats
