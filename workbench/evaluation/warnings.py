"""Alarms in plain words: what a reader must know before believing the figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.evaluation.estimates import interval_in_words
from workbench.evaluation.intervals import MIN_CLUSTERS
from workbench.evaluation.judgement import Judgement

FEW_CLIPS = 30
WIDE_INTERVAL = 0.20

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


@dataclass(frozen=True)
class Alarm:
    """One alarm.

    Attributes
    ----------
    code : str
        For programs: ``collapsed``, ``not_above_majority``, ``leak…``, ….
    message : str
        For people.
    """

    code: str
    message: str

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


def about(judgement: Judgement) -> list[Alarm]:
    """Return every alarm about one level's figures."""
    if judgement.accuracy.n == 0:
        return [Alarm("empty", "The table has no rows: every figure is undefined.")]
    return [
        *_collapsed(judgement),
        *_missing(judgement),
        *_not_above_majority(judgement),
        *about_few(n_clips=judgement.n_clips, n_speakers=judgement.n_speakers),
        *_wide(judgement),
    ]


def _units(judgement: Judgement) -> str:
    return _many(judgement.accuracy.n, judgement.unit)


def _many(n: int, what: str) -> str:
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"


def _collapsed(judgement: Judgement) -> list[Alarm]:
    found = []
    for name, scores in judgement.per_class.items():
        if scores.precision.n == 0 and scores.recall.n > 0:
            found.append(
                Alarm(
                    "collapsed",
                    f"It never says {name}: 0 of {_units(judgement)} were called {name}, "
                    f"though {scores.recall.n:,} of them are.",
                )
            )
    return found


def _missing(judgement: Judgement) -> list[Alarm]:
    missing = [name for name, scores in judgement.per_class.items() if scores.recall.n == 0]
    if not missing:
        return []
    return [
        Alarm(
            "missing_class",
            f"No {judgement.unit} is truly {' or '.join(missing)}: how well that is found is undefined, and "
            f"macro F1 is the mean over the other {len(judgement.per_class) - len(missing)} class(es) only.",
        )
    ]


def _not_above_majority(judgement: Judgement) -> list[Alarm]:
    cases = {name: scores.recall.n for name, scores in judgement.per_class.items()}
    name = max(cases, key=lambda key: cases[key])
    baseline = cases[name] / judgement.accuracy.n
    if judgement.accuracy.low is None or judgement.accuracy.low > baseline:
        return []
    return [
        Alarm(
            "not_above_majority",
            f"Not surely better than always saying {name}, which is right on {cases[name]:,} of "
            f"{_units(judgement)} ({baseline:.1%}): it is right on {judgement.accuracy.in_words()}.",
        )
    ]


def about_few(*, n_clips: int, n_speakers: int) -> list[Alarm]:
    """Return alarms when there are few clips or few known speakers to judge by."""
    found = []
    if n_clips < FEW_CLIPS:
        found.append(
            Alarm(
                "few_clips",
                f"Only {_many(n_clips, 'clip')} to judge by: fewer than {FEW_CLIPS} tell little.",
            )
        )
    if n_speakers == 0:
        found.append(
            Alarm(
                "unknown_speakers",
                "Whose clips these are is not known: the intervals take every clip as another person's.",
            )
        )
    elif n_speakers < MIN_CLUSTERS:
        found.append(
            Alarm(
                "few_speakers",
                f"Only {_many(n_speakers, 'speaker')}: the intervals say how sure we are about "
                "them, not about other people.",
            )
        )
    return found


def _wide(judgement: Judgement) -> list[Alarm]:
    low, high = judgement.accuracy.low, judgement.accuracy.high
    if low is None or high is None or high - low <= WIDE_INTERVAL:
        return []
    return [
        Alarm(
            "wide_interval",
            f"The accuracy is known to {100 * (high - low):.0f} points only "
            f"({interval_in_words(judgement.accuracy)}): test on more clips of more people "
            "before deciding on it.",
        )
    ]


def about_ties(tied: np.ndarray, *, unit: str) -> list[Alarm]:
    """Return an alarm when rows have no single highest probability, shape (n_rows,) of bool."""
    if not tied.any():
        return []
    return [
        Alarm(
            "ties",
            f"{int(tied.sum()):,} of {_many(len(tied), unit)} have no single most probable class: they "
            "count as the first of the equals.",
        )
    ]
