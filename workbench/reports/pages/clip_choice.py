"""The list to choose a clip from: those a comparison was tested on, the wrong ones first."""

from __future__ import annotations

from typing import Any

from workbench.errors import InvalidInputError
from workbench.models.runs import Run
from workbench.reports.answer import FUSED, said
from workbench.reports.clip_answers import catalog_of, clip_answers
from workbench.reports.names_shown import ClipNames
from workbench.reports.pages.page import Looking, Page
from workbench.reports.stored import StoredComparison, run_called


def choose_page(looking: Looking, dataset: str, stored: StoredComparison | None) -> Page:
    """Return the list of clips that can be explained, limited as the address asks."""
    view = looking.view
    network, run = _main_run(looking, stored)
    rows = _tested(looking, run) if run else _catalogued(looking, dataset)
    all_rows = rows
    if view.outcome:
        if view.outcome not in ("right", "wrong"):
            raise InvalidInputError(
                f"Clips here are right or wrong. Received {view.outcome!r}: follow the links."
            )
        rows = [row for row in rows if row["right"] == (view.outcome == "right")]
    rows = [
        row
        for row in rows
        if (not view.true or row["truth"] == view.true) and (not view.said or row["said"] == view.said)
    ]
    part = looking.part(rows)
    shown = ClipNames.of(looking.project, looking.names, dataset, (row["clip"] for row in all_rows))
    where = {"comparison": stored.name} if stored else {"dataset": dataset}
    for row in part.rows:
        row |= {
            "called": shown.called[row["clip"]],
            "href": looking.link(clip=shown.keys[row["clip"]], **where),
        }
    return looking.page(
        "clip_choice.html.j2",
        part=part,
        dataset=dataset,
        tested=run is not None,
        system=said(network),
        choices=_choices(looking, all_rows, where) if run else [],
    )


def _main_run(looking: Looking, stored: StoredComparison | None) -> tuple[str, Run | None]:
    """Return the fused system's run, or another one where that is gone."""
    runs = stored.runs if stored else {}
    for network in sorted(runs, key=lambda name: name != FUSED):
        run = run_called(looking.project, runs[network])
        if run is not None and (run.folder / "predictions.csv").is_file():
            return network, run
    return "", None


def _tested(looking: Looking, run: Run) -> list[dict[str, Any]]:
    answers = clip_answers(looking.project, run)
    by_clip = answers.groupby("clip", sort=False).agg(
        truth=("truth", "first"), said=("said", "first"), right=("right", "all")
    )
    rows = [{"clip": clip, **row} for clip, row in by_clip.to_dict("index").items()]
    return sorted(rows, key=lambda row: (bool(row["right"]), looking.names.token("clip", row["clip"])))


def _catalogued(looking: Looking, dataset: str) -> list[dict[str, Any]]:
    table = looking.mixed(catalog_of(looking.project, dataset))
    return [
        {"clip": clip, "truth": meant, "said": "", "right": False}
        for clip, meant in zip(table["clip"], table["intended"], strict=True)
    ]


def _choices(
    looking: Looking, rows: list[dict[str, Any]], where: dict[str, str]
) -> list[tuple[str, int, str]]:
    """Return the ways to limit the list: words, how many clips, address."""
    found = [("all", len(rows), looking.link(**where))]
    for outcome in ("wrong", "right"):
        n = sum(row["right"] == (outcome == "right") for row in rows)
        found.append((outcome, n, looking.link(outcome=outcome, **where)))
    for name in sorted({row["truth"] for row in rows}):
        n = sum(row["truth"] == name for row in rows)
        found.append((f"truly {name}", n, looking.link(true=name, **where)))
    return found
