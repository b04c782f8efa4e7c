"""All runs of a project in one table, for people to look over and for scripts to read."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbench.evaluation.warnings import leak_codes, marked
from workbench.models.code_version import code_in_words
from workbench.models.runs import Run
from workbench.models.settings import PUBLISHED
from workbench.project import Project
from workbench.reports.stored import list_runs, stored_evaluation

COLUMNS = (
    "run", "network", "split", "seed", "status", "right", "accuracy", "warnings", "minutes", "settings", "data", "code",
    "fold", "group",
)  # fmt: skip
_SHORT_HASH = 8


def run_table(project: Project) -> pd.DataFrame:
    """Return one row per run, the newest first: what it is, clips (or moments) right of n with interval, and its origin.

    Returns
    -------
    pd.DataFrame
        ``run, network, split, seed, status, right, accuracy, warnings, minutes``; ``settings`` (what is not as
        published), ``data`` (the first digits of the data's hash), ``code`` (version, commit, ``dirty`` where it was
        changed since), ``fold`` (``2/5``) and ``group``. ``right`` and ``accuracy`` are empty for runs that are not
        finished; the accuracy of a run whose split leaks carries its mark.
    """
    rows = [_row(run.facts(), *_score(run)) for run in list_runs(project)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _score(run: Run) -> tuple[str, str]:
    facts = run.facts()
    if facts["status"] != "finished":
        return "", ""
    judged = stored_evaluation(run)
    share = (judged["clips"] or judged["frames"])["accuracy"]
    right = f"{share['k']}/{share['n']} {'clips' if judged['clips'] else 'moments'}"
    figure = f"{share['value']:.1%} ({share['low']:.1%} to {share['high']:.1%})"
    return right, marked(figure, leak_codes(facts["warnings"]))


def _row(facts: dict[str, Any], right: str, accuracy: str) -> list[Any]:
    fold = facts.get("fold")
    return [
        facts["id"],
        facts["network"],
        facts["split"],
        facts["seed"],
        facts["status"],
        right,
        accuracy,
        ", ".join(dict.fromkeys(warning["code"] for warning in facts["warnings"])),
        round(facts.get("duration_s", 0.0) / 60, 1),
        settings_in_words(facts["network"], facts.get("settings", {})),
        facts.get("data_hash", "")[:_SHORT_HASH],
        code_in_words(facts.get("code", facts)),
        f"{fold['number']}/{fold['of']}" if fold else "",
        facts.get("group", ""),
    ]


def settings_in_words(network: str, settings: dict[str, Any]) -> str:
    """Say in what settings differ from the published ones: ``"epochs 5, batch_size 16"``, else ``"as published"``."""
    usual = PUBLISHED[network].as_json() if network in PUBLISHED else {}
    changed = {name: value for name, value in settings.items() if value != usual.get(name)}
    return ", ".join(f"{name} {_value(value)}" for name, value in changed.items()) or "as published"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "(" + ", ".join(f"{name} {_value(one)}" for name, one in value.items() if one) + ")"
    return f"{value:.4g}" if isinstance(value, float) else "none" if value is None else str(value)


def run_lines(table: pd.DataFrame) -> list[str]:
    """Return the table for a terminal, two lines per run; what a run does not have is left out."""
    lines = []
    for row in table.to_dict("records"):
        figure = f"{row['right']}, {row['accuracy']}" if row["right"] else row["status"]
        lines.append(f"{row['run']}  {row['network']}, {row['split']} split, seed {row['seed']}: {figure}")
        origin = [
            f"fold {row['fold']} of {row['group']}" if row["fold"] else row["group"] and f"of {row['group']}",
            f"settings {row['settings']}",
            f"data {row['data']}" if row["data"] else "",
            f"code {row['code']}",
            f"{row['minutes']} min",
            f"warnings {row['warnings']}" if row["warnings"] else "",
        ]
        lines.append("    " + " · ".join(part for part in origin if part))
    return lines
