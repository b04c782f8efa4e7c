"""The alarm about columns in another order than their names say: read otherwise, the same answers are far better.

Every way of exchanging the columns' names is tried at once (the assignment problem on the confusion matrix). The
columns look swapped when the accuracy read so is surely better than as given (its 95% interval lies wholly above the
other's) and surely better than always saying the commonest class: a network that only ever says one word is not mended
by renaming it. Columns that do not sum to 1 never come so far: such a table is refused
(:mod:`workbench.evaluation.predictions`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.evaluation.alarms.chance import surely_above_majority
from workbench.evaluation.judgement import Judgement, judge
from workbench.evaluation.predictions import PROBABILITY_PREFIX
from workbench.evaluation.warnings import Alarm
from workbench.lazy import load


def best_reading(counts: np.ndarray) -> np.ndarray:
    """Return the class that each column is best read as, shape (n_classes,); of equals the one nearest to as given.

    Parameters
    ----------
    counts : np.ndarray, shape (n_classes, n_classes)
        Rows true, columns predicted.
    """
    as_given = np.eye(len(counts)) * 1e-6  # never enough to outweigh one row
    rows, columns = load("scipy.optimize").linear_sum_assignment(counts + as_given, maximize=True)
    reading = np.empty(len(counts), dtype=int)
    reading[columns] = rows
    return reading


def column_order(rows: pd.DataFrame, judgement: Judgement, *, seed: int) -> list[Alarm]:
    """Return an alarm when the probability columns look swapped.

    Parameters
    ----------
    rows : pd.DataFrame
        What was judged: ``clip, speaker, truth, predicted``.
    """
    classes = judgement.confusion.classes
    reading = best_reading(judgement.confusion.counts)
    if (reading == np.arange(len(classes))).all():
        return []
    renamed = dict(zip(classes, (classes[k] for k in reading), strict=True))
    read_so = judge(
        rows.assign(predicted=rows["predicted"].map(renamed)), classes=classes, unit=judgement.unit, seed=seed
    )
    given, other = judgement.accuracy, read_so.accuracy
    assert given.high is not None and other.low is not None  # there is at least one row
    if other.low <= given.high or not surely_above_majority(read_so):
        return []
    return [
        Alarm(
            "class_order",
            f"The columns look swapped ({_swaps(renamed)}): read so it is right on {other.in_words()}, as given on "
            f"{given.in_words()}. Check in which order the classes were written, mend the columns' names, and judge again.",
            {"read_as": renamed, "k": other.k, "n": other.n},
        )
    ]


def _swaps(renamed: dict[str, str]) -> str:
    """Say which names change: pairs that swap once, others one by one."""
    said = []
    for name, other in renamed.items():
        if name == other or (
            renamed[other] == name and list(renamed).index(other) < list(renamed).index(name)
        ):
            continue
        arrow = "↔" if renamed[other] == name else "is really"
        said.append(f"{PROBABILITY_PREFIX}{name} {arrow} {PROBABILITY_PREFIX}{other}")
    return ", ".join(said)
