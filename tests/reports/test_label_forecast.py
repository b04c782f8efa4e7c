from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from workbench.evaluation.estimates import Score
from workbench.reports.label_forecast import forecast
from workbench.reports.label_pace import last_days, pace

TODAY = date(2026, 11, 26)
KNOWN = Score(0.8, 0.7, 0.9)


def labels(days, *, people=("Ada", "Zoe")):
    """One clip a row of ``days``, answered by everybody on that day before today."""
    rows = []
    for clip, before in enumerate(days):
        for who in people:
            at = datetime(2026, 11, 26, 12, tzinfo=UTC) - timedelta(days=before)
            rows.append(
                [f"c{clip}", "sentiment_both", 0.1, 0.1, who, "neutral", len(rows) + 1, at.isoformat()]
            )
    columns = ["clip", "question", "start_s", "end_s", "annotator", "value", "sequence", "recorded_utc"]
    return pd.DataFrame(rows, columns=columns)


def ahead(table, *, agreement=KNOWN, wanted=0.05):
    return forecast(table, "sentiment_both", agreement, wanted=wanted, today=TODAY)


def test_a_steady_pace_reaches_the_width_when_four_times_as_many_are_there():
    found = ahead(
        labels([day for day in range(14) for _ in range(2)])
    )  # two clips a day: 28, and 112 are needed
    assert (found.state, found.n, found.needed, found.of) == ("forecast", 28, 112, "clip")
    assert (
        found.expected == TODAY + timedelta(days=42) == found.early == found.late
    )  # every day alike: no band


def test_days_that_differ_give_a_band_around_the_day_expected():
    found = ahead(labels([0] * 6 + [3] * 2 + [5] * 9 + [11]))
    assert found.state == "forecast" and found.early < found.expected < found.late


def test_two_days_are_no_pace():
    found = ahead(labels([0] * 5 + [1] * 5))
    assert (
        found.state == "unknown"
        and "only 2 of the last 14 days" in found.why
        and found.half == pytest.approx(0.1)
    )


def test_what_is_long_ago_is_no_pace():
    assert ahead(labels([20, 21, 22, 23, 24, 25])).state == "unknown"


def test_what_only_one_person_answered_tells_nothing():
    found = ahead(labels(range(10), people=("Ada",)), agreement=Score(None, None, None, "one annotator only"))
    assert found.state == "unknown" and "one annotator only" in found.why


def test_a_width_that_is_there_needs_no_date():
    assert ahead(labels(range(10)), wanted=0.2).state == "reached"


def test_days_without_labels_are_days_too():
    days = last_days(labels([0, 0, 13, 14]), TODAY)
    assert len(days) == 14 and [day.n_labels for day in days][:2] == [2, 0] and days[-1].n_labels == 4


def test_an_hour_of_work_leaves_out_the_pauses():
    at = datetime(2026, 11, 26, 9, tzinfo=UTC)
    times = [at + timedelta(seconds=s) for s in (0, 60, 120, 4_000, 4_060)]
    table = pd.DataFrame({"annotator": "Ada", "recorded_utc": [time.isoformat() for time in times]})
    (*_, today) = last_days(table, TODAY)
    assert today.active_s == 180 and today.per_hour == pytest.approx(100)
    assert pace(last_days(table.head(1), TODAY)) is None
