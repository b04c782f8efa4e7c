"""One run of a cross-validation: fold by fold, each kept as soon as it is whole, then pooled and judged.

Several processes may work on one run: each takes a fold that nobody works on, and the last one judges.

The run in ``reports/runs/<id>/`` is like any other: ``evaluate``, ``compare``, ``calibrate`` and ``report`` take it. Its
``predictions.csv`` holds the answers of all folds together, every clip once; ``folds/`` holds what each fold learnt.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from filelock import FileLock, Timeout

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
    arrays : dict of str to np.ndarray
        Whatever else was learnt.
    parts : dict of str to pd.DataFrame
        What each part of a system says alone, where it has several; pooled as ``predictions_<part>.csv``.
    """

    table: pd.DataFrame
    facts: dict[str, Any]
    networks: list[Any] = field(default_factory=list)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    parts: dict[str, pd.DataFrame] = field(default_factory=dict)


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

    Notes
    -----
    ``duration_s`` of the run is the work of all folds together, by whichever process.
    """
    run.update(status="running")
    (run.folder / "folds").mkdir(exist_ok=True)
    try:
        # First the folds that nobody works on; then wait for those of other processes, should one of them die.
        for patience in (0, -1):
            for fold in range(n_folds):
                _one_fold(run, fold, answer, _told(progress, fold, n_folds), patience)
    except BaseException as error:
        run.update(status="stopped" if isinstance(error, KeyboardInterrupt) else "failed")
        raise
    _judge(run, n_folds)
    progress(1000, 1000, "judged")
    return run


def _one_fold(
    run: Run, fold: int, answer: Callable[[int, Progress], FoldAnswer], progress: Progress, patience: int
) -> None:
    """Compute and keep a fold unless it is there, or another process works on it and there is no patience to wait."""
    if _about(run, fold).is_file():
        return
    try:
        with FileLock(run.folder / "folds" / f".{fold + 1}.lock", timeout=patience):
            if not _about(run, fold).is_file():
                begun = time.monotonic()
                _keep(run, fold, answer(fold, progress), begun=begun)
    except Timeout:
        return


def _told(progress: Progress, fold: int, n_folds: int) -> Progress:
    part = within(progress, fold / n_folds, (fold + 1) / n_folds)
    return lambda done, total, what: part(done, total, f"fold {fold + 1} of {n_folds}: {what}")


def _about(run: Run, fold: int) -> Any:
    return run.folder / "folds" / f"{fold + 1}.json"


def _keep(run: Run, fold: int, found: FoldAnswer, *, begun: float) -> None:
    """Keep what a fold learnt and says; its ``.json`` comes last and says that the fold is whole."""
    folder = run.folder / "folds"
    for member, network in enumerate(found.networks, start=1):
        with atomic_file(folder / f"{fold + 1}-{member}.keras") as temporary:
            network.save(temporary)
    if found.arrays:
        with atomic_file(folder / f"{fold + 1}.npz") as temporary, temporary.open("wb") as stream:
            np.savez(stream, **found.arrays)  # type: ignore[arg-type]  # names are never "file"
    for name, table in found.parts.items():
        write(table, folder / f"{fold + 1}_{name}.csv")
    write(found.table, folder / f"{fold + 1}.csv")
    told = {
        "fold": fold + 1,
        "parts": sorted(found.parts),
        "speakers": sorted(set(found.table["speaker"]) - {""}),
        "n_tested": int(found.table["clip"].nunique()),
    }
    hashes = (
        {"weights_hashes": [weights_hash(network) for network in found.networks]} if found.networks else {}
    )
    write_json(
        _about(run, fold), {**told, **found.facts, **hashes, "seconds": round(time.monotonic() - begun, 1)}
    )


def _judge(run: Run, n_folds: int) -> None:
    facts, folds = run.facts(), [read_json(_about(run, fold)) for fold in range(n_folds)]
    table = _pooled(run, n_folds)
    write(table, run.folder / "predictions.csv")
    for name in folds[0]["parts"]:
        write(_pooled(run, n_folds, f"_{name}"), run.folder / f"predictions_{name}.csv")
    judged = evaluate(
        table, split=facts["split"], split_warnings=facts["warnings"], seed=facts["seed"]
    ).as_json()
    write_json(run.folder / "evaluation.json", judged)
    found = {"parameters": folds[0]["parameters"]} if "parameters" in folds[0] else {}
    run.update(
        status="finished",
        duration_s=round(sum(fold["seconds"] for fold in folds), 1),
        warnings=judged["warnings"],
        n_learnt_per_fold=[fold["n_learnt"] for fold in folds],
        **found,
    )


def _pooled(run: Run, n_folds: int, part: str = "") -> pd.DataFrame:
    folder = run.folder / "folds"
    return pd.concat([read(folder / f"{fold + 1}{part}.csv") for fold in range(n_folds)], ignore_index=True)
