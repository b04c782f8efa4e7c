"""What was labelled: how far each question is, how far people agree, how fast they are, and when it will be enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import pandas as pd

from workbench.errors import InvalidInputError
from workbench.evaluation.agreement.stored import intentions
from workbench.evaluation.agreement.summary import MODALITY_QUESTIONS, in_words, share_as_intended
from workbench.evaluation.estimates import Share
from workbench.labels.schema import CANNOT_TELL, schema_of
from workbench.reports.label_forecast import Forecast, forecast
from workbench.reports.label_pace import N_DAYS, last_days, pace
from workbench.reports.labelling import (
    QuestionProgress,
    datasets_of_clips,
    part_of,
    progress_of,
    standing_labels,
)
from workbench.reports.pages.label_answer import QUESTION_WORDS, answer_of, band_of
from workbench.reports.pages.label_lists import label_clips_page, label_rows_page
from workbench.reports.pages.page import Looking, Page
from workbench.reports.pages.rights import reasons_against, refusal
from workbench.reports.view_state import USUAL_WIDTH

CELLS = ("question", "annotator", "day", "value", "outcome", "clip")
_MODALITIES = {
    "sentiment_face": "the face alone",
    "sentiment_voice": "the voice alone",
    "sentiment_both": "both",
}


def labels_page(looking: Looking) -> Page:
    """Return the labels' page, or the labels behind one of its numbers."""
    everything = standing_labels(looking.project)
    of_clip = datasets_of_clips(looking.project)
    named = sorted(set(of_clip.values()))
    left_out = {name: why for name in named if (why := reasons_against(looking, name))}
    labels = everything[~everything["clip"].map(of_clip).isin(left_out)]
    if left_out and len(everything) and labels.empty:
        refused = refusal(looking, left_out)
        assert refused is not None
        return refused
    numbers = looking.names.numbers("annotator", everything["annotator"])
    if looking.view.show == "clips":
        return label_clips_page(looking, labels, numbers, of_clip)
    if looking.view.show or any(getattr(looking.view, name) for name in CELLS if name != "question"):
        return label_rows_page(looking, labels, numbers, of_clip)
    n_clips = sum(name not in left_out for name in of_clip.values())
    counted = _Counted(everything.attrs["state"], frozenset(left_out), n_clips, labels)
    return _overview(looking, counted, numbers, left_out)


@dataclass(frozen=True)
class _Counted:
    """Labels that are counted once, for as long as nobody answers anything and the same datasets are left out."""

    state: tuple[str, int]
    left_out: frozenset[str]
    n_clips: int
    labels: pd.DataFrame = field(compare=False)


@lru_cache(maxsize=4)
def _progress(counted: _Counted) -> list[QuestionProgress]:
    return progress_of(counted.labels, counted.n_clips)


@lru_cache(maxsize=16)
def _forecast(counted: _Counted, question: str, wanted: int, today: date) -> Forecast:
    rows = counted.labels[counted.labels["question"] == question]
    one = next(one for one in _progress(counted) if one.question == question)
    return forecast(rows, question, one.agreement.percent, wanted=wanted / 100, today=today)


def _overview(
    looking: Looking, counted: _Counted, numbers: Mapping[str, int], left_out: Mapping[str, tuple[str, ...]]
) -> Page:
    labels = counted.labels
    if labels.empty:
        return looking.page("labels.html.j2", questions=[], left_out=left_out)
    today = datetime.now(UTC).date()
    progress = _progress(counted)
    main = _main(looking, progress)
    wanted = int(looking.view.width or USUAL_WIDTH)
    ahead = _forecast(counted, main.question, wanted, today)
    days = last_days(labels, today)
    return looking.page(
        "labels.html.j2",
        left_out=left_out,
        main=main.question,
        prompt=schema_of(main.question).prompt,
        answer=answer_of(main, ahead, wanted),
        band=band_of(ahead, today),
        ahead=ahead,
        wanted=wanted,
        widths=[(w, looking.link(question=looking.view.question, width=w)) for w in (3, 5, 10)],
        questions=[_question(looking, one) for one in progress],
        people=_people(looking, labels, numbers),
        modalities=_modalities(looking, labels, progress),
        days=[_day(looking, day) for day in days],
        most=max(max(day.n_labels for day in days), 1),
        n_recent=sum(day.n_labels for day in days),
        per_hour=pace(days),
        n_days=N_DAYS,
        all_href=_labels(looking),
        n_labels=len(labels),
        n_people=len(set(labels["annotator"])),
    )


