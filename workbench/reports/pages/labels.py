"""What was labelled: how far each question is, how far people agree, how fast they are, and when it will be enough."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from workbench.errors import InvalidInputError
from workbench.evaluation.agreement.stored import intentions
from workbench.evaluation.agreement.summary import MODALITY_QUESTIONS, in_words, share_as_intended
from workbench.evaluation.estimates import Share
from workbench.labels.schema import CANNOT_TELL, schema_of
from workbench.reports.label_forecast import Forecast, forecast
from workbench.reports.label_pace import N_DAYS, last_days, pace
from workbench.reports.labelled import counts_of
from workbench.reports.labelling import (
    QuestionProgress,
    datasets_of_clips,
    part_of,
    progress_of,
    standing_labels,
)
from workbench.reports.names_shown import ClipNames
from workbench.reports.pages.page import Looking, Page
from workbench.reports.pages.rights import reasons_against, refusal
from workbench.reports.view_state import USUAL_WIDTH

QUESTION_WORDS = {
    "mouth": "mouth, open or closed",
    "sentiment": "sentiment of a picture",
    "sentiment_face": "sentiment by the moving face",
    "sentiment_voice": "sentiment by the voice",
    "sentiment_both": "sentiment by face and voice",
}
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
        return _clips(looking, labels, numbers, of_clip)
    if looking.view.show or any(getattr(looking.view, name) for name in CELLS if name != "question"):
        return _rows(looking, labels, numbers, of_clip)
    n_clips = sum(name not in left_out for name in of_clip.values())
    return _overview(looking, labels, numbers, n_clips, left_out)


def _overview(
    looking: Looking,
    labels: pd.DataFrame,
    numbers: Mapping[str, int],
    n_clips: int,
    left_out: Mapping[str, tuple[str, ...]],
) -> Page:
    if labels.empty:
        return looking.page("labels.html.j2", questions=[], left_out=left_out)
    today = datetime.now(UTC).date()
    progress = progress_of(labels, n_clips)
    main = _main(looking, progress)
    rows = labels[labels["question"] == main.question]
    wanted = int(looking.view.width or USUAL_WIDTH)
    ahead = forecast(rows, main.question, main.agreement.percent, wanted=wanted / 100, today=today)
    days = last_days(labels, today)
    return looking.page(
        "labels.html.j2",
        left_out=left_out,
        main=main.question,
        prompt=schema_of(main.question).prompt,
        answer=_answer(main, ahead, wanted),
        band=_band(ahead, today),
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


def _answer(main: QuestionProgress, ahead: Forecast, wanted: int) -> dict[str, str]:
    """Return tone, symbol, word and sentence about whether it is enough, and when it will be."""
    if ahead.half is None:
        return {
            "tone": "unclear", "symbol": "○", "word": "Not known yet",
            "sentence": f"How far people agree about {QUESTION_WORDS[main.question]} cannot be told: {main.agreement.percent.undefined}. "
            "Let two people or more label the same moments.",
        }  # fmt: skip
    now = f"agreement is known to ±{100 * ahead.half:.1f} points"
    if ahead.state == "reached":
        return {
            "tone": "yes", "symbol": "✔", "word": "Enough",
            "sentence": f"For {QUESTION_WORDS[main.question]}, {now}, and ±{wanted} were wanted.",
        }  # fmt: skip
    if ahead.state == "unknown":
        return {
            "tone": "unclear", "symbol": "≈", "word": "Not enough yet",
            "sentence": f"For {QUESTION_WORDS[main.question]}, {now}, and ±{wanted} are wanted. When, cannot be told: {ahead.why}.",
        }  # fmt: skip
    when = f"about {ahead.expected:%-d %B %Y}" if ahead.expected else "not within ten years at this pace"
    late = f"{ahead.late:%-d %B %Y}" if ahead.late else "never at this pace"
    return {
        "tone": "unclear", "symbol": "≈", "word": f"Enough {when}" if ahead.expected else "Not at this pace",
        "sentence": f"For {QUESTION_WORDS[main.question]}, {now}, and ±{wanted} are wanted: reached {when} "
        f"(95% band {ahead.early:%-d %B %Y} to {late}).",
    }  # fmt: skip


def _band(ahead: Forecast, today: date) -> dict[str, Any] | None:
    """Return the forecast as places on a line from today to the band's end, in per cent."""
    if ahead.state != "forecast" or ahead.early is None or ahead.expected is None:
        return None
    end = ahead.late or max(ahead.expected, ahead.early)
    span = max((end - today).days, 1) * 1.05
    return {
        "today": f"{today:%-d %b}",
        "early": 100 * (ahead.early - today).days / span,
        "expected": 100 * (ahead.expected - today).days / span,
        "late": 100.0 if ahead.late is None else 100 * (ahead.late - today).days / span,
        "open": ahead.late is None,
        "words": f"Today {today:%-d %B}; expected {ahead.expected:%-d %B %Y}; 95% band from {ahead.early:%-d %B %Y} to "
        + (f"{ahead.late:%-d %B %Y}." if ahead.late else "never at this pace."),
    }


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
    number_of = {words: numbers[name] for name, words in called.items()}
    cannot = labels[labels["value"] == CANNOT_TELL].groupby(["question", "annotator"]).size()
    by_words = {words: name for name, words in called.items()}
    rows = []
    for count in counts_of(labels, called):
        name = by_words[count.annotator]
        about = {"question": count.question, "annotator": number_of[count.annotator]}
        rows.append(
            {
                "count": count,
                "question": QUESTION_WORDS[count.question],
                "href": _labels(looking, **about),
                "clips_href": looking.link(show="clips", **about),
                "cannot": part_of(int(cannot.get((count.question, name), 0)), count.n_labels),
                "cannot_href": _labels(looking, **about, value=CANNOT_TELL),
            }
        )
    return rows


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


