"""Train a stored run again from what it kept alone, and say whether the very same came out."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.errors import InvalidInputError
from workbench.evaluation.predictions import PROBABILITY_PREFIX, read
from workbench.files import TEMPORARY_PREFIX, write_json
from workbench.models.code_version import code_differences, code_version
from workbench.models.groups import Group
from workbench.models.runs import Run, utc_now
from workbench.progress import Progress, silent, within
from workbench.project import Project
from workbench.systems.experiment import OnEpoch, finish
from workbench.systems.plan import plan_of
from workbench.systems.preparation import Prepared, prepare
from workbench.systems.search import plan_of_trial, study_of
from workbench.systems.trial import try_plan

_TABLES = ("predictions.csv", "validation_predictions.csv")
_KEYS = ["clip", "start_s", "end_s"]


@dataclass(frozen=True)
class Reproduction:
    """What came of training a run again.

    Attributes
    ----------
    run : str
        The run's id; of a search, its group's id and the trial.
    identical : bool
        Whether everything compared is the same, bit for bit as stored.
    weights_identical : bool or None
        Whether the trained weights are; None where none are kept.
    max_difference : float or None
        The largest absolute difference of a probability (of a search: of the score); None when the rows differ.
    n_rows : int
        How many rows of predictions were compared.
    notes : tuple of str
        What is not as it was then: code, libraries, machine.
    """

    run: str
    identical: bool
    weights_identical: bool | None
    max_difference: float | None
    n_rows: int
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {**self.__dict__, "notes": list(self.notes)}

    def lines(self) -> list[str]:
        """Return it for people."""
        if self.max_difference is None:
            what = "NOT reproduced: other moments are predicted than were stored"
        elif self.identical:
            what = (
                f"reproduced: {self.n_rows:,} rows of predictions are identical"
                if self.n_rows
                else "reproduced"
            )
        else:
            what = f"NOT reproduced: probabilities differ by up to {self.max_difference:.6f}"
        weights = {True: ", the weights are the same", False: ", the weights differ", None: ""}
        said = [f"{self.run}: {what}{weights[self.weights_identical]}."]
        return [*said, *(f"  note: {note}." for note in self.notes)]


def reproduce(
    project: Project,
    reference: str,
    *,
    on_epoch: OnEpoch = lambda run, epoch: None,
    progress: Progress = silent,
) -> Reproduction:
    """Train a run again from its settings, seed and stored split, and compare what it predicts.

    The run stays as it is; ``reproduction.json`` beside it keeps what came out.

    Raises
    ------
    InvalidInputError
        The run is not finished, or its clips, answers or features are not those it was trained on.
    """
    run = Run.open(project, reference)
    prepared = prepared_again(project, run)
    notes = code_differences(run.facts().get("code", {}), code_version())
    with tempfile.TemporaryDirectory(prefix=TEMPORARY_PREFIX, dir=project.reports) as folder:
        again = _begun_again(run, Path(folder))
        finish(again, prepared, on_epoch=lambda _, epoch: on_epoch(run, epoch), progress=progress)
        found = _compared(run, again, notes)
    write_json(run.folder / "reproduction.json", {"made_utc": utc_now(), **found.as_json()})
    return found


def reproduce_group(
    project: Project,
    group: Group,
    *,
    on_epoch: OnEpoch = lambda run, epoch: None,
    progress: Progress = silent,
) -> list[Reproduction]:
    """Train again every run of a group; of a search, its best trial.

    Raises
    ------
    InvalidInputError
        The group is not finished, or its data is not what it was.
    """
    facts = group.facts()
    group.result()  # refuses a group that is not finished
    if facts["kind"] == "search":
        return [_best_trial_again(project, group, progress)]
    runs = facts["runs"]
    ids = list(runs.values()) if isinstance(runs, dict) else list(runs)
    return [
        reproduce(project, run_id, on_epoch=on_epoch, progress=within(progress, k / len(ids), (k + 1) / len(ids)))
        for k, run_id in enumerate(ids)
    ]  # fmt: skip


def prepared_again(project: Project, run: Run) -> Prepared:
    """Read what a finished run was trained on, and refuse when it is not the same any more.

    Raises
    ------
    InvalidInputError
        The run is not finished; clips, speakers, answers, pictures or sound changed; a companion is gone.
    """
    facts = run.facts()
    if facts["status"] != "finished":
        raise InvalidInputError(
            f"Only a finished run can be reproduced. {run.id} is {facts['status']}: go on with "
            f"`workbench train --resume {run.id}`."
        )
    dataset = Dataset.open(project, facts["dataset"])
    _same(run, "data_hash", dataset.data_hash(), "clips, their speakers or their intended sentiments")
    companions = {name: Run.open(project, run_id) for name, run_id in facts["companions"].items()}
    prepared = prepare(project, plan_of(facts), companions=companions, split=run.split())
    _same(run, "answers_hash", prepared.answers_hash(), "answers (labels were added, changed or taken back)")
    _same(run, "samples_hash", prepared.samples.content_hash(), "samples that were learnt from")
    _same(
        run, "arrays_hash", prepared.samples.arrays_hash(), "pictures or sound (features were extracted anew)"
    )
    return prepared


def _same(run: Run, name: str, now: str, what: str) -> None:
    then = run.facts().get(name)
    if then is not None and then != now:  # older runs lack some
        raise InvalidInputError(
            f"A run can only be reproduced from the data it was trained on. The {what} of {run.facts()['dataset']} have "
            f"changed since {run.id}: its {name} is {then[:12]}, now it is {now[:12]}. Bring the data back, or train anew."
        )


def _begun_again(run: Run, folder: Path) -> Run:
    """Return a run folder as the run's was before its first epoch."""
    again = Run(folder / run.id)
    again.folder.mkdir()
    facts = run.facts()
    leaks = [warning for warning in facts["warnings"] if warning["code"].startswith("leak")]
    begun = {**facts, "status": "running", "duration_s": 0.0, "warnings": leaks}
    write_json(again.folder / "run.json", begun)
    return again


