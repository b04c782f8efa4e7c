"""Train the same with several seeds on the same split, to see how far chance in training moves the figure."""

from __future__ import annotations

from dataclasses import replace

from workbench.errors import InvalidInputError
from workbench.evaluation.predictions import read
from workbench.evaluation.repeats import Repeats, judge_repeats
from workbench.evaluation.warnings import leak_codes
from workbench.files import write_json
from workbench.models.groups import Group
from workbench.models.runs import Run
from workbench.progress import Progress, silent
from workbench.project import Project
from workbench.systems.experiment import OnEpoch
from workbench.systems.group_training import begin, reopen, train_members, working
from workbench.systems.plan import Plan, plan_of

_FEWEST, _MOST = 2, 100


def train_seeds(
    project: Project,
    what: Plan,
    n_seeds: int,
    *,
    on_epoch: OnEpoch = lambda run, epoch: None,
    progress: Progress = silent,
) -> Group:
    """Train a plan with its seed and the next ones, all on the clips that its own seed deals.

    Parameters
    ----------
    n_seeds : int
        2 to 100.

    Raises
    ------
    InvalidInputError
        The number of seeds is outside its range, or the plan cannot be trained.
    """
    if not _FEWEST <= n_seeds <= _MOST:
        raise InvalidInputError(f"Several seeds must be {_FEWEST} to {_MOST}. Received {n_seeds}.")
    group = begin(project, "seeds", what, n_seeds=n_seeds)
    return _go_on(project, group, on_epoch, progress)


def resume_seeds(
    project: Project,
    reference: str,
    *,
    on_epoch: OnEpoch = lambda run, epoch: None,
    progress: Progress = silent,
) -> Group:
    """Go on with seeds that were stopped: finished ones are not trained again.

    Raises
    ------
    InvalidInputError
        No such group, a finished one, or its data changed since.
    """
    return _go_on(project, reopen(project, reference, "seeds"), on_epoch, progress)


def plans_of_seeds(what: Plan, n_seeds: int) -> list[Plan]:
    """Return the plan of each seed; the first is the plan itself."""
    seeds = range(what.seed, what.seed + n_seeds)
    return [replace(what, seed=seed, split_seed=None if seed == what.seed else what.seed) for seed in seeds]


def _go_on(project: Project, group: Group, on_epoch: OnEpoch, progress: Progress) -> Group:
    facts = group.facts()
    with working(group):
        plans = plans_of_seeds(plan_of(facts), facts["n_seeds"])
        runs = train_members(project, group, plans, on_epoch=on_epoch, progress=progress)
        write_json(group.folder / "result.json", result_of_seeds(runs, seed=facts["seed"]).as_json())
        group.update(warnings=runs[0].facts()["warnings"], runs=[run.id for run in runs])
    return group


def result_of_seeds(runs: list[Run], *, seed: int) -> Repeats:
    """Judge the runs of several seeds together."""
    tables = {f"seed {run.facts()['seed']}": read(run.folder / "predictions.csv") for run in runs}
    return judge_repeats(tables, seed=seed)


def lines_of_seeds(group: Group) -> list[str]:
    """Return what came of several seeds, for people; of a leaking split, with its mark."""
    facts = group.facts()
    leaks = leak_codes(facts["warnings"])
    head = f"{facts['network']}, {facts['n_seeds']} seeds on the same clips ({facts['split']} split):"
    mark = [f"  WARNING {code}" for code in leaks]
    return [head, *mark, *(f"  {line}" for line in Repeats.from_json(group.result()).lines())]