def _limited(
    looking: Looking, labels: pd.DataFrame, numbers: Mapping[str, int], of_clip: Mapping[str, str]
) -> pd.DataFrame:
    """Return the labels that the address asks for."""
    view = looking.view
    if view.question:
        labels = labels[labels["question"] == view.question]
    if view.annotator:
        name = next((name for name, number in numbers.items() if str(number) == view.annotator), None)
        labels = labels[labels["annotator"] == name]
    if view.day:
        labels = labels[labels["recorded_utc"].str[:10] == view.day]
    if view.value:
        labels = labels[labels["value"] == view.value]
    if view.outcome:
        labels = _judged(looking, labels)
    if view.clip:
        clip = looking.names.find("clip", view.clip, set(labels["clip"]))
        labels = labels[labels["clip"] == clip]
    return labels


def _judged(looking: Looking, labels: pd.DataFrame) -> pd.DataFrame:
    """Return the answers that do, or do not, name what the recording was meant to show; or both together."""
    kinds = ("right", "wrong", "judged")
    if looking.view.outcome not in kinds:
        raise InvalidInputError(
            f"Labels here are {', '.join(kinds)}. Received {looking.view.outcome!r}: follow the links."
        )
    meant = labels["clip"].map(intentions(looking.project)).fillna("")
    judged = (meant != "") & (labels["value"] != CANNOT_TELL)
    hit = labels["value"] == meant
    return labels[judged & {"right": hit, "wrong": ~hit, "judged": hit | ~hit}[looking.view.outcome]]


def _in_words(looking: Looking, numbers: Mapping[str, int]) -> str:
    view = looking.view
    called = {str(numbers[name]): words for name, words in looking.names.called("annotator", numbers).items()}
    said = [
        QUESTION_WORDS.get(view.question, ""),
        f"by {called.get(view.annotator, 'nobody known')}" if view.annotator else "",
        f"on {view.day}" if view.day else "",
        f"“{view.value}”" if view.value else "",
        {
            "right": "as the recording was meant",
            "wrong": "other than the recording was meant",
            "judged": "where it is known what was meant",
        }.get(view.outcome, ""),
        "about one clip" if view.clip else "",
    ]
    return ", ".join(filter(None, said)) or "all that stand"


def _clip_names(
    looking: Looking, labels: pd.DataFrame, of_clip: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    """Return what each clip is called, and the address of its page where it is in a dataset."""
    found: dict[str, tuple[str, str]] = {}
    clips = set(labels["clip"])
    for dataset in sorted({of_clip[clip] for clip in clips if clip in of_clip}):
        names = ClipNames.of(looking.project, looking.names, dataset)
        for clip in clips & set(names.called):
            href = (
                ""
                if looking.audience.role == "annotator"
                else looking.link("clip", dataset=dataset, clip=names.keys[clip])
            )
            found[clip] = (names.called[clip], href)
    strangers = {
        clip: i
        for i, clip in enumerate(
            sorted(clips - set(found), key=lambda c: looking.names.token("clip", c)), start=1
        )
    }
    for clip, words in looking.names.called("unknown clip", strangers).items():
        found[clip] = (words, "")
    return found


def _rows(
    looking: Looking, labels: pd.DataFrame, numbers: Mapping[str, int], of_clip: Mapping[str, str]
) -> Page:
    labels = _limited(looking, labels, numbers, of_clip)
    part = looking.part(list(labels.sort_values("sequence", ascending=False).to_dict("records")))
    clips = _clip_names(looking, labels[labels["clip"].isin({row["clip"] for row in part.rows})], of_clip)
    called = looking.names.called("annotator", numbers)
    rows: list[dict[str, Any]] = [
        {
            "when": row["recorded_utc"][:16].replace("T", " "),
            "who": called[row["annotator"]],
            "question": QUESTION_WORDS[row["question"]],
            "clip": clips[row["clip"]],
            "at": f"{row['start_s']:.2f} s"
            + ("" if row["end_s"] == row["start_s"] else f" to {row['end_s']:.2f} s"),
            "value": row["value"],
        }
        for row in part.rows
    ]
    return looking.page(
        "label_rows.html.j2",
        title="The labels behind it",
        part=part,
        rows=rows,
        words=_in_words(looking, numbers),
    )


def _clips(
    looking: Looking, labels: pd.DataFrame, numbers: Mapping[str, int], of_clip: Mapping[str, str]
) -> Page:
    """Return the clips that have a label, with how many."""
    labels = _limited(looking, labels, numbers, of_clip)
    counted = labels.groupby("clip", sort=True).agg(n=("value", "size"), people=("annotator", "nunique"))
    names = _clip_names(looking, labels, of_clip)
    order = sorted(counted.index, key=lambda clip: (len(names[clip][0]), names[clip][0]))
    part = looking.part(order)
    view = looking.view
    rows = [
        {
            "clip": names[clip],
            "n": int(counted.loc[clip, "n"]),
            "people": int(counted.loc[clip, "people"]),
            "href": _labels(
                looking,
                question=view.question,
                annotator=view.annotator,
                clip=looking.names.token("clip", clip),
            ),
        }
        for clip in part.rows
    ]
    return looking.page(
        "label_clips.html.j2",
        title="The clips behind it",
        part=part,
        rows=rows,
        words=_in_words(looking, numbers),
    )
