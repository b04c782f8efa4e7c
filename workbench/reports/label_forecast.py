"""When agreement will be known as closely as is wanted, at the pace of the last days.

What is asked for is half the width of the 95% interval of the share of agreeing pairs. It shrinks with the square root
of how many units (clips, or single moments where there are few clips) two people or more have answered: to halve it,
four times as many are needed. How many units are added a day is what was added in the last 14 days; drawing these days
again, 2,000 times, gives the band. That people agree as often as so far, and label as much, is taken for granted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, inf

import numpy as np
import pandas as pd

from workbench.evaluation.agreement.ratings import ratings_of
from workbench.evaluation.agreement.resampling import units_of
from workbench.evaluation.estimates import Score
from workbench.labels.said import SILENT, classes_of
from workbench.labels.schema import CANNOT_TELL
from workbench.reports.label_pace import N_DAYS

N_DRAWS = 2_000
FEWEST_DAYS = 3
"""With fewer days on which anything was added there is no pace to speak of."""
MOST_DAYS = 3_650


@dataclass(frozen=True)
class Forecast:
    """When the wanted interval is reached.

    Attributes
    ----------
    state : {"reached", "forecast", "unknown"}
    half, wanted : float or None
        Half the interval's width today, and what is wanted, as shares.
    n, needed : int
        Units that two people answered, and how many it takes.
    of : {"clip", "item"}
    expected, early, late : date or None
        The day, and the band that 95% of the draws lie in; None stands for more than ten years off.
    why : str
        Why there is no forecast.
    """

    state: str
    wanted: float
    half: float | None = None
    n: int = 0
    needed: int = 0
    of: str = "clip"
    expected: date | None = None
    early: date | None = None
    late: date | None = None
    why: str = ""


def forecast(
    labels: pd.DataFrame, question: str, agreement: Score, *, wanted: float, today: date, seed: int = 0
) -> Forecast:
    """Say when the interval of ``agreement`` will be half as wide as twice ``wanted``.

    Parameters
    ----------
    labels : pd.DataFrame
        The standing answers to ``question``.
    agreement : Score
        Share of agreeing pairs.
    wanted : float
        Half the interval's width, a share.
    """
    items = _compared(labels, question)
    if agreement.value is None or agreement.low is None or agreement.high is None:
        return Forecast("unknown", wanted, why=f"agreement is undefined: {agreement.undefined}")
    half = (agreement.high - agreement.low) / 2
    units = units_of(items)
    needed = ceil(round(units.n * (half / wanted) ** 2, 6))
    known = {"half": half, "n": units.n, "needed": max(needed, units.n), "of": units.of}
    if half <= wanted:
        return Forecast("reached", wanted, **known)  # type: ignore[arg-type]
    added = _added_per_day(items, units.of, today)
    if np.count_nonzero(added) < FEWEST_DAYS:
        why = (
            f"only {np.count_nonzero(added)} of the last {N_DAYS} days added anything that two people answered, "
            f"and a pace needs {FEWEST_DAYS}"
        )
        return Forecast("unknown", wanted, why=why, **known)  # type: ignore[arg-type]
    drawn = np.random.default_rng(seed).choice(added, size=(N_DRAWS, len(added))).mean(axis=1)
    with np.errstate(divide="ignore"):
        days = np.where(drawn > 0, (needed - units.n) / drawn, inf)
    early, late = np.quantile(days, [0.025, 0.975], method="nearest")
    expected = (needed - units.n) / added.mean()
    return Forecast(
        "forecast",
        wanted,
        expected=_in(today, expected),
        early=_in(today, early),
        late=_in(today, late),
        **known,  # type: ignore[arg-type]
    )


def _compared(labels: pd.DataFrame, question: str) -> pd.DataFrame:
    """Return ``clip, start_s, end_s, day`` of the items that two people or more could tell.

    The day is that on which a second person first answered anything about the clip.
    """
    ratings = ratings_of(labels, classes_of(question))
    items = ratings.items[(ratings.codes != SILENT).sum(axis=1) >= 2].reset_index(drop=True)
    told = labels[labels["value"] != CANNOT_TELL].sort_values("sequence", kind="stable")
    first = told.drop_duplicates(["clip", "annotator"])
    second = first[first.groupby("clip").cumcount() == 1].set_index("clip")["recorded_utc"].str[:10]
    return items.assign(day=items["clip"].map(second))


def _added_per_day(items: pd.DataFrame, of: str, today: date) -> np.ndarray:
    """Return how many units were compared for the first time on each of the last days, shape (N_DAYS,)."""
    firsts = items.drop_duplicates("clip") if of == "clip" else items
    counted = firsts["day"].value_counts()
    days = [(today - timedelta(days=i)).isoformat() for i in range(N_DAYS)]
    return np.array([counted.get(day, 0) for day in days], dtype=float)


def _in(today: date, days: float) -> date | None:
    return today + timedelta(days=ceil(days)) if days <= MOST_DAYS else None
