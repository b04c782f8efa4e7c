"""Train all four networks on one split, and compare face, voice and both on the same clips."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import workbench
from workbench.datasets.known_answers import Source
from workbench.evaluation.comparison import compare
from workbench.evaluation.predictions import read
from workbench.files import write_json
from workbench.models.runs import Run, utc_now
from workbench.models.settings import NETWORKS, Settings
from workbench.models.training import Epoch
from workbench.progress import Progress, silent, within
from workbench.project import Project
from workbench.systems.experiment import train
from workbench.systems.plan import plan

MODALITIES = ("visual", "audio", "audiovisual")
# Measured shares of the work on two cores, for the estimate only: (cost of one sample and epoch, relative).
_COST = {"mouth": 1.0, "visual": 6.0, "audio": 16.0, "audiovisual": 22.0}


def train_all(
    project: Project,
    dataset: str,
    *,
    split: str = "speaker",
    seed: int = 0,
    answers: Source = "both",
    mouth_run: str | None = None,
    epochs: int | dict[str, int] | None = None,
    on_epoch: Callable[[Run, Epoch], None] = lambda run, epoch: None,
    progress: Progress = silent,
    **changes: Any,
) -> dict[str, Run]:
    """Train mouth, visual, audio and audiovisual in this order and store how the three modalities compare.

    Parameters
    ----------
    epochs : int or dict of str to int, optional
        For all, or per network; the published 50 when left out.
    **changes
        Further changes to the published settings of every network (``per_class_train`` …).

    Returns
    -------
    dict of str to Run
        The four runs; the comparison lies in ``reports/comparisons/``.
    """
    per_network = {name: epochs.get(name) if isinstance(epochs, dict) else epochs for name in NETWORKS}
    plans = {
        name: plan(
            dataset,
            name,
            split=split,
            seed=seed,
            answers=answers,
            mouth_run=mouth_run,
            epochs=per_network[name],
            **changes,
        )
        for name in NETWORKS
    }
    work = {name: cost_of(name, p.settings) for name, p in plans.items()}
    total, done = sum(work.values()), 0.0
    runs: dict[str, Run] = {}
    for name, what in plans.items():
        step = within(progress, done / total, (done + work[name]) / total)
        runs[name] = train(project, what, on_epoch=on_epoch, progress=step)
        done += work[name]
    store_comparison(project, {name: runs[name] for name in MODALITIES}, seed=seed)
    return runs


def cost_of(network: str, settings: Settings) -> float:
    """Return about how long a training takes, in the time of one mouth sample."""
    epochs = settings.epochs if settings.train_branches or network != "audiovisual" else 1
    return _COST[network] * epochs * settings.per_class_train


def store_comparison(project: Project, runs: dict[str, Run], *, seed: int = 0) -> str:
    """Compare runs on the same test clips and keep the result in ``reports/comparisons/``; return its name."""
    tables = {name: read(run.folder / "predictions.csv") for name, run in runs.items()}
    facts = next(iter(runs.values())).facts()
    name = f"{datetime.now(UTC).strftime('%Y%m%d-%H%M%S')}-{facts['dataset']}"
    write_json(
        project.reports / "comparisons" / f"{name}.json",
        {
            "dataset": facts["dataset"],
            "split": facts["split"],
            "seed": seed,
            "made_utc": utc_now(),
            "version": workbench.__version__,
            "data_hash": facts["data_hash"],
            "runs": {name: run.id for name, run in runs.items()},
            "comparison": compare(tables, seed=seed).as_json(),
        },
    )
    return name
