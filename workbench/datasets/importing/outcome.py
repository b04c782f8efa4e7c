"""What became of each file of an import, and how that is told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

Outcome = Literal["accepted", "warned", "quarantined", "refused", "duplicate"]
OUTCOMES: tuple[Outcome, ...] = ("accepted", "warned", "quarantined", "refused", "duplicate")

REFUSED = {
    "EMPTY": "it has 0 bytes",
    "NOT_MEDIA": "it is no recording by its content",
    "FORBIDDEN_CONTAINER": "a playlist, script or drawing that poses as a recording",
    "TRUNCATED": "it begins like a recording but cannot be opened: its end is missing",
    "DAMAGED": "not one picture or sample can be decoded",
    "UNSUPPORTED_CODEC": "no decoder for it, or its content is encrypted",
    "TOO_LARGE": "over the limits of pixels, seconds or bytes",
    "UNREADABLE": "it cannot be read (permission, vanished, no plain file)",
    "LINK": "a symbolic link, which is never followed",
    "FORGOTTEN": "its speaker withdrew and was erased",
    "CHANGED_DURING_IMPORT": "its content changed while it was read",
}
"""Codes of what is left out, with the reason."""

QUARANTINED = {
    "BAD_RAVDESS_NAME": "a name that is nearly a RAVDESS name, or that contradicts its content or folder",
    "SHORT_DECODE": "more than 2 % of what it declares cannot be decoded",
}
"""Codes of what is kept aside until a person decides."""

WARNED = {
    "TOO_SHORT": "shorter than 0.3 s, or a single picture",
    "LENGTHS_DIFFER": "pictures and sound differ by more than 0.5 s in length",
    "VARIABLE_FRAME_RATE": "the pauses between pictures are uneven",
    "ODD_TIMESTAMPS": "some pictures are timed before their predecessors",
    "LOW_SAMPLE_RATE": "fewer than 16,000 samples a second",
    "CLIPPED": "more than 0.1 % of the sound is at full scale",
    "OUT_OF_PHASE": "the channels cancel each other out: the first is taken",
    "NOT_FINITE": "some samples were NaN or infinite",
    "SILENT_TRACK": "a sound track without sound (below -80 dBFS throughout)",
    "VERY_QUIET": "mean level below -70 dBFS",
    "PARTLY_DAMAGED": "some pictures or sounds could not be decoded wholly",
    "SEVERAL_STREAMS": "several streams of a sort: the first is used",
    "OTHER_EXTENSION": "the extension does not fit the content, which decides",
}
"""Codes of what is accepted although something is odd."""

DUPLICATE, CONTRADICTING_DUPLICATE = "DUPLICATE", "CONTRADICTING_DUPLICATE"


@dataclass(frozen=True)
class Objection:
    """Why a file is refused or quarantined.

    Attributes
    ----------
    code : str
        A key of :data:`REFUSED` or :data:`QUARANTINED`.
    message : str
        The rule, what was received, and how to mend it.
    """

    code: str
    message: str

    @property
    def outcome(self) -> Outcome:
        """``"quarantined"`` or ``"refused"``."""
        return "quarantined" if self.code in QUARANTINED else "refused"


@dataclass(frozen=True)
class ImportedFile:
    """What became of one file.

    Attributes
    ----------
    path : str
        Where it lay, relative to what was imported, in readable form.
    outcome : {"accepted", "warned", "quarantined", "refused", "duplicate"}
    code : str
        Machine-readable reason; several warnings are joined by ``;``; empty when simply accepted.
    message : str
        The same for people.
    """

    path: str
    outcome: Outcome
    code: str = ""
    message: str = ""


@dataclass
class ImportReport:
    """What became of every file of an import; the five counts add up to ``seen``.

    Attributes
    ----------
    dataset : str
        Name of the dataset.
    files : list of ImportedFile
        One for every recording (or would-be recording) seen.
    n_ignored : int
        Other files that lay beside them (texts, tables, images, hidden files).
    """

    dataset: str
    files: list[ImportedFile] = field(default_factory=list)
    n_ignored: int = 0

    def count(self, outcome: Outcome) -> int:
        """How many files ended as ``outcome``."""
        return Counter(file.outcome for file in self.files)[outcome]

    @property
    def seen(self) -> int:
        """How many files were looked at."""
        return len(self.files)

    @property
    def accepted(self) -> int:
        """How many were taken in without a remark."""
        return self.count("accepted")

    @property
    def warned(self) -> int:
        """How many were taken in with a warning."""
        return self.count("warned")

    @property
    def quarantined(self) -> int:
        """How many were kept aside for a person to decide."""
        return self.count("quarantined")

    @property
    def refused(self) -> int:
        """How many were left out."""
        return self.count("refused")

    @property
    def duplicate(self) -> int:
        """How many were there already, by content."""
        return self.count("duplicate")

    def as_json(self) -> dict[str, Any]:
        """Return what ``workbench import --json`` prints."""
        counts: dict[str, int] = {outcome: self.count(outcome) for outcome in OUTCOMES}
        return {"seen": self.seen, **counts, "files": [vars(file) for file in self.files]}

    def lines(self) -> list[str]:
        """Say it to a person: one line per file that is not simply accepted, then the counts."""
        lines = [
            f"{f.outcome:<11} {f.path}  {f.code}: {f.message}" for f in self.files if f.outcome != "accepted"
        ]
        if self.n_ignored:
            lines.append(
                f"{self.n_ignored} other {'file' if self.n_ignored == 1 else 'files'} ignored (no recordings)."
            )
        counts = ", ".join(f"{self.count(outcome)} {outcome}" for outcome in OUTCOMES)
        lines.append(f"{self.dataset}: {self.seen} seen = {counts}.")
        if not self.seen:
            lines.append("No recording was found: pass a folder, ZIP or file with videos or sound files.")
        if self.quarantined:
            lines.append(
                f"Look at datasets/{self.dataset}/quarantine.csv: correct the names and import those files again."
            )
        return lines
