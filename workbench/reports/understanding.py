"""The analyst's figures of the latest comparison, one call each for the notebook: pairs too alike, confusion."""

from __future__ import annotations

import numpy as np

from workbench.errors import InvalidInputError
from workbench.evaluation.confusion import Confusion
from workbench.evaluation.gate import Gate
from workbench.evaluation.warnings import LEAK_MARK, leak_codes
from workbench.plots.confusion import plot_confusion
from workbench.plots.gate import plot_pairs
from workbench.plots.style import Drawing, new_figure
from workbench.project import Project
from workbench.reports.stored import StoredComparison, latest_comparison, run_called, stored_evaluation
from workbench.systems.gate import pictures_of


def newest_comparison(project: Project, dataset: str) -> StoredComparison:
    """Return the latest stored comparison of a dataset.

    Raises
    ------
    InvalidInputError
        Nothing was compared yet.
    """
    stored = latest_comparison(project, dataset)
    if stored is None:
        raise InvalidInputError(
            f"There is nothing to understand before a training. No comparison of {dataset} is stored: "
            f"run `workbench train {dataset} --network all`."
        )
    return stored


def pairs_too_alike(project: Project, gate: Gate) -> Drawing:
    """Draw the test pictures that the gate found near-identical to pictures of training, each beside its twin."""
    finding = gate.finding("leak_near_duplicates", "near_duplicates")
    examples = () if finding is None else finding.examples
    return Drawing(plot_pairs(examples, pictures_of(project, gate, examples)))


def confusions(project: Project, stored: StoredComparison) -> Drawing:
    """Draw the confusion matrices of the compared runs side by side (clips; rows true, columns predicted)."""
    figure, axes = new_figure(1, len(stored.runs), width_inch=4.2 * len(stored.runs), height_inch=4.0)
    for ax, (name, run_id) in zip(axes, stored.runs.items(), strict=True):
        run = run_called(project, run_id)
        if run is None:
            raise InvalidInputError(
                f"The run {run_id} must be there to be drawn. Its folder is gone: train again."
            )
        judged = stored_evaluation(run)["clips"]
        counts = np.array(judged["confusion"]["counts"])
        leaks = f" {LEAK_MARK}" if leak_codes(run.facts()["warnings"]) else ""
        title = f"{name}: {np.trace(counts)} of {counts.sum()} right{leaks}"
        plot_confusion(Confusion(tuple(judged["confusion"]["classes"]), counts), title=title, ax=ax)
    return Drawing(figure)
