"""Alarms about which classes were said at all: one never said, one never true, rows that name no single class."""

from __future__ import annotations

import numpy as np

from workbench.evaluation.judgement import Judgement
from workbench.evaluation.warnings import Alarm


def collapsed(judgement: Judgement) -> list[Alarm]:
    """Return an alarm for each class that is there and was never said."""
    n = judgement.accuracy.n
    return [
        Alarm(
            "collapsed",
            f"It never says {name}: 0 of {many(n, judgement.unit)} were called {name}, though "
            f"{scores.recall.n:,} of them are. Its accuracy hides that: learn from more {name}, or train longer, and "
            "look at the confusion again.",
            {"class": name, "said": 0, "of": n, "true": scores.recall.n},
        )
        for name, scores in judgement.per_class.items()
        if scores.precision.n == 0 and scores.recall.n > 0
    ]


def missing_classes(judgement: Judgement) -> list[Alarm]:
    """Return an alarm when classes have no case in the test."""
    missing = [name for name, scores in judgement.per_class.items() if scores.recall.n == 0]
    if not missing:
        return []
    return [
        Alarm(
            "missing_class",
            f"No {judgement.unit} is truly {' or '.join(missing)}: how well that is found is undefined, and "
            f"macro F1 is the mean over the other {len(judgement.per_class) - len(missing)} class(es) only. "
            f"Test on {judgement.unit}s of every class.",
            {"classes": missing},
        )
    ]


def ties(tied: np.ndarray, *, unit: str) -> list[Alarm]:
    """Return an alarm when rows have no single highest probability, shape (n_rows,) of bool."""
    if not tied.any():
        return []
    return [
        Alarm(
            "ties",
            f"{int(tied.sum()):,} of {many(len(tied), unit)} have no single most probable class: they "
            "count as the first of the equals. Write probabilities with more digits, or see why they are equal.",
            {"tied": int(tied.sum()), "of": len(tied)},
        )
    ]


def many(n: int, what: str) -> str:
    """Say a number of things: ``"1 clip"``, ``"1,200 clips"``."""
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"


def roughly(n: int) -> int:
    """Return a number that is an order of size as one: up to two digits, for instance 78, 120 or 6,000.

    Examples
    --------
    >>> roughly(78), roughly(113), roughly(5_967)
    (78, 120, 6000)
    """
    step = 10 ** max(len(str(n)) - 2, 0)
    return -(-n // step) * step
