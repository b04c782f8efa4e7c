"""Every alarm about the runs of a comparison, in one table for the notebook: which run, how serious, what to do."""

from __future__ import annotations

import pandas as pd

from workbench.errors import InvalidInputError
from workbench.evaluation.warnings import severity_of
from workbench.project import Project
from workbench.reports.answer import said
from workbench.reports.markdown import literal, word
from workbench.reports.stored import StoredComparison, run_called, stored_evaluation

COLUMNS = ["system", "severity", "code", "message"]
MARKS = {"serious": "⚠ serious", "careful": "△ careful"}
"""A shape and a word each, never a colour alone."""
_NOTHING = "No alarm about {systems}: nothing that is looked for was found."


def alarm_table(project: Project, stored: StoredComparison) -> pd.DataFrame:
    """Return one row per alarm, said of all its systems at once, the serious ones first.

    Parameters
    ----------
    stored : StoredComparison
        Its runs' stored evaluations are read.

    Returns
    -------
    pd.DataFrame
        ``system`` (in a manager's words, several joined by commas), ``severity``, ``code``, ``message``.

    Raises
    ------
    InvalidInputError
        A run is gone or not finished.
    """
    whose: dict[tuple[str, str], list[str]] = {}
    for network, run_id in stored.runs.items():
        run = run_called(project, run_id)
        if run is None:
            raise InvalidInputError(
                f"The run {run_id} must be there for its alarms. Its folder is gone: train again."
            )
        for warning in stored_evaluation(run)["warnings"]:
            names = whose.setdefault((warning["code"], warning["message"]), [])
            if said(network) not in names:
                names.append(said(network))
    rows = [[", ".join(names), severity_of(code), code, words] for (code, words), names in whose.items()]
    table = pd.DataFrame(rows, columns=COLUMNS)
    order = table["severity"].map({"serious": 0, "careful": 1})
    return table.iloc[order.argsort(kind="stable")].reset_index(drop=True)


def alarms_of(project: Project, stored: StoredComparison) -> str:
    """Return the alarms of a comparison's runs as a Markdown table, or a sentence that there are none."""
    table = alarm_table(project, stored)
    if table.empty:
        return _NOTHING.format(systems=literal(", ".join(said(network) for network in stored.runs)))
    lines = ["| | System | What was seen, and what to do |", "|---|---|---|"]
    for row in table.to_dict("records"):
        cells = (
            MARKS[row["severity"]],
            literal(row["system"]),
            f"{literal(row['message'])} `{word(row['code'])}`",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
