"""One run of a cross-validation: fold by fold, each kept as soon as it is whole, then pooled and judged.

The run in ``reports/runs/<id>/`` is like any other: ``evaluate``, ``compare``, ``calibrate`` and ``report`` take it. Its
``predictions.csv`` holds the answers of all folds together, every clip once; ``folds/`` holds what each fold learnt.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from workbench.evaluation.predictions import read, write
from workbench.evaluation.report import evaluate
from workbench.files import atomic_file, read_json, write_json
from workbench.models.inference import weights_hash
from workbench.models.runs import Run
from workbench.progress import Progress, silent, within


@dataclass(frozen=True)
class FoldAnswer:
    """What a system says about the clips of one fold.

    Attributes
    ----------
    table : pd.DataFrame
        The predictions table of the fold.
    facts : dict
        How it was learnt: ``n_learnt`` clips, what was chosen, the course of training.
    networks : list of keras.Model
        What was trained.
    """

    table: pd.DataFrame
    facts: dict[str, Any]
    networks: list[Any] = field(default_factory=list)


def run_folds(
    run: Run, n_folds: int, answer: Callable[[int, Progress], FoldAnswer], *, progress: Progress = silent
) -> Run:
    """Ask for every fold that is not there yet, keep each, then pool and judge them; return the finished run.

    Parameters
    ----------
    answer : callable
        ``answer(fold, progress)`` with the fold from 0.
    progress : Progress
        May raise to stop: folds that are whole stay, and the next call goes on with the others.
    """
    started, before_s = time.monotonic(), float(run.facts().get("duration_s", 0.0))
    run.update(status="running")
    try:
        for fold in range(n_folds):
            if not _about(run, fold).is_file():
                begun = time.monotonic()
                found = answer(fold, _told(progress, fold, n_folds))
                _keep(run, fold, found, seconds=time.monotonic() - begun)
    except BaseException as error:
        stopped = isinstance(error, KeyboardInterrupt)
        duration_s = round(before_s + time.monotonic() - started, 1)
        run.update(status="stopped" if stopped else "failed", duration_s=duration_s)
        raise
    _judge(run, n_folds, duration_s=before_s + time.monotonic() - started)
    progress(1000, 1000, "judged")
    return run


def _told(progress: Progress, fold: int, n_folds: int) -> Progress:
    part = within(progress, fold / n_folds, (fold + 1) / n_folds)
    return lambda done, total, what: part(done, total, f"fold {fold + 1} of {n_folds}: {what}")


def _about(run: Run, fold: int) -> Any:
    return run.folder / "folds" / f"{fold + 1}.json"


def _keep(run: Run, fold: int, found: FoldAnswer, *, seconds: float) -> None:
    """Keep what a fold learnt and says; its ``.json`` comes last and says that the fold is whole."""
    folder = run.folder / "folds"
    folder.mkdir(exist_ok=True)
    for member, network in enumerate(found.networks, start=1):
        with atomic_file(folder / f"{fold + 1}-{member}.keras") as temporary:
            network.save(temporary)
    write(found.table, folder / f"{fold + 1}.csv")
    told = {
        "fold": fold + 1,
        "speakers": sorted(set(found.table["speaker"]) - {""}),
        "n_tested": int(found.table["clip"].nunique()),
    }
    hashes = (
        {"weights_hashes": [weights_hash(network) for network in found.networks]} if found.networks else {}
    )
    write_json(_about(run, fold), {**told, **found.facts, **hashes, "seconds": round(seconds, 1)})


def _judge(run: Run, n_folds: int, *, duration_s: float) -> None:
    folder, facts = run.folder / "folds", run.facts()
    table = pd.concat([read(folder / f"{fold + 1}.csv") for fold in range(n_folds)], ignore_index=True)
    write(table, run.folder / "predictions.csv")
    judged = evaluate(
        table, split=facts["split"], split_warnings=facts["warnings"], seed=facts["seed"]
    ).as_json()
    write_json(run.folder / "evaluation.json", judged)
    folds = [read_json(_about(run, fold)) for fold in range(n_folds)]
    found = {"parameters": folds[0]["parameters"]} if "parameters" in folds[0] else {}
    run.update(
        status="finished",
        duration_s=round(duration_s, 1),
        warnings=judged["warnings"],
        n_learnt_per_fold=[fold["n_learnt"] for fold in folds],
        **found,
    )
