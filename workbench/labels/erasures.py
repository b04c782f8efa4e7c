"""Which events were erased because somebody withdrew: numbers and hashes only, so that a gap is known from a loss.

An event is removed in this one case. Its number stays unused, the links of all later events are made anew, and one row
here says which numbers went and what the chain's end was before and after.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from workbench.labels.event_table import label_events

erasure_metadata = sa.MetaData()
label_erasures = sa.Table(
    "label_erasures",
    erasure_metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("erased_utc", sa.String(32), nullable=False),
    # The numbers that went, as ranges: [[3, 7], [9, 9]].
    sa.Column("sequences", sa.Text, nullable=False),
    sa.Column("last_sequence", sa.Integer, nullable=False),
    sa.Column("head_before", sa.String(64), nullable=False),
    sa.Column("head_after", sa.String(64), nullable=False),
)


@dataclass(frozen=True)
class Erasure:
    """One erasing.

    Attributes
    ----------
    number : int
        Counts from 1.
    erased_utc : str
    sequences : tuple of (int, int)
        First and last number of each range that went.
    last_sequence : int
        The newest event that was left then, 0 when none was.
    head_before, head_after : str
        Its link and that of the newest event before.
    """

    number: int
    erased_utc: str
    sequences: tuple[tuple[int, int], ...]
    last_sequence: int
    head_before: str
    head_after: str

    @property
    def n_events(self) -> int:
        """How many events went."""
        return sum(last - first + 1 for first, last in self.sequences)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {**asdict(self), "sequences": [list(pair) for pair in self.sequences]}


def read_erasures(connection: sa.Connection) -> list[Erasure]:
    """Return what was erased from a store, oldest first."""
    if not sa.inspect(connection).has_table(label_erasures.name):
        return []
    rows = connection.execute(sa.select(label_erasures).order_by(label_erasures.c.number)).mappings()
    return [erasure_of({**row, "sequences": json.loads(row["sequences"])}) for row in rows]


def erasure_of(row: dict[str, Any]) -> Erasure:
    """Return the erasure that plain data tell."""
    pairs = tuple((int(first), int(last)) for first, last in row["sequences"])
    return Erasure(**{**{name: row[name] for name in Erasure.__dataclass_fields__}, "sequences": pairs})


def add_erasures(connection: sa.Connection, erasures: Iterable[Erasure]) -> None:
    """Add rows; the table is made when it is not there yet."""
    rows = [{**one.as_json(), "sequences": json.dumps(one.as_json()["sequences"])} for one in erasures]
    if rows:
        erasure_metadata.create_all(connection)
        connection.execute(label_erasures.insert(), rows)


def as_ranges(numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Return numbers as ranges.

    >>> as_ranges([4, 3, 9])
    ((3, 4), (9, 9))
    """
    ranges: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return tuple(ranges)


class Gaps:
    """The numbers that may be missing between two events."""

    def __init__(self, erasures: Iterable[Erasure]) -> None:
        self._erased = {
            number for one in erasures for first, last in one.sequences for number in range(first, last + 1)
        }

    def follows(self, sequence: int, place: int) -> bool:
        """Whether the event numbered ``sequence`` may come right after that at ``place``."""
        return sequence > place and all(number in self._erased for number in range(place + 1, sequence))


def wrong_record(connection: sa.Connection, erasures: list[Erasure]) -> bool:
    """Whether the newest erasure does not tell what the chain shows: then one of the two was meddled with."""
    if not erasures or not erasures[-1].last_sequence:
        return False
    newest = erasures[-1]
    at = sa.select(label_events.c.chain).where(label_events.c.sequence == newest.last_sequence)
    return connection.scalar(at) != newest.head_after
