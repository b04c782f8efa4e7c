"""Train a network on a dataset from its split to its stored judgement: one call, one run folder."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.errors import InvalidInputError
from workbench.evaluation.predictions import write
from workbench.evaluation.report import evaluate
from workbench.files import write_json
from workbench.models.runs import Run
from workbench.models.settings import CLASSES
from workbench.models.training import Epoch, fit
from workbench.progress import Progress, silent, within
from workbench.project import Project
from workbench.systems.judging import predictions_on
from workbench.systems.plan import Plan, plan_of
from workbench.systems.preparation import Prepared, prepare
from workbench.systems.run_alarms import after_training, before_training

OnEpoch = Callable[[Run, Epoch], None]
_TRAINED = 0.97
"""The share of the work after which only the export for use without TensorFlow is left."""


def train(
    project: Project, what: Plan, *, on_epoch: OnEpoch = lambda run, epoch: None, progress: Progress = silent
) -> Run:
    """Train, judge on the test part, and keep everything in ``reports/runs/<id>/``, ready for use without TensorFlow.

    Raises
    ------
    InvalidInputError
        Nothing to learn from, a split that cannot be made, or a companion run that is missing.
    """
    training, exporting = within(progress, 0.0, _TRAINED), within(progress, _TRAINED, 1.0)
    run = train_prepared(project, prepare(project, what), on_epoch=on_epoch, progress=training)
    run.runtime(progress=exporting)
    return run


def train_prepared(
    project: Project,
    prepared: Prepared,
    *,
    facts: dict[str, Any] | None = None,
    on_epoch: OnEpoch = lambda run, epoch: None,
    progress: Progress = silent,
) -> Run:
    """Train on what is prepared, as a run of its own.

    Parameters
    ----------
    facts : dict, optional
        Further facts to keep in ``run.json`` (the group it belongs to).
    """
    what = prepared.what
    run = Run.create(
        project,
        dataset=what.dataset,
        network=what.network,
        seed=what.seed,
        facts={**facts_of(prepared), **(facts or {})},
    )
    run.write_split(prepared.split)
    finish(run, prepared, on_epoch=on_epoch, progress=progress)
    return run


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
    companions = {name: Run.open(project, run_id) for name, run_id in facts["companions"].items()}
    prepared = prepare(project, plan_of(facts), companions=companions)
    hashes = {"samples_hash": prepared.samples.content_hash(), "answers_hash": prepared.answers_hash()}
    if any(facts.get(name, now) != now for name, now in hashes.items()):  # older runs lack the answers' hash
        raise InvalidInputError(
            f"A run can only go on with the data it began with. The samples of {run.id} have changed (clips or labels were added): train a new one."
        )
    run.update(status="running")
    training, exporting = within(progress, 0.0, _TRAINED), within(progress, _TRAINED, 1.0)
    finish(run, prepared, on_epoch=on_epoch, progress=training)
    if "group" not in facts:  # members of groups are judged; one that is used is exported then
        run.runtime(progress=exporting)
    return run


def facts_of(prepared: Prepared) -> dict[str, Any]:
    """Return what a run keeps of what it was trained on and how, so that it can be trained again."""
    what, split, samples = prepared.what, prepared.split, prepared.samples
    alarms = before_training(prepared.dataset, prepared.moments, split, network=what.network, seed=what.seed)
    speakers = {part: sorted(set(rows["speaker"]) - {""}) for part, rows in split.groupby("part")}
    return {
        "split": what.split,
        "answers": what.answers,
        "answer_sources": {str(k): int(v) for k, v in samples.table["answer_source"].value_counts().items()},
        "settings": what.settings.as_json(),
        "epochs": what.settings.epochs,
        "classes": list(CLASSES[what.network]),
        "data_hash": prepared.dataset.data_hash(),
        "samples_hash": samples.content_hash(),
        "arrays_hash": samples.arrays_hash(),
        "answers_hash": prepared.answers_hash(),
        "n_samples": {part: int((samples.table["part"] == part).sum()) for part in ("train", "validation")},
        "effective_labels": {part: samples.part(part).effective() for part in ("train", "validation")},
        "speakers": speakers,
        "companions": {name: run.id for name, run in prepared.companions.items()},
        "warnings": [alarm.as_json() for alarm in alarms],
        **what.place(),
    }


def fit_prepared(
    prepared: Prepared,
    *,
    checkpoint: Path,
    on_epoch: Callable[[Epoch], None] = lambda epoch: None,
    progress: Progress = silent,
) -> Any:
    """Train the network of what is prepared and return it; nothing is judged and nothing kept but the checkpoint."""
    what, samples = prepared.what, prepared.samples
    branches: dict[str, Any] = {
        name: prepared.companions[name].predictor().full
        for name in ("visual", "audio")
        if name in prepared.companions
    }
    return fit(
        what.network,
        train=samples.part("train"),
        validation=samples.part("validation"),
        settings=what.settings,
        seed=what.seed,
        checkpoint=checkpoint,
        branches=branches,
        on_epoch=on_epoch,
        progress=progress,
    )


def finish(
    run: Run,
    prepared: Prepared,
    *,
    on_epoch: OnEpoch = lambda run, epoch: None,
    progress: Progress = silent,
) -> None:
    """Train into a run's folder, from its checkpoint where there is one, judge on the test part and keep everything."""
    started, before_s = time.monotonic(), float(run.facts().get("duration_s", 0.0))
    if not run.checkpoint.is_file():
        run.forget_history()  # it begins anew, also where an earlier process was killed while it judged

    def told(epoch: Epoch) -> None:
        run.add_epoch(epoch)
        on_epoch(run, epoch)

    try:
        full = fit_prepared(
            prepared, checkpoint=run.checkpoint, on_epoch=told, progress=within(progress, 0.0, 0.95)
        )
    except BaseException as error:
        stopped = isinstance(error, KeyboardInterrupt)
        run.update(
            status="stopped" if stopped else "failed",
            duration_s=round(before_s + time.monotonic() - started, 1),
        )
        raise
    run.save_network(full)
    dataset, companions = prepared.dataset, prepared.companions
    table = predictions_on(dataset, prepared.answered("test"), run=run, companions=companions)
    held_out = prepared.answered("validation")
    if len(held_out):  # there is none when people are evenly divided about every moment (soft labels)
        validation = predictions_on(dataset, held_out, run=run, companions=companions)
        write(validation, run.folder / "validation_predictions.csv")
    _judge(run, table, duration_s=before_s + time.monotonic() - started)
    progress(1000, 1000, f"{prepared.what.network}: judged on {table['clip'].nunique()} clips")


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
