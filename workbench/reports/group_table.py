"""All groups of runs of a project in one table: seeds, folds, searches, ablations, and what came of each."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbench.evaluation.estimates import Share
from workbench.evaluation.warnings import leak_codes, marked
from workbench.files import read_json
from workbench.models.code_version import code_in_words
from workbench.models.groups import Group, list_groups
from workbench.project import Project
from workbench.systems.ablation import RUNNING

COLUMNS = (
    "group",
    "kind",
    "network",
    "split",
    "status",
    "what",
    "outcome",
    "minutes",
    "data",
    "code",
    "go_on",
)


def group_table(project: Project) -> pd.DataFrame:
    """Return one row per group of runs, the newest first.

    Returns
    -------
    pd.DataFrame
        ``group, kind, network, split, status``; ``what`` (how many seeds, folds, trials), ``outcome`` (empty when it is
        not finished; of a leaking split, with its mark), ``minutes, data, code``, and ``go_on``, the command that goes on with
        one that is not finished.
    """
    rows = []
    for group in list_groups(project):
        facts = group.facts()
        outcome = outcome_in_words(group) if facts["status"] == "finished" else ""
        rows.append(
            [
                group.id,
                facts["kind"],
                facts["network"],
                facts["split"],
                facts["status"],
                _what(facts),
                marked(outcome, leak_codes(facts.get("warnings", []))) if outcome else "",
                round(facts["duration_s"] / 60, 1),
                facts["data_hash"][:8],
                code_in_words(facts["code"]),
                "" if facts["status"] == "finished" else group.going_on(),
            ]
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _what(facts: dict[str, Any]) -> str:
    kind = facts["kind"]
    if kind == "seeds":
        return f"{facts['n_seeds']} seeds"
    if kind == "folds":
        return f"{len(facts['folds'])} folds by speaker"
    return f"{facts['n_trials']} trials" if kind == "search" else "4 systems"


def outcome_in_words(group: Group) -> str:
    """Say in a few words what came of a finished group: a share with its counts and interval."""
    kind, result = group.facts()["kind"], group.result()
    if kind == "seeds":
        mean = Share(**result["mean"])
        return f"mean {mean.in_words()}, spread {100 * (result['spread'] or 0):.1f} points"
    if kind == "folds":
        judged = read_json(group.folder / "evaluation.json")
        return Share(**(judged["clips"] or judged["frames"])["accuracy"]).in_words()
    if kind == "search":
        best = result["best"]
        return f"best trial {best['number'] + 1}: {best['score']:.1%} of the validation samples (the test was not read)"
    judged = result["systems"][RUNNING]
    return f"{RUNNING} {Share(**(judged['clips'] or judged['frames'])['accuracy']).in_words()}"


def group_lines(table: pd.DataFrame) -> list[str]:
    """Return the table for a terminal, two lines per group."""
    lines = []
    for row in table.to_dict("records"):
        lines.append(
            f"{row['group']}  {row['what']}, {row['split']} split: {row['outcome'] or row['status']}"
        )
        go_on = f" · go on with `{row['go_on']}`" if row["go_on"] else ""
        lines.append(f"    data {row['data']} · code {row['code']} · {row['minutes']} min{go_on}")
    return lines
