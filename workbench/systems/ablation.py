"""What each modality is worth: face alone, voice alone, both, and the running system, on the same test clips."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.errors import InvalidInputError
from workbench.evaluation.comparison import compare, marked_sentence
from workbench.evaluation.estimates import Score, Share
from workbench.evaluation.predictions import read, write
from workbench.evaluation.report import evaluate
from workbench.evaluation.warnings import LEAK_MARK, leak_codes
from workbench.evaluation.wording import points
from workbench.files import write_json
from workbench.models.groups import Group
from workbench.models.runs import Run
from workbench.models.settings import NETWORKS
from workbench.progress import Progress, silent, within
from workbench.project import Project
from workbench.systems.experiment import OnEpoch
from workbench.systems.group_training import begin, reopen, train_members, working
from workbench.systems.judging import predictions_on
from workbench.systems.modalities import cost_of
from workbench.systems.plan import Plan, plan_of, settings_of
from workbench.systems.preparation import usable_moments

RUNNING = "running system"
SYSTEMS = {
    "visual": "face alone",
    "audio": "voice alone",
    "audiovisual": "face and voice, not gated",
    RUNNING: "face and voice where the mouth is open, else the face",
}
"""What is set side by side; every other is held against the last."""


def ablate(
    project: Project,
    plans: dict[str, Plan],
    *,
    on_epoch: OnEpoch = lambda run, epoch: None,
    progress: Progress = silent,
) -> Group:
    """Train the four networks on one split and set the systems made of them side by side.

    Parameters
    ----------
    plans : dict of str to Plan
        One per network, of one dataset, split and seed.

    Raises
    ------
    InvalidInputError
        A network cannot be trained, or no test clip can be judged by all systems.
    """
    settings = {name: what.settings.as_json() for name, what in plans.items()}
    group = begin(project, "ablation", plans["audiovisual"], network="all", settings_by_network=settings)
    return _go_on(project, group, on_epoch, progress)


def ablate_run(project: Project, dataset: str, reference: str, *, progress: Progress = silent) -> Group:
    """Set side by side a stored audiovisual run and those it was made with; nothing is trained.

    Raises
    ------
    InvalidInputError
        It is no finished audiovisual run of this dataset, or no test clip can be judged by all systems.
    """
    run = Run.open(project, reference)
    facts = run.facts()
    if (facts["network"], facts["dataset"], facts["status"]) != ("audiovisual", dataset, "finished"):
        raise InvalidInputError(
            f"An ablation without training starts from a finished audiovisual run of {dataset}. {run.id} is a "
            f"{facts['status']} {facts['network']} run of {facts['dataset']}: name another, or leave --run out."
        )
    group = begin(project, "ablation", plan_of(facts), network="all", runs={"audiovisual": run.id})
    return _go_on(project, group, lambda run, epoch: None, progress)


def resume_ablation(
    project: Project,
    reference: str,
    *,
    on_epoch: OnEpoch = lambda run, epoch: None,
    progress: Progress = silent,
) -> Group:
    """Go on with an ablation that was stopped: finished networks are not trained again.

    Raises
    ------
    InvalidInputError
        No such group, a finished one, or its data changed since.
    """
    return _go_on(project, reopen(project, reference, "ablation"), on_epoch, progress)


def _go_on(project: Project, group: Group, on_epoch: OnEpoch, progress: Progress) -> Group:
    with working(group):
        runs = _runs(project, group, on_epoch, within(progress, 0.0, 0.95))
        tables = same_clips(tables_of(project, runs))
        for name, table in tables.items():
            write(table, group.folder / f"{_file(name)}.csv")
        tables = {name: read(group.folder / f"{_file(name)}.csv") for name in tables}
        facts = group.facts()
        leaks = [w for w in runs["audiovisual"].facts()["warnings"] if w["code"].startswith("leak")]
        judged = {
            name: evaluate(table, split=facts["split"], split_warnings=leaks, seed=facts["seed"]).as_json()
            for name, table in tables.items()
        }
        compared = compare(tables, seed=facts["seed"]).as_json()
        write_json(group.folder / "result.json", {"systems": judged, "pairs": compared["pairs"]})
        group.update(warnings=leaks, runs={name: run.id for name, run in runs.items()})
        progress(1000, 1000, "judged")
    return group


def _runs(project: Project, group: Group, on_epoch: OnEpoch, progress: Progress) -> dict[str, Run]:
    """Return the run of each network: those a stored run was made with, or trained now."""
    facts = group.facts()
    if "settings_by_network" not in facts:
        run = Run.open(project, facts["runs"]["audiovisual"])
        made_with = run.facts()["companions"]
        return {name: Run.open(project, made_with[name]) for name in NETWORKS if name in made_with} | {
            "audiovisual": run
        }
    whole = plan_of(facts)
    plans = [
        replace(whole, network=name, settings=settings_of(settings), mouth_run=None)
        for name, settings in facts["settings_by_network"].items()
    ]
    shares = [cost_of(what.network, what.settings) for what in plans]
    runs = train_members(project, group, plans, shares=shares, on_epoch=on_epoch, progress=progress)
    return {what.network: run for what, run in zip(plans, runs, strict=True)}


def tables_of(project: Project, runs: dict[str, Run]) -> dict[str, pd.DataFrame]:
    """Return what each system says of the test part: the stored tables, and the fused network asked without its gate."""
    tables = {name: read(runs[name].folder / "predictions.csv") for name in ("visual", "audio")}
    fused = runs["audiovisual"]
    companions = {name: run for name, run in runs.items() if name != "audiovisual"}
    what = plan_of(fused.facts())
    dataset = Dataset.open(project, what.dataset)
    moments = usable_moments(project, dataset, what, companions, split=fused.split(), parts=("test",))
    tested = moments[(moments["part"] == "test") & (moments["answer"] != "")]
    tables["audiovisual"] = predictions_on(dataset, tested, run=fused, companions=companions, gated=False)
    return {**tables, RUNNING: read(fused.folder / "predictions.csv")}


def same_clips(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables with only the clips that all of them have.

    Raises
    ------
    InvalidInputError
        There is none.
    """
    common = set.intersection(*(set(table["clip"]) for table in tables.values()))
    if not common:
        counted = ", ".join(f"{name} {table['clip'].nunique()}" for name, table in tables.items())
        raise InvalidInputError(
            f"An ablation needs test clips that every system can judge. There is none (clips: {counted}): import "
            "recordings with face and voice."
        )
    return {name: table[table["clip"].isin(common)].reset_index(drop=True) for name, table in tables.items()}