def _main(looking: Looking, progress: list[QuestionProgress]) -> QuestionProgress:
    """Return the question that is looked at: the one of the address, else that with most labels."""
    asked = looking.view.question
    if not asked:
        return max(progress, key=lambda one: one.n_labels)
    found = next((one for one in progress if one.question == asked), None)
    if found is None:
        raise InvalidInputError(
            f"A question must have labels to be looked at. {asked} has none yet: {', '.join(o.question for o in progress)} have."
        )
    return found


def _labels(looking: Looking, **fields: Any) -> str:
    return looking.link(show="labels", **fields)


def _question(looking: Looking, one: QuestionProgress) -> dict[str, Any]:
    agreement = one.agreement
    return {
        "name": QUESTION_WORDS[one.question],
        "href": looking.link(question=one.question, width=looking.view.width),
        "n_labels": one.n_labels,
        "labels_href": _labels(looking, question=one.question),
        "n_people": one.n_people,
        "clips": one.clips,
        "clips_href": looking.link(show="clips", question=one.question),
        "cannot": one.cannot_tell,
        "cannot_href": _labels(looking, question=one.question, value=CANNOT_TELL),
        "n_compared": agreement.n_compared,
        "percent": _percent(agreement.percent),
        "alpha": in_words(agreement.krippendorff_alpha),
    }


def _percent(figure: Any) -> str:
    if figure.value is None:
        return f"undefined ({figure.undefined})"
    return f"{figure.value:.0%} ({100 * figure.low:.0f} to {100 * figure.high:.0f})"


def _people(looking: Looking, labels: pd.DataFrame, numbers: Mapping[str, int]) -> list[dict[str, Any]]:
    called = looking.names.called("annotator", numbers)
    cannot = labels["value"] == CANNOT_TELL
    counted = (
        labels.assign(cannot=cannot)
        .groupby(["question", "annotator"])
        .agg(n=("value", "size"), clips=("clip", "nunique"), cannot=("cannot", "sum"))
    )
    rows = []
    for (question, name), row in counted.iterrows():
        about = {"question": question, "annotator": numbers[name]}
        rows.append(
            {
                "number": numbers[name],
                "who": called[name],
                "question": QUESTION_WORDS[question],
                "n_labels": int(row["n"]),
                "href": _labels(looking, **about),
                "n_clips": int(row["clips"]),
                "clips_href": looking.link(show="clips", **about),
                "cannot": part_of(int(row["cannot"]), int(row["n"])),
                "cannot_href": _labels(looking, **about, value=CANNOT_TELL),
            }
        )
    return sorted(rows, key=lambda row: (row["number"], row["question"]))


def _modalities(
    looking: Looking, labels: pd.DataFrame, progress: list[QuestionProgress]
) -> list[dict[str, Any]]:
    """Return how far people get with the face alone, the voice alone, and both: the ceilings of the networks."""
    asked = [one for one in progress if one.question in MODALITY_QUESTIONS]
    meant = intentions(looking.project) if asked else {}
    rows = []
    for one in asked:
        answers = labels[labels["question"] == one.question]
        as_meant: Share = share_as_intended(answers, meant)
        rows.append(
            _question(looking, one)
            | {
                "words": _MODALITIES[one.question],
                "as_meant": as_meant,
                "hit_href": _labels(looking, question=one.question, outcome="right"),
                "judged_href": _labels(looking, question=one.question, outcome="judged"),
            }
        )
    return rows


def _day(looking: Looking, day: Any) -> dict[str, Any]:
    return {
        "words": f"{day.day:%a %-d %b}",
        "short": f"{day.day:%-d}",
        "n": day.n_labels,
        "hours": f"{day.active_s / 3600:.1f}",
        "per_hour": "—" if day.per_hour is None else f"{day.per_hour:,.0f}",
        "href": _labels(looking, day=day.day.isoformat()) if day.n_labels else "",
    }
