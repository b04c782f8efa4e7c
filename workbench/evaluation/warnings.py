"""What an alarm is, the mark of a leaking split, and what is said where there is little to judge by.

The alarms themselves, one idea a file, are in :mod:`workbench.evaluation.alarms`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from workbench.evaluation.intervals import MIN_CLUSTERS

FEW_CLIPS = 30

LEAK_MARK = "⚠ leaks"
"""Stands, a shape and a word, beside every figure from a split that leaks."""

_LEAKS = {
    "frame": "Moments of one clip lie on both sides of this split: the network has seen nearly the same "
    "pictures in training, so these figures flatter it. Split by speaker to learn how it does on people it "
    "does not know.",
    "clip": "Clips of one speaker lie on both sides of this split: the network may recognise the person, so "
    "these figures flatter it. Split by speaker to learn how it does on people it does not know.",
    "sentence": "Only sentences are kept apart by this split, not speakers: the network may recognise the person, so "
    "these figures flatter it. Split by speaker to learn how it does on people it does not know.",
}

Severity = Literal["serious", "careful"]
SERIOUS = frozenset({"empty", "collapsed", "not_above_majority", "one_speaker", "class_order"})
"""Alarms, beside every leak, after which the figures do not mean what they seem to; the others only bound them."""


def severity_of(code: str) -> Severity:
    """Say how an alarm is to be taken: ``"serious"`` ones are mended before any figure is used."""
    return "serious" if code in SERIOUS or code.startswith("leak") else "careful"


@dataclass(frozen=True)
class Alarm:
    """One alarm.

    Attributes
    ----------
    code : str
        For programs: ``collapsed``, ``not_above_majority``, ``leak…``, …; all of them stand in ``docs/alarms.md``.
    message : str
        For people: what was seen, with its counts, and what to do.
    evidence : dict
        The numbers behind the message, for programs; not stored.
    """

    code: str
    message: str
    evidence: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def severity(self) -> Severity:
        """``"serious"`` or ``"careful"``, by the code."""
        return severity_of(self.code)

    def as_json(self) -> dict[str, str]:
        """Return ``{"code", "message"}``."""
        return {"code": self.code, "message": self.message}


def leak_codes(warnings: Iterable[Alarm | dict[str, str]]) -> tuple[str, ...]:
    """Return the codes of the leaks among warnings, each once, in their order."""
    codes = (w.code if isinstance(w, Alarm) else str(w["code"]) for w in warnings)
    return tuple(dict.fromkeys(code for code in codes if code.startswith("leak")))


def marked(figure: str, leaks: Sequence[str]) -> str:
    """Return a figure with its mark where its split leaks.

    Examples
    --------
    >>> marked("37/40 clips", ["leak_speakers"])
    '37/40 clips ⚠ leaks (leak_speakers)'
    >>> marked("37/40 clips", [])
    '37/40 clips'
    """
    return f"{figure} {LEAK_MARK} ({', '.join(leaks)})" if leaks else figure


def given(warnings: Sequence[Alarm | dict[str, str]], *, split: str | None) -> list[Alarm]:
    """Return the warnings handed in, and one about the leak where a leaking split came without."""
    found = [w if isinstance(w, Alarm) else Alarm(str(w["code"]), str(w["message"])) for w in warnings]
    if split in _LEAKS and not any(w.code.startswith("leak") for w in found):
        code = "leak_speakers" if split == "sentence" else f"leak_{split}"
        found.append(Alarm(code, _LEAKS[split]))
    return found


def about_few(*, n_clips: int, n_speakers: int) -> list[Alarm]:
    """Return alarms when there are few clips or few known speakers to judge by."""
    found = []
    if n_clips < FEW_CLIPS:
        found.append(
            Alarm(
                "few_clips",
                f"Only {_many(n_clips, 'clip')} to judge by: fewer than {FEW_CLIPS} tell little. Test on more.",
            )
        )
    if n_speakers == 0:
        found.append(
            Alarm(
                "unknown_speakers",
                "Whose clips these are is not known: the intervals take every clip as another person's. Fill in the "
                "column speaker.",
            )
        )
    elif n_speakers < MIN_CLUSTERS:
        found.append(
            Alarm(
                "few_speakers",
                f"Only {_many(n_speakers, 'speaker')}: the intervals say how sure we are about "
                "them, not about other people. Test on more people.",
            )
        )
    return found


def _many(n: int, what: str) -> str:
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"