def _compared(run: Run, again: Run, notes: Sequence[str]) -> Reproduction:
    weights = run.facts().get("weights_hash")
    same_weights = None if not weights else weights == again.facts()["weights_hash"]
    n_rows, largest = 0, 0.0
    identical_rows = True
    for name in _TABLES:
        if not (run.folder / name).is_file():  # an older run, or one whose validation has no answers
            continue
        difference = largest_difference(read(run.folder / name), read(again.folder / name))
        if difference is None:
            identical_rows = False
            break
        n_rows += len(read(run.folder / name))
        largest = max(largest, difference)
    identical = identical_rows and largest == 0.0 and same_weights is not False
    return Reproduction(
        run.id, identical, same_weights, largest if identical_rows else None, n_rows, tuple(notes)
    )


def largest_difference(then: pd.DataFrame, now: pd.DataFrame) -> float | None:
    """Return the largest absolute difference of a probability; None when the rows or their truths are not the same."""
    columns = [column for column in then.columns if column.startswith(PROBABILITY_PREFIX)]
    if len(then) != len(now) or not set(columns) <= set(now.columns):
        return None
    then, now = (table.sort_values(_KEYS, kind="stable").reset_index(drop=True) for table in (then, now))
    if not then[[*_KEYS, "truth"]].equals(now[[*_KEYS, "truth"]]):
        return None
    if then.empty:
        return 0.0
    return float(np.abs(then[columns].to_numpy(float) - now[columns].to_numpy(float)).max())


def _best_trial_again(project: Project, group: Group, progress: Progress) -> Reproduction:
    """Try the best trial of a search again and compare its score."""
    facts, best = group.facts(), group.result()["best"]
    data_hash = Dataset.open(project, facts["dataset"]).data_hash()
    trial = next(trial for trial in study_of(group).trials() if trial.number == best["number"])
    outcome = try_plan(str(project.root), plan_of_trial(group, trial), progress=progress)
    learnt = {name: outcome[name] for name in ("samples_hash", "arrays_hash")}
    if data_hash != facts["data_hash"] or learnt != facts["learnt"]:
        raise InvalidInputError(
            f"A search can only be reproduced from the data it was made on. Clips, answers or features of {facts['dataset']} "
            f"have changed since {group.id}: bring the data back, or search anew."
        )
    difference = abs(outcome["score"] - best["score"])
    notes = code_differences(facts["code"], code_version())
    name = f"{group.id}, trial {trial.number + 1}"
    return Reproduction(name, difference == 0.0, None, difference, 0, tuple(notes))
