"""Cross-validation by speaker: every speaker tested once by a network that never met them, all judged as one table."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.folds import speaker_folds
from workbench.errors import InvalidInputError
from workbench.evaluation.estimates import Share
from workbench.evaluation.predictions import read, write
from workbench.evaluation.report import evaluate
from workbench.evaluation.warnings import leak_codes, marked
from workbench.files import read_json, write_json
from workbench.models.groups import Group
from workbench.models.runs import Run
from workbench.progress import Progress, silent
from workbench.project import Project
from workbench.systems.experiment import OnEpoch
from workbench.systems.group_training import begin, reopen, train_members, working
from workbench.systems.plan import Fold, Plan, plan_of
from workbench.systems.preparation import extracted_clips


def cross_validate(
    project: Project,
    what: Plan,
    n_folds: int | None,
    *,
    on_epoch: OnEpoch = lambda run, epoch: None,
    progress: Progress = silent,
) -> Group:
    """Train a plan once per fold of speakers, and judge what all folds say as one table.

    Parameters
    ----------
    n_folds : int or None
        2 to the number of speakers; None leaves one speaker out at a time.

    Raises
    ------
    InvalidInputError
        Another split than the one by speaker, clips without speakers, or a number of folds that cannot be.
    """
    if what.split != "speaker":
        raise InvalidInputError(
            f"Cross-validation keeps speakers apart. Received --split {what.split}: leave it out, or leave out --folds."
        )
    clips = extracted_clips(Dataset.open(project, what.dataset))
    dealt = speaker_folds(clips, n_folds=n_folds, seed=what.dealt_by)
    folds = [Fold(number, len(dealt), tuple(speakers)) for number, speakers in enumerate(dealt, start=1)]
    group = begin(project, "folds", what, folds=[fold.as_json() for fold in folds])
    return _go_on(project, group, on_epoch, progress)


def resume_folds(
    project: Project,
    reference: str,
    *,
    on_epoch: OnEpoch = lambda run, epoch: None,
    progress: Progress = silent,
) -> Group:
    """Go on with a cross-validation that was stopped: finished folds are not trained again.

    Raises
    ------
    InvalidInputError
        No such group, a finished one, or its data changed since.
    """
    return _go_on(project, reopen(project, reference, "folds"), on_epoch, progress)


def _go_on(project: Project, group: Group, on_epoch: OnEpoch, progress: Progress) -> Group:
    facts = group.facts()
    with working(group):
        what = plan_of(facts)
        folds = [Fold(fold["number"], fold["of"], tuple(fold["speakers"])) for fold in facts["folds"]]
        plans = [replace(what, fold=fold) for fold in folds]
        runs = train_members(project, group, plans, on_epoch=on_epoch, progress=progress)
        table = pooled(runs)
        write(table, group.predictions)
        warnings = {w["code"]: w for run in runs for w in run.facts()["warnings"] if "leak" in w["code"]}
        judged = evaluate(
            read(group.predictions), split=what.split, split_warnings=list(warnings.values()), seed=what.seed
        ).as_json()
        write_json(group.folder / "evaluation.json", judged)
        write_json(group.folder / "result.json", {"each": _each(runs), "n_speakers": _n_speakers(table)})
        group.update(warnings=judged["warnings"], runs=[run.id for run in runs])
    return group


def pooled(runs: list[Run]) -> pd.DataFrame:
    """Return what all folds say as one predictions table, with the fold and the run of each row.

    Raises
    ------
    InvalidInputError
        A speaker is in more than one table.
    """
    tables = [
        read(run.folder / "predictions.csv").assign(fold=run.facts()["fold"]["number"], run=run.id)
        for run in runs
    ]
    table = pd.concat(tables, ignore_index=True)
    several = table.groupby("speaker")["fold"].nunique()
    if (several > 1).any():
        raise InvalidInputError(
            f"Every speaker must be tested once. {several[several > 1].index[0]!r} is in {several.max()} folds: "
            "begin the cross-validation anew."
        )
    return table


def _each(runs: list[Run]) -> list[dict[str, object]]:
    """Return the fold, the run and the accuracy of every fold."""
    found: list[dict[str, object]] = []
    for run in runs:
        judged = read_json(run.folder / "evaluation.json")
        accuracy = (judged["clips"] or judged["frames"])["accuracy"]
        found.append({"fold": run.facts()["fold"], "run": run.id, "accuracy": accuracy})
    return found


def _n_speakers(table: pd.DataFrame) -> int:
    return int(table["speaker"].nunique())


def lines_of_folds(group: Group) -> list[str]:
    """Return what came of a cross-validation, for people: each fold, then all speakers together, with every alarm."""
    facts, result = group.facts(), group.result()
    judged = read_json(group.folder / "evaluation.json")
    level, unit = (judged["clips"], "clips") if judged["clips"] else (judged["frames"], "moments")
    leaks = leak_codes(facts["warnings"])
    lines = [f"{facts['network']}, {len(facts['folds'])} folds by speaker:"]
    lines += [f"  WARNING {w['code']}: {w['message']}" for w in facts["warnings"]]
    for fold in result["each"]:
        whom = ", ".join(fold["fold"]["speakers"])
        said = Share(**fold["accuracy"]).in_words()
        lines.append(
            f"  fold {fold['fold']['number']} (tests on {whom}): {said} {unit} right; run {fold['run']}"
        )
    together = marked(f"{Share(**level['accuracy']).in_words()} {unit} right", leaks)
    lines.append(f"  all {level['n_speakers']} speakers, each tested once: {together}")
    return [*lines, f"  intervals: {level['interval']}", f"Judge it with `workbench evaluate {group.id}`."]
