"""The lists behind the numbers of a comparison: its clips, its runs, and the comparisons there are."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbench.errors import InvalidInputError
from workbench.evaluation.alarms.said import many
from workbench.models.code_version import code_in_words
from workbench.models.runs import Run
from workbench.reports.answer import said
from workbench.reports.clip_answers import clip_answers, clips_not_judged
from workbench.reports.group_accuracy import group_accuracies
from workbench.reports.names_shown import ClipNames, speakers_called
from workbench.reports.pages.fusion_groups import group_in_address, hidden_in
from workbench.reports.pages.page import Looking, Page
from workbench.reports.stored import list_comparisons, read_comparison, run_called
from workbench.reports.summary import SPLITS, Summary
from workbench.reports.view_state import ViewState

_CELLS = {
    "both": "both told right",
    "only_a": "only {a} told right",
    "only_b": "only {b} told right",
    "neither": "neither told right",
}


def comparisons_page(looking: Looking) -> Page:
    """Return the list of all stored comparisons, the newest first."""
    part = looking.part(list_comparisons(looking.project))
    rows = []
    for name in part.rows:
        stored = read_comparison(looking.project, name)
        rows.append(
            (name, stored.dataset, SPLITS.get(stored.split, stored.split), looking.link(comparison=name))
        )
    return looking.page("comparisons.html.j2", title="Comparisons", part=part, rows=rows)


def runs_page(looking: Looking, summary: Summary) -> Page:
    """Return what is known about the runs of a comparison."""
    rows = []
    for network, run_id in summary.comparison.runs.items():
        run = run_called(looking.project, run_id)
        facts = run.facts() if run else {}
        rows.append(
            {
                "words": said(network),
                "id": run_id,
                "gone": run is None,
                "started": str(facts.get("started_utc", "not known"))[:16].replace("T", " "),
                "minutes": f"{facts.get('duration_s', 0) / 60:.1f}",
                "seed": facts.get("seed", "not known"),
                "samples": ", ".join(f"{part} {n:,}" for part, n in facts.get("n_samples", {}).items()),
                "people": ", ".join(
                    f"{part} {len(people)}" for part, people in facts.get("speakers", {}).items()
                ),
                "data": str(facts.get("data_hash", "not known"))[:12],
                "code": code_in_words(facts.get("code", facts)) if facts else "not known",
                "href": looking.link(show="clips", comparison=summary.comparison.name, system=network)
                if run
                else "",
            }
        )
    return looking.page("runs.html.j2", title="The runs compared", summary=summary, rows=rows)


def clips_page(looking: Looking, summary: Summary) -> Page:
    """Return the clips behind a number of a comparison, with what was said about each."""
    view = looking.view
    run = _run(looking, summary, view.system)
    if view.outcome == "not-judged":
        if any((view.other, view.cell, view.true, view.said, view.of, view.value)):
            raise InvalidInputError(
                "Clips that were not judged are told of all people and classes together. Received a part of them: "
                "follow the links of the page."
            )
        rows = clips_not_judged(looking.project, run).assign(
            start_s=float("nan"), truth="", said="", right=False
        )
    else:
        rows = _with_other(looking, summary, clip_answers(looking.project, run))
        rows = _in_group(looking, run, rows)
        rows = _told(rows, view)
    part = looking.part(list(looking.mixed(rows).to_dict("records")))
    unit = "moment" if rows["start_s"].notna().any() else "clip"
    return looking.page(
        "clips.html.j2",
        title="The clips behind it",
        part=part,
        rows=_shown(looking, summary, part.rows),
        what=many(len(rows), unit),
        unit=unit,
        words=_in_words(looking, view),
        back=looking.link(comparison=summary.comparison.name),
        summary=summary,
        system=said(view.system),
        other=said(view.other) if view.other else "",
        with_speakers=looking.audience.counts_by_speaker,
    )


def _run(looking: Looking, summary: Summary, network: str) -> Run:
    if network not in summary.comparison.runs:
        raise InvalidInputError(
            f"A list of clips must be of a system compared here ({', '.join(summary.comparison.runs)}). "
            f"Received {network or 'none'}: follow the links of the page."
        )
    run = run_called(looking.project, summary.comparison.runs[network])
    if run is None:
        raise InvalidInputError(
            f"The run of {said(network)} must be there to list its clips. It is gone: train again."
        )
    return run


def _with_other(looking: Looking, summary: Summary, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the clips that a second system judged too, with what that said, where one is named."""
    view = looking.view
    if not view.other:
        if view.cell:
            raise InvalidInputError(
                "A cell must be of two systems. Received one: follow the links of the page."
            )
        return rows
    others = clip_answers(looking.project, _run(looking, summary, view.other))
    keys = ["clip", "start_s"]
    both = rows.merge(others[[*keys, "said", "right"]], on=keys, suffixes=("", "_other"))
    a, b = both["right"], both["right_other"]
    masks = {"both": a & b, "only_a": a & ~b, "only_b": ~a & b, "neither": ~a & ~b}
    return both[masks[view.cell]] if view.cell else both


def _in_group(looking: Looking, run: Run, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the clips of one group of people; none of a group that is too small to be spoken of."""
    view = looking.view
    if not view.of and not view.value:
        return rows
    groups = group_accuracies(looking.project, run).get(view.of, ())
    value = group_in_address(looking, groups)
    audience = looking.audience
    if value in hidden_in(looking, groups):
        raise InvalidInputError(
            f"A group must have {audience.smallest_group} people or more to be looked at, and so must what is left "
            "without it. This one is not shown: look at all clips instead."
        )
    if not audience.counts_by_speaker and (view.true or view.said or view.cell or view.other):
        raise InvalidInputError(
            "A list of a group may be limited to right or wrong only, for smaller parts would tell about single people. "
            "Received more: follow the links of the page."
        )
    return rows[rows[view.of] == value]


def _told(rows: pd.DataFrame, view: ViewState) -> pd.DataFrame:
    if view.outcome:
        rows = rows[rows["right"] == (view.outcome == "right")]
    if view.true:
        rows = rows[rows["truth"] == view.true]
    return rows[rows["said"] == view.said] if view.said else rows


def _shown(looking: Looking, summary: Summary, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    name = summary.comparison.name
    clips = ClipNames.of(
        looking.project, looking.names, summary.comparison.dataset, (row["clip"] for row in rows)
    )
    speakers = speakers_called(looking.names, {row["speaker"] for row in rows} - {""})
    return [
        row
        | {
            "called": clips.called[row["clip"]],
            "by": speakers[row["speaker"]],
            "time": "" if row["start_s"] != row["start_s"] else f"{row['start_s']:.2f} s",
            "href": looking.link("clip", comparison=name, clip=clips.keys[row["clip"]]),
        }
        for row in rows
    ]


def _in_words(looking: Looking, view: ViewState) -> str:
    """Say what a list is limited to: ``"voice only, truly negative, called neutral"``."""
    words = [said(view.system)]
    if view.other:
        words.append(f"beside {said(view.other)}, on what both judged")
    if view.cell:
        words.append(_CELLS[view.cell].format(a=said(view.system), b=said(view.other)))
    if view.outcome:
        words.append({"right": "told right", "wrong": "told wrong", "not-judged": "not judged"}[view.outcome])
    if view.true:
        words.append(f"truly {view.true}")
    if view.said:
        words.append(f"called {view.said}")
    if view.of:
        words.append(f"{view.of} {view.value}")
    return ", ".join(words)
