"""What a sync did and what it left for people to decide."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

_MOST_TOLD = 20


@dataclass
class SyncReport:
    """Counts of one sync.

    Attributes
    ----------
    tasks : int
        Tasks of ours on the server now.
    tasks_sent, answers_sent, answers_changed_there, predictions_sent : int
        What went out.
    answers_recorded, skips_recorded, conflicts : int
        What came in; a conflict was answered differently on both sides, both are kept, and what stands here stands.
    predictions_received : int
        Predictions on the server, ours and others', that could be read; nothing is changed by reading them.
    deleted_there, tasks_deleted_there : int
        Gone from the server since the last sync; nothing is deleted here, nor sent again unless asked.
    twins_removed : int
        Tasks or predictions that the network had doubled, without anybody's work in them.
    notes : list of str
        What a person should know: edited tasks, unknown answers, a differing configuration.
    """

    tasks: int = 0
    tasks_sent: int = 0
    answers_sent: int = 0
    answers_changed_there: int = 0
    predictions_sent: int = 0
    answers_recorded: int = 0
    skips_recorded: int = 0
    conflicts: int = 0
    predictions_received: int = 0
    deleted_there: int = 0
    tasks_deleted_there: int = 0
    twins_removed: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def changes(self) -> int:
        """How much was changed on either side; 0 when both were equal."""
        return (
            self.tasks_sent
            + self.answers_sent
            + self.answers_changed_there
            + self.predictions_sent
            + self.answers_recorded
            + self.skips_recorded
            + self.conflicts
            + self.twins_removed
        )

    def note(self, text: str) -> None:
        """Keep a remark, once."""
        if text not in self.notes:
            self.notes.append(text)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)

    def lines(self) -> list[str]:
        """Return it for people."""
        lines = [
            f"{self.tasks} tasks there, {self.tasks_sent} of them sent now.",
            f"Sent: {self.answers_sent} answers, {self.answers_changed_there} changed answers, {self.predictions_sent} predictions.",
            f"Received: {self.answers_recorded} answers, {self.skips_recorded} skips, {self.conflicts} in conflict.",
        ]
        if self.deleted_there or self.tasks_deleted_there:
            lines.append(
                f"Deleted on the server since: {self.deleted_there} answers, {self.tasks_deleted_there} tasks. They stay here, "
                "and are sent again only with --restore-deleted."
            )
        if self.twins_removed:
            lines.append(f"{self.twins_removed} empty doubles were removed there.")
        more = len(self.notes) - _MOST_TOLD
        return [*lines, *self.notes[:_MOST_TOLD], *([f"… and {more} more remarks."] if more > 0 else [])]
