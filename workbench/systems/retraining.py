"""Train again what changed labels have changed, and nothing else: with the same settings and seed, as runs of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.models.runs import Run
from workbench.models.settings import NETWORKS
from workbench.progress import Progress, silent, within
from workbench.project import Project
from workbench.systems.experiment import train
from workbench.systems.plan import Plan, plan_of
from workbench.systems.preparation import companions_of, samples_of, split_of, usable_moments


def moments_for(project: Project, what: Plan, companions: dict[str, Run]) -> pd.DataFrame:
    """Return every moment that the network of a plan could use, with its answer as it stands now, and its part."""
    dataset = Dataset.open(project, what.dataset)
    return usable_moments(project, dataset, what, companions, split=split_of(dataset, what))


def retrain(
    project: Project, runs: Mapping[str, Sequence[Run]], *, progress: Progress = silent
) -> tuple[dict[str, tuple[Run, ...]], dict[str, str]]:
    """Train again, with the same settings and seed, the runs whose samples or companions have changed.

    Parameters
    ----------
    runs : mapping of network to runs
        Of one comparison; several of a network are folds, in the same order for each. The visual and audio runs that an
        audiovisual one was made with are looked after, too, whether they are among them or not.

    Returns
    -------
    runs : dict of str to tuple of Run
        In the order received; where nothing has changed it is the run that was passed.
    why : dict of str to str
        Why a network was trained again; empty where it was not.

    Raises
    ------
    InvalidInputError
        The labels leave too little to learn from.
    """
    found: dict[str, list[Run]] = {name: [] for name in runs}
    why = dict.fromkeys(runs, "")
    every = {**_branches(project, runs), **runs}
    work = [
        (name, run)
        for fold in range(max(map(len, every.values())))
        for name in NETWORKS
        for run in every.get(name, ())[fold : fold + 1]
    ]
    for number, (name, run) in enumerate(work):
        step = within(progress, number / len(work), (number + 1) / len(work))
        reason = why_again(project, run)
        now = train(project, plan_of(run.facts()), progress=step) if reason else run
        if name in runs:
            why[name] = why[name] or reason
            found[name].append(now)
    return {name: tuple(of) for name, of in found.items()}, why


def _branches(project: Project, runs: Mapping[str, Sequence[Run]]) -> dict[str, list[Run]]:
    """Return the visual and audio runs that the audiovisual ones were made with."""
    fused = runs.get("audiovisual", ())
    made_with = [run.facts()["companions"] for run in fused]
    return {
        name: [Run.open(project, of[name]) for of in made_with]
        for name in ("visual", "audio")
        if fused and name not in runs and all(name in of for of in made_with)
    }


def why_again(project: Project, run: Run) -> str:
    """Say why a run has to be trained again; empty when it would learn from the very same samples."""
    facts = run.facts()
    what = plan_of(facts)
    companions = companions_of(project, what)
    others = [name for name, other in companions.items() if other.id != facts["companions"].get(name)]
    if others:
        return f"it is made with another {' and '.join(others)} run now"
    samples = samples_of(Dataset.open(project, what.dataset), moments_for(project, what, companions), what)
    return (
        "" if samples.content_hash() == facts["samples_hash"] else "the answers it learns from have changed"
    )


def affected_parts(parts: Sequence[str]) -> str:
    """Say what relabelled moments of these parts change."""
    n_learnt, n_held, n_judged = (sum(p == part for p in parts) for part in ("train", "validation", "test"))
    said = []
    if n_learnt:
        said.append(f"{n_learnt} in the training part: what the networks learn from changes, so train again")
    if n_held:
        said.append(
            f"{n_held} in the validation part: curves and thresholds chosen there change, so they are made again"
        )
    if n_judged:
        said.append(f"{n_judged} in the test part: the judge changes, not the networks")
    return "; ".join(said)