def _file(system: str) -> str:
    return system.replace(" ", "_")


def differences(group: Group) -> dict[str, tuple[Score, dict[str, Any]]]:
    """Return, for each other system, how much better the running system is: the difference with its interval, and the pair."""
    found = {}
    for pair in group.result()["pairs"]:
        if pair["b"] == RUNNING:
            ours = pair["difference"]
            value, low, high = (0.0 - ours[bound] for bound in ("value", "high", "low"))
            found[pair["a"]] = (Score(value, low, high), pair)
    return found


def ablation_table(group: Group) -> pd.DataFrame:
    """Return one row per system: what it is, clips right of n with interval, what the running system gains over it.

    Returns
    -------
    pd.DataFrame
        ``system, what, right, accuracy, gain, mcnemar_p, told_apart``; the last three are empty for the running system.
    """
    result, rows = group.result(), []
    gains = differences(group)
    leaks = leak_codes(group.facts()["warnings"])
    for name, what in SYSTEMS.items():
        level = result["systems"][name]["clips"] or result["systems"][name]["frames"]
        accuracy = Share(**level["accuracy"])
        gain, p, apart = "", "", ""
        if name in gains:
            difference, pair = gains[name]
            gain, p = points(difference), f"{pair['mcnemar_p']:.3g}"
            apart = "yes" if pair["distinguishable"] else "no"
        figure = f"{accuracy.value:.1%} ({accuracy.low:.1%} to {accuracy.high:.1%})"
        figure += f" {LEAK_MARK}" if leaks else ""
        rows.append([name, what, f"{accuracy.k}/{accuracy.n}", figure, gain, p, apart])
    columns = ["system", "what", "right", "accuracy", "gain", "mcnemar_p", "told_apart"]
    return pd.DataFrame(rows, columns=columns)


def lines_of_ablation(group: Group) -> list[str]:
    """Return what came of an ablation, for people: the table, then a sentence per pair."""
    facts, result = group.facts(), group.result()
    table = ablation_table(group)
    head = f"{facts['dataset']}, {facts['split']} split, seed {facts['seed']}: the same test clips for all."
    leaks = leak_codes(facts["warnings"])
    sentences = [
        marked_sentence(pair["sentence"], (pair["a"], pair["b"]) if leaks else ()) for pair in result["pairs"]
    ]
    return [head, *table.to_string(index=False).splitlines(), *sentences]
