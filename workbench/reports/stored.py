"""Read back what was stored under ``reports/``: runs with their predictions and evaluation, and comparisons."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.errors import InvalidInputError, StorageError
from workbench.evaluation.comparison import marked_sentence
from workbench.evaluation.predictions import read
from workbench.evaluation.warnings import leak_codes
from workbench.files import read_json
from workbench.models.groups import Group, fitting_groups
from workbench.models.runs import Run
from workbench.project import Project

LEAKING_SPLITS = ("clip", "sentence", "frame")
"""Splits under which training and test share people, when nothing more is known."""
_COMPARISON_KEYS = ("dataset", "split", "runs", "comparison")


@dataclass(frozen=True)
class StoredComparison:
    """One comparison of runs on the same test clips.

    Attributes
    ----------
    name : str
        ``<utc>-<dataset>``, the file's name without its ending; empty when made just now.
    runs : dict of str to str
        Network to run id.
    pairs : list of dict
        As in ``compare --json``.
    made_utc : str
        When it was made, where known.
    """

    name: str
    dataset: str
    split: str
    runs: dict[str, str]
    pairs: list[dict[str, Any]]
    made_utc: str = ""


def list_runs(project: Project) -> list[Run]:
    """Return the runs of a project, the newest first."""
    return [Run(path.parent) for path in sorted(project.runs.glob("*/run.json"), reverse=True)]


def list_comparisons(project: Project) -> list[str]:
    """Return the names of the stored comparisons, the newest first."""
    return sorted((path.stem for path in (project.reports / "comparisons").glob("*.json")), reverse=True)


def read_comparison(project: Project, name: str) -> StoredComparison:
    """Read a stored comparison.

    Raises
    ------
    InvalidInputError
        There is none of that name.
    StorageError
        It is damaged.
    """
    there = list_comparisons(project)
    if name not in there:  # a name that came with a web address never becomes a path of its own
        raise InvalidInputError(
            f"A comparison must be one of those stored ({', '.join(there) or 'none yet'}). Received {name!r}."
        )
    path = project.reports / "comparisons" / f"{name}.json"
    content = read_json(path)
    try:
        dataset, split, runs, comparison = (content[key] for key in _COMPARISON_KEYS)
        pairs = marked_pairs(project, list(comparison["pairs"]), dict(runs), split=str(split))
        return StoredComparison(
            name, str(dataset), str(split), dict(runs), pairs, content.get("made_utc", "")
        )
    except (KeyError, TypeError, ValueError) as error:
        raise StorageError(
            f"{path} must hold a comparison with {', '.join(_COMPARISON_KEYS)}. It does not ({error!r}): "
            "delete it and train again."
        ) from error


def marked_pairs(
    project: Project, pairs: list[dict[str, Any]], runs: dict[str, str], *, split: str
) -> list[dict[str, Any]]:
    """Return the pairs of a comparison with the mark in every sentence about a run whose split leaks, as known today."""
    leaking = {network for network, run_id in runs.items() if _leaks(project, run_id, split=split)}
    found = []
    for pair in pairs:
        named = [name for name in (pair["a"], pair["b"]) if name in leaking]
        found.append({**pair, "sentence": marked_sentence(pair["sentence"], named)})
    return found


def _leaks(project: Project, run_id: str, *, split: str) -> bool:
    run = run_called(project, run_id)
    return split in LEAKING_SPLITS if run is None else bool(leak_codes(run.facts().get("warnings", [])))


def latest_comparison(project: Project, dataset: str | None = None) -> StoredComparison | None:
    """Return the newest comparison (of a dataset), or None when there is none yet."""
    for name in list_comparisons(project):
        stored = read_comparison(project, name)
        if dataset in (None, stored.dataset):
            return stored
    return None


def run_called(project: Project, run_id: str) -> Run | None:
    """Return the run of exactly this id, or None when it is gone."""
    return next((run for run in list_runs(project) if run.id == run_id), None)


def stored_evaluation(run: Run | Group) -> dict[str, Any]:
    """Return the evaluation kept with a run or a cross-validation, as in ``evaluate --json``.

    Raises
    ------
    InvalidInputError
        The run is not finished.
    """
    path = run.folder / "evaluation.json"
    if not path.is_file():
        raise InvalidInputError(_unfinished(run))
    return read_json(path)


def stored_predictions(run: Run | Group) -> pd.DataFrame:
    """Return what a run predicted on its test part, or what all folds of a cross-validation did.

    Raises
    ------
    InvalidInputError
        The run is not finished.
    """
    path = run.folder / "predictions.csv"
    if not path.is_file():
        raise InvalidInputError(_unfinished(run))
    return read(path)


def stored_validation_predictions(run: Run | Group) -> pd.DataFrame | None:
    """Return what a run predicted on its validation part; None when it kept nothing of that."""
    path = run.folder / "validation_predictions.csv"
    return read(path) if path.is_file() else None


def resolve_predictions(project: Project, reference: str) -> tuple[str, pd.DataFrame, Run | Group | None]:
    """Return name, predictions table, and the run or cross-validation it is of (None for a file).

    The reference is an id (or a part that fits one only), a run's folder, or a file.

    Raises
    ------
    InvalidInputError
        Nothing or several fit, what fits is not finished or has no one table, or the file is no predictions table.
    """
    path = Path(reference).expanduser()
    if path.is_file():
        return path.stem, read(path), None
    if (path / "run.json").is_file():
        run = Run(path.resolve())
        return run.id, stored_predictions(run), run
    if path.suffix.lower() in {".csv", ".parquet"} or len(path.parts) > 1:
        raise InvalidInputError(
            f"A predictions table must be a CSV or Parquet file. There is no file {reference}."
        )
    found = run_or_group(project, reference)
    return found.id, stored_predictions(found), found


def run_or_group(project: Project, reference: str) -> Run | Group:
    """Return the run, or else the group of runs, that a reference names.

    Raises
    ------
    InvalidInputError
        Nothing or several fit.
    """
    groups = fitting_groups(project, reference)
    exact = len(groups) == 1 and groups[0].id == reference
    if exact or (groups and not any(reference in run.id for run in list_runs(project))):
        return Group.open(project, reference)
    return Run.open(project, reference)


def n_not_judged(run: Run) -> tuple[int, int]:
    """Return how many test clips were not judged (no face, no voice, no known answer), and of how many."""
    if not (run.folder / "split.csv").is_file():
        return 0, 0
    split = run.split()
    n_test = int(split.loc[split["part"].isin(["test", "all"]), "clip"].nunique())
    evaluation = stored_evaluation(run)
    judged = (evaluation["clips"] or evaluation["frames"])["n_clips"]
    return max(n_test - int(judged), 0), n_test


def _unfinished(run: Run | Group) -> str:
    status = run.facts().get("status", "damaged")
    if status == "emptied":
        return (
            f"A run must have clips that it was tested on. Those of {run.id} were erased because somebody withdrew: "
            "train again."
        )
    if isinstance(run, Group):
        if status == "finished":
            return (
                f"Only a cross-validation is judged as one table. {run.id} is a group of the kind {run.facts()['kind']}: "
                "judge its runs or files one by one, or see `workbench runs`."
            )
        return f"A group must be finished before it is judged. {run.id} is {status}: go on with `{run.going_on()}`."
    return (
        f"A run must be finished before it is judged. {run.id} is {status}: "
        f"go on with `workbench train --resume {run.id}`."
    )
