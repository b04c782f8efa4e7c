"""All runs of a project in one table, for people to look over."""

from __future__ import annotations

import pandas as pd

from workbench.evaluation.warnings import leak_codes, marked
from workbench.project import Project
from workbench.reports.stored import list_runs, stored_evaluation


def run_table(project: Project) -> pd.DataFrame:
    """Return one row per run, the newest first: what it is, clips (or moments) right of n with interval, warnings.

    Returns
    -------
    pd.DataFrame
        ``run, network, split, status, right, accuracy, warnings, minutes``; ``right`` and ``accuracy`` are empty for
        runs that are not finished; the accuracy of a run whose split leaks carries its mark.
    """
    columns = ["run", "network", "split", "status", "right", "accuracy", "warnings", "minutes"]
    rows = []
    for run in list_runs(project):
        facts = run.facts()
        right, accuracy = "", ""
        if facts["status"] == "finished":
            judged = stored_evaluation(run)
            share = (judged["clips"] or judged["frames"])["accuracy"]
            right = f"{share['k']}/{share['n']} {'clips' if judged['clips'] else 'moments'}"
            figure = f"{share['value']:.1%} ({share['low']:.1%} to {share['high']:.1%})"
            accuracy = marked(figure, leak_codes(facts["warnings"]))
        warnings = ", ".join(dict.fromkeys(warning["code"] for warning in facts["warnings"]))
        minutes = round(facts.get("duration_s", 0.0) / 60, 1)
        rows.append(
            [run.id, facts["network"], facts["split"], facts["status"], right, accuracy, warnings, minutes]
        )
    return pd.DataFrame(rows, columns=columns)
