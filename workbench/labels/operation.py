"""What a person does to a task, what became of it when it cannot stand, and how far the person is: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.labels.annotation import RecordedEvent
from workbench.labels.tasks import Task


@dataclass(frozen=True)
class SessionProgress:
    """How far a person is.

    Attributes
    ----------
    total, answered, skipped : int
        Number of tasks, of those with an answer, of those skipped (whenever it was).
    seconds_each : float or None
        Median time for one answer in this sitting.
    seconds_left : float or None
        What the rest will take at this pace.
    shared : bool
        Whether others answer some of the tasks instead, so that this person will not get all of them.
    """

    total: int
    answered: int
    skipped: int
    seconds_each: float | None
    seconds_left: float | None
    shared: bool = False

    @property
    def done(self) -> int:
        """Tasks that are no longer waiting."""
        return self.answered + self.skipped


@dataclass(frozen=True)
class Operation:
    """Something a person did to a task, before it is recorded.

    Attributes
    ----------
    kind : {"answer", "skip", "undo", "flag"}
    task_id, op_id : str
    value : str
        The answer; else empty.
    undoes : str
        For an undo: the ``op_id`` it takes back.
    after : str or None
        The ``op_id`` of the word about this task that the person had in view, ``""`` for none; None: not compared.
    seconds_taken : float or None
        How long the task was looked at.
    details : mapping
        What else to keep: a flag's ``note``, the machine's guess and what came of it.
    task : Task or None
        What it is about, for an answer of another day whose task is not asked in this sitting.
    """

    kind: str
    task_id: str
    op_id: str
    value: str = ""
    undoes: str = ""
    after: str | None = None
    seconds_taken: float | None = None
    details: Mapping[str, Any] | None = None
    task: Task | None = None


@dataclass(frozen=True)
class Conflict:
    """An answer or skip that its author gave elsewhere without having seen the one that stands; both are kept.

    Attributes
    ----------
    task_id, op_id : str
    kind : {"answer", "skip"}
    value : str
        The answer; empty for a skip.
    stands : RecordedEvent or None
        What stands instead; None when it was taken back meanwhile.
    """

    task_id: str
    op_id: str
    kind: str
    value: str
    stands: RecordedEvent | None
