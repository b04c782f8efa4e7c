"""The alarm about chance: a system that may be no better than a word always said."""

from __future__ import annotations

from workbench.evaluation.alarms.said import many
from workbench.evaluation.judgement import Judgement
from workbench.evaluation.warnings import Alarm


def majority_of(judgement: Judgement) -> tuple[str, int]:
    """Return the commonest true class and how many there are of it: what always saying it gets right."""
    cases = {name: scores.recall.n for name, scores in judgement.per_class.items()}
    name = max(cases, key=lambda key: cases[key])
    return name, cases[name]


def surely_above_majority(judgement: Judgement) -> bool:
    """Say whether the accuracy's interval lies above what always saying the commonest class gets right.

    The interval is the accuracy's own (:mod:`workbench.evaluation.intervals`): it draws whole speakers where they are
    known, so a good score on one of few people is not sure.
    """
    low = judgement.accuracy.low
    return low is not None and low > majority_of(judgement)[1] / judgement.accuracy.n


def at_chance(judgement: Judgement) -> list[Alarm]:
    """Return an alarm when the system is not surely better than always saying the commonest class."""
    if judgement.accuracy.low is None or surely_above_majority(judgement):
        return []
    name, k = majority_of(judgement)
    n = judgement.accuracy.n
    return [
        Alarm(
            "not_above_majority",
            f"Not surely better than always saying {name}, which is right on {k:,} of "
            f"{many(n, judgement.unit)} ({k / n:.1%}): it is right on {judgement.accuracy.in_words()}. "
            "Take that for chance: look at its training curves and labels, or test on more clips of more people.",
            {"majority": name, "k": k, "n": n, "low": judgement.accuracy.low},
        )
    ]
