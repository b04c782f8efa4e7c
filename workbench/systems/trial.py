"""One trial of a search: train with given settings, look at the validation part, and never at the test."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from workbench.datasets.splits import PARTS
from workbench.files import TEMPORARY_PREFIX
from workbench.models.runs import Run
from workbench.models.training import Epoch
from workbench.progress import Progress, silent
from workbench.project import Project
from workbench.systems.experiment import fit_prepared
from workbench.systems.plan import plan_of
from workbench.systems.preparation import prepare

SEEN = tuple(part for part in PARTS if part != "test")
"""Only clips of these parts are read."""


def try_plan(root: str, facts: dict[str, Any], *, progress: Progress = silent) -> dict[str, Any]:
    """Train once and say how it stands on the validation part.

    Made to run in another process: it takes and returns plain values, and writes nothing into the project that stays.

    Parameters
    ----------
    root : str
        The project's folder.
    facts : dict
        What :func:`workbench.systems.plan.plan_of` makes the plan from, with ``companions`` (none, or run ids by network).

    Returns
    -------
    dict
        ``score``: the share of validation samples told right after the last epoch, which is the network that would be
        kept; ``by_epoch``: the same after each epoch; ``loss``, ``seconds``; ``samples_hash`` and ``arrays_hash``.
    """
    project = Project.open(root)
    companions = {name: Run.open(project, run_id) for name, run_id in facts["companions"].items()}
    prepared = prepare(project, plan_of(facts), companions=companions, parts=SEEN)
    epochs: list[Epoch] = []
    with tempfile.TemporaryDirectory(prefix=TEMPORARY_PREFIX, dir=project.reports) as folder:
        fit_prepared(
            prepared, checkpoint=Path(folder) / "checkpoint.npz", on_epoch=epochs.append, progress=progress
        )
    last = epochs[-1]
    return {
        "score": last.val_accuracy,
        "by_epoch": [round(epoch.val_accuracy, 6) for epoch in epochs],
        "loss": round(last.val_loss, 6) if abs(last.val_loss) < float("inf") else None,
        "seconds": round(sum(epoch.seconds for epoch in epochs), 1),
        "samples_hash": prepared.samples.content_hash(),
        "arrays_hash": prepared.samples.arrays_hash(),
    }
