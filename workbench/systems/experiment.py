"""Train a network on a dataset from its split to its stored judgement: one call, one run folder."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.samples import Samples
from workbench.errors import InvalidInputError
from workbench.evaluation.predictions import write
from workbench.evaluation.report import evaluate
from workbench.files import write_json
from workbench.models.runs import Run
from workbench.models.settings import CLASSES, Augmentation, Settings
from workbench.models.training import Epoch, fit
from workbench.progress import Progress, silent, within
from workbench.project import Project
from workbench.systems.judging import predictions_on
from workbench.systems.plan import Plan
from workbench.systems.preparation import companions_of, samples_of, usable_moments
from workbench.systems.run_alarms import after_training, before_training

OnEpoch = Callable[[Run, Epoch], None]


def train(
    project: Project, what: Plan, *, on_epoch: OnEpoch = lambda run, epoch: None, progress: Progress = silent
) -> Run:
    """Train, judge on the test part, and keep everything in ``reports/runs/<id>/``.

    Raises
    ------
    InvalidInputError
        Nothing to learn from, a split that cannot be made, or a companion run that is missing.
    """
    dataset = Dataset.open(project, what.dataset)
    companions = companions_of(project, what)
    moments, split = usable_moments(project, dataset, what, companions)
    samples = samples_of(dataset, moments, what)
    run = Run.create(
        project,
        dataset=what.dataset,
        network=what.network,
        seed=what.seed,
        facts=_facts(dataset, what, moments, split, samples, companions),
    )
    run.write_split(split)
    return _finish(project, run, what, dataset, moments, samples, companions, on_epoch, progress)


def resume(
    project: Project,
    reference: str,
    *,
    on_epoch: OnEpoch = lambda run, epoch: None,
    progress: Progress = silent,
) -> Run:
    """Go on with a stopped training from its last finished epoch.

    Raises
    ------
    InvalidInputError
        The run is finished, or its data changed since.
    """
    run = Run.open(project, reference)
    facts = run.facts()
    if facts["status"] == "finished":
        raise InvalidInputError(f"Only a stopped run can go on. {run.id} is finished: train a new one.")
    stored = dict(facts["settings"])
    if stored["augmentation"]:
        stored["augmentation"] = Augmentation(**stored["augmentation"])
    settings = Settings(**stored)
    what = Plan(
        facts["dataset"],
        facts["network"],
        facts["split"],
        facts["seed"],
        settings,
        facts["answers"],
        facts["companions"].get("mouth"),
    )
    dataset = Dataset.open(project, what.dataset)
    companions = {name: Run.open(project, run_id) for name, run_id in facts["companions"].items()}
    moments, _ = usable_moments(project, dataset, what, companions)
    samples = samples_of(dataset, moments, what)
    if samples.content_hash() != facts["samples_hash"]:
        raise InvalidInputError(
            f"A run can only go on with the data it began with. The samples of {run.id} have changed (clips or labels were added): train a new one."
        )
    run.update(status="running")
    return _finish(project, run, what, dataset, moments, samples, companions, on_epoch, progress)


def _facts(
    dataset: Dataset,
    what: Plan,
    moments: pd.DataFrame,
    split: pd.DataFrame,
    samples: Samples,
    companions: dict[str, Run],
) -> dict[str, Any]:
    alarms = before_training(dataset, moments, split, network=what.network, seed=what.seed)
    speakers = {part: sorted(set(rows["speaker"]) - {""}) for part, rows in split.groupby("part")}
    return {
        "split": what.split,
        "answers": what.answers,
        "answer_sources": {str(k): int(v) for k, v in samples.table["answer_source"].value_counts().items()},
        "settings": what.settings.as_json(),
        "epochs": what.settings.epochs,
        "classes": list(CLASSES[what.network]),
        "data_hash": dataset.data_hash(),
        "samples_hash": samples.content_hash(),
        "n_samples": {part: int((samples.table["part"] == part).sum()) for part in ("train", "validation")},
        "effective_labels": {part: samples.part(part).effective() for part in ("train", "validation")},
        "speakers": speakers,
        "companions": {name: run.id for name, run in companions.items()},
        "warnings": [alarm.as_json() for alarm in alarms],
    }


def _finish(
    project: Project,
    run: Run,
    what: Plan,
    dataset: Dataset,
    moments: pd.DataFrame,
    samples: Samples,
    companions: dict[str, Run],
    on_epoch: OnEpoch,
    progress: Progress,
) -> Run:
    started, before_s = time.monotonic(), float(run.facts().get("duration_s", 0.0))
    branches: dict[str, Any] = {
        name: companions[name].predictor().full for name in ("visual", "audio") if name in companions
    }

    def told(epoch: Epoch) -> None:
        run.add_epoch(epoch)
        on_epoch(run, epoch)

    try:
        full = fit(
            what.network,
            train=samples.part("train"),
            validation=samples.part("validation"),
            settings=what.settings,
            seed=what.seed,
            checkpoint=run.checkpoint,
            branches=branches,
            on_epoch=told,
            progress=within(progress, 0.0, 0.95),
        )
    except BaseException as error:
        stopped = isinstance(error, KeyboardInterrupt)
        run.update(
            status="stopped" if stopped else "failed",
            duration_s=round(before_s + time.monotonic() - started, 1),
        )
        raise
    run.save_network(full)
    answered = moments[moments["answer"] != ""]
    table = predictions_on(dataset, answered[answered["part"] == "test"], run=run, companions=companions)
    held_out = answered[answered["part"] == "validation"]
    if len(held_out):  # there is none when people are evenly divided about every moment (soft labels)
        validation = predictions_on(dataset, held_out, run=run, companions=companions)
        write(validation, run.folder / "validation_predictions.csv")
    _judge(run, table, duration_s=before_s + time.monotonic() - started)
    progress(1000, 1000, f"{what.network}: judged on {table['clip'].nunique()} clips")
    return run


def _judge(run: Run, table: pd.DataFrame, *, duration_s: float) -> None:
    """Store the test predictions and their evaluation; add what the evaluation warns of to the run's warnings."""
    facts = run.facts()
    write(table, run.folder / "predictions.csv")
    known = [*facts["warnings"], *after_training(run)]
    judged = evaluate(table, split=facts["split"], split_warnings=known, seed=facts["seed"]).as_json()
    write_json(run.folder / "evaluation.json", judged)
    last = run.history().iloc[-1]
    run.update(
        status="finished",
        duration_s=round(duration_s, 1),
        warnings=judged["warnings"],
        training={name: float(last[name]) for name in ("accuracy", "loss", "val_accuracy", "val_loss")},
    )
