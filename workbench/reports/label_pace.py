"""How fast people label: per day, and per hour of work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

N_DAYS = 14
PAUSE_S = 120.0
"""Two answers of one person further apart are not one stretch of work."""


@dataclass(frozen=True)
class Day:
    """What was labelled on one day (UTC).

    Attributes
    ----------
    day : date
    n_labels : int
        Answers given that day that still stand.
    active_s : float
        Time between answers of one person, pauses of more than two minutes left out.
    """

    day: date
    n_labels: int
    active_s: float

    @property
    def per_hour(self) -> float | None:
        """Labels per hour of work; None when less than a minute was seen of it."""
        return self.n_labels / (self.active_s / 3600) if self.active_s >= 60 else None


def last_days(labels: pd.DataFrame, today: date, *, n_days: int = N_DAYS) -> list[Day]:
    """Return the last days, today last, also those on which nothing was labelled.

    Parameters
    ----------
    labels : pd.DataFrame
        Columns ``annotator, recorded_utc``.
    """
    first = today - timedelta(days=n_days - 1)
    times = pd.to_datetime(labels["recorded_utc"], utc=True, format="ISO8601")
    known = labels.assign(time=times, day=times.dt.date).sort_values(["annotator", "time"], kind="stable")
    gaps = known.groupby("annotator")["time"].diff().dt.total_seconds()
    known = known.assign(work=gaps.where(gaps <= PAUSE_S, 0.0).fillna(0.0))
    counted = known[known["day"] >= first].groupby("day").agg(n=("work", "size"), work=("work", "sum"))
    days = [first + timedelta(days=i) for i in range(n_days)]
    return [Day(day, int(counted["n"].get(day, 0)), float(counted["work"].get(day, 0.0))) for day in days]


def pace(days: list[Day]) -> float | None:
    """Return labels per hour of work over some days; None when less than a minute of work was seen."""
    return Day(date.min, sum(day.n_labels for day in days), sum(day.active_s for day in days)).per_hour
