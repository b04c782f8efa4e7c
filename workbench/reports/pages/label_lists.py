"""The lists behind the numbers of the labels' page: single answers, and the clips that have some."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from workbench.errors import InvalidInputError
from workbench.evaluation.agreement.stored import intentions
from workbench.labels.schema import CANNOT_TELL
from workbench.reports.names_shown import ClipNames
from workbench.reports.pages.label_answer import QUESTION_WORDS
from workbench.reports.pages.page import Looking, Page


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


def label_rows_page(
    looking: Looking, labels: pd.DataFrame, numbers: Mapping[str, int], of_clip: Mapping[str, str]
) -> Page:
    """Return the answers that the address asks for, the newest first."""
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


def label_clips_page(
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
            "href": looking.link(
                show="labels",
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
