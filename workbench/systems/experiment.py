"""Train a network on a dataset from its split to its stored judgement: one call, one run folder."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.known_answers import Source, answers_for_moments
from workbench.datasets.leaks import leaks_of_split
from workbench.datasets.moments import gather, moments_table
from workbench.datasets.samples import Samples, collect
from workbench.datasets.splits import SplitKind, check_kind, parts_of_moments, split_clips
from workbench.errors import InvalidInputError
from workbench.evaluation.predictions import write
from workbench.evaluation.report import evaluate
from workbench.files import write_json
from workbench.labels.store import LabelStore
from workbench.models.runs import Run, latest_run
from workbench.models.settings import CLASSES, INPUTS, Settings, published
from workbench.models.training import Epoch, fit
from workbench.progress import Progress, silent, within
from workbench.project import Project
from workbench.sentiment import OPEN_THRESHOLD
from workbench.systems.judging import predictions_on

OnEpoch = Callable[[Run, Epoch], None]


@dataclass(frozen=True)
class Plan:
    """What to train on what, decided before anything is computed.

    Attributes
    ----------
    dataset : str
    network : {"mouth", "visual", "audio", "audiovisual"}
    split : {"speaker", "clip", "frame"}
    seed : int
    settings : Settings
    answers : {"both", "known", "hand"}
        Which answers are learnt from (:mod:`workbench.datasets.known_answers`).
    mouth_run : str, optional
        The run that gates the audiovisual network, when it is not this dataset's own.
    """

    dataset: str
    network: str
    split: SplitKind
    seed: int
    settings: Settings
    answers: Source = "both"
    mouth_run: str | None = None


def plan(
    dataset: str,
    network: str,
    *,
    split: str = "speaker",
    seed: int = 0,
    answers: Source = "both",
    mouth_run: str | None = None,
    **changes: Any,
) -> Plan:
    """Return the published training of a network with the given changes (epochs, per_class_train, …).

    Raises
    ------
    InvalidInputError
        An unknown network, split or source, or a number that is not positive.
    """
    check_kind(split)
    return Plan(dataset, network, split, seed, published(network).with_changes(**changes), answers, mouth_run)  # type: ignore[arg-type]


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
    companions = _companions(project, what)
    moments, split = _prepared(project, dataset, what, companions)
    samples = _samples(dataset, moments, what)
    run = Run.create(
        project,
        dataset=what.dataset,
        network=what.network,
        seed=what.seed,
        facts=_facts(dataset, what, split, samples, companions),
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
    settings = Settings(
        **{
            **facts["settings"],
            "augmentation": published(facts["network"]).augmentation
            if facts["settings"]["augmentation"]
            else None,
        }
    )
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
    moments, _ = _prepared(project, dataset, what, companions)
    samples = _samples(dataset, moments, what)
    if samples.content_hash() != facts["samples_hash"]:
        raise InvalidInputError(
            f"A run can only go on with the data it began with. The samples of {run.id} have changed (clips or labels were added): train a new one."
        )
    run.update(status="running")
    return _finish(project, run, what, dataset, moments, samples, companions, on_epoch, progress)


def _companions(project: Project, what: Plan) -> dict[str, Run]:
    """Return the runs an audiovisual network is made with."""
    if what.network != "audiovisual":
        return {}
    found: dict[str, Run] = {}
    if what.mouth_run:
        found["mouth"] = Run.open(project, what.mouth_run)
        if found["mouth"].facts()["network"] != "mouth":
            raise InvalidInputError(
                f"The gate must be a mouth run. {what.mouth_run} is a {found['mouth'].facts()['network']} run."
            )
    for name in ("mouth", "visual", "audio"):
        run = found.get(name) or latest_run(
            project, network=name, dataset=what.dataset, split=what.split, seed=what.seed
        )
        if run is None:
            raise InvalidInputError(
                f"The audiovisual network starts from trained mouth, visual and audio networks with the same split and seed. There is no finished {name} run "
                f"of {what.dataset} ({what.split} split, seed {what.seed}): run `workbench train {what.dataset} --network {name}`"
                + (", or name a mouth run of another dataset with --mouth-run." if name == "mouth" else ".")
            )
        found[name] = run
    return found


def _prepared(
    project: Project, dataset: Dataset, what: Plan, companions: dict[str, Run]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return every moment that the network could use, with answer and part, and the split of the clips."""
    moments = moments_table(dataset)
    clips = moments.drop_duplicates("clip")[["clip", "speaker", "sex"]]
    split = split_clips(clips, kind=what.split, seed=what.seed)
    moments["part"] = parts_of_moments(moments, split, seed=what.seed)
    question = "mouth" if what.network == "mouth" else "sentiment"
    hand = LabelStore.open(project.labels).current(question)
    moments = moments.join(
        answers_for_moments(moments, question=question, dataset=dataset, hand=hand, source=what.answers)
    )
    usable = moments["voiced"] if what.network == "audio" else moments["face_row"] >= 0
    moments = moments[usable].copy()
    if what.network == "audiovisual":
        moments["p_open"] = (
            companions["mouth"].predictor().probabilities(**gather(dataset, moments, ("mouths",)))[:, 1]
        )
    if moments.empty:
        raise InvalidInputError(
            f"The {what.network} network needs moments with {'voice' if what.network == 'audio' else 'a face'}. {dataset.name} has none."
        )
    return moments, split


def _samples(dataset: Dataset, moments: pd.DataFrame, what: Plan) -> Samples:
    fit_for_learning = moments[moments["answer"] != ""]
    if what.network == "audiovisual":
        fit_for_learning = fit_for_learning[
            fit_for_learning["has_sound"] & (fit_for_learning["p_open"] > OPEN_THRESHOLD)
        ]
    return collect(
        dataset,
        fit_for_learning,
        what=INPUTS[what.network],
        classes=CLASSES[what.network],
        per_class={"train": what.settings.per_class_train, "validation": what.settings.per_class_validation},
        seed=what.seed,
    )


def _facts(
    dataset: Dataset, what: Plan, split: pd.DataFrame, samples: Samples, companions: dict[str, Run]
) -> dict[str, Any]:
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
        "speakers": speakers,
        "companions": {name: run.id for name, run in companions.items()},
        "warnings": leaks_of_split(split),
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
    branches = {name: companions[name].predictor().full for name in ("visual", "audio") if name in companions}

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
    test = moments[(moments["part"] == "test") & (moments["answer"] != "")]
    table = predictions_on(dataset, test, run=run, companions=companions)
    _judge(run, table, duration_s=before_s + time.monotonic() - started)
    progress(1000, 1000, f"{what.network}: judged on {table['clip'].nunique()} clips")
    return run


def _judge(run: Run, table: pd.DataFrame, *, duration_s: float) -> None:
    """Store the test predictions and their evaluation; add what the evaluation warns of to the run's warnings."""
    facts = run.facts()
    write(table, run.folder / "predictions.csv")
    judged = evaluate(
        table, split=facts["split"], split_warnings=facts["warnings"], seed=facts["seed"]
    ).as_json()
    write_json(run.folder / "evaluation.json", judged)
    last = run.history().iloc[-1]
    run.update(
        status="finished",
        duration_s=round(duration_s, 1),
        warnings=judged["warnings"],
        training={name: float(last[name]) for name in ("accuracy", "loss", "val_accuracy", "val_loss")},
    )
