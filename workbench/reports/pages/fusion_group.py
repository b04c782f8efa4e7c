"""Does fusing help for one group of people? The comparison made again on the clips of that group alone."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from workbench.errors import InvalidInputError
from workbench.evaluation.comparison import compare
from workbench.models.runs import Run
from workbench.reports.answer import answer_question, in_words
from workbench.reports.clip_answers import clip_answers, stamp_of
from workbench.reports.group_accuracy import group_accuracies
from workbench.reports.pages.fusion_groups import UNKNOWN, group_in_address, hidden_in
from workbench.reports.pages.page import Looking, Page
from workbench.reports.stored import marked_pairs, run_called, stored_predictions
from workbench.reports.summary import Summary


def group_page(looking: Looking, summary: Summary) -> Page:
    """Return the answer for one group, with every pair in words; none for a group too small to be spoken of."""
    runs = _runs(looking, summary)
    main = runs.get("audiovisual") or next(iter(runs.values()))
    groups = group_accuracies(looking.project, main).get(looking.view.of, ())
    value = group_in_address(looking, groups)
    if any(
        value in hidden_in(looking, group_accuracies(looking.project, run).get(looking.view.of, ()))
        for run in runs.values()
    ):
        raise InvalidInputError(
            f"A group must have {looking.audience.smallest_group} people or more to be looked at, and so must what is "
            "left without it. This one is not shown: look at all people instead."
        )
    group = next(group for group in groups if group.value == value)
    answers = clip_answers(looking.project, main)
    clips = frozenset(answers.loc[answers[looking.view.of] == value, "clip"])
    stamps = tuple((network, run, stamp_of(run.folder / "predictions.csv")) for network, run in runs.items())
    plain = _pairs(stamps, clips, int(main.facts()["seed"]))
    pairs = marked_pairs(looking.project, plain, summary.comparison.runs, split=summary.comparison.split)
    return looking.page(
        "group.html.j2",
        title=f"Does fusing help: {looking.view.of} {value or UNKNOWN}",
        of=looking.view.of,
        value=_called(looking, value, groups),
        group=group,
        answer=answer_question(pairs, leaks=bool(summary.leaks)),
        pairs=[in_words(pair["sentence"], summary.comparison.runs) for pair in pairs],
        clips_href=looking.link(
            show="clips",
            comparison=summary.comparison.name,
            system=main.facts()["network"],
            of=looking.view.of,
            value=looking.view.value,
        ),
        back=looking.link(comparison=summary.comparison.name),
    )


def _runs(looking: Looking, summary: Summary) -> dict[str, Run]:
    found = {
        network: run_called(looking.project, run_id) for network, run_id in summary.comparison.runs.items()
    }
    there = {network: run for network, run in found.items() if run is not None}
    if len(there) < 2:
        raise InvalidInputError(
            "Systems must be there to be compared on a group. Their runs are gone: train again."
        )
    return there


def _called(looking: Looking, value: str, groups: tuple[Any, ...]) -> str:
    if looking.view.of != "speaker":
        return value or UNKNOWN
    return looking.names.called("speaker", {value: int(looking.view.value)})[value] or UNKNOWN


@lru_cache(maxsize=32)
def _pairs(
    stamps: tuple[tuple[str, Run, tuple[int, int]], ...], clips: frozenset[str], seed: int
) -> list[dict[str, Any]]:
    tables = {network: stored_predictions(run) for network, run, _ in stamps}
    parts = {network: table[table["clip"].isin(clips)] for network, table in tables.items()}
    return list(compare(parts, seed=seed).as_json()["pairs"])
