"""Train the members of a group one after the other: finished ones are kept, a stopped one goes on."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from workbench.datasets.catalog import Dataset
from workbench.errors import InvalidInputError
from workbench.models.groups import Group, GroupKind
from workbench.models.runs import Run
from workbench.progress import Progress, silent, within
from workbench.project import Project
from workbench.systems.experiment import OnEpoch, resume, train_prepared
from workbench.systems.plan import Plan, plan_of
from workbench.systems.preparation import prepare

_COMPANIONS = ("mouth", "visual", "audio")


def begin(project: Project, kind: GroupKind, what: Plan, *, network: str = "", **facts: Any) -> Group:
    """Make the group that a plan is tried in.

    Parameters
    ----------
    network : str, optional
        What the group is called by, when it trains more than the plan's network.
    **facts
        What the kind needs to go on: how many seeds, which folds, ….
    """
    asked = {
        "split": what.split,
        "answers": what.answers,
        "settings": what.settings.as_json(),
        "mouth_run": what.mouth_run,
        "data_hash": Dataset.open(project, what.dataset).data_hash(),
    }
    return Group.create(
        project,
        kind=kind,
        dataset=what.dataset,
        network=network or what.network,
        seed=what.seed,
        facts={**asked, **facts},
    )


def reopen(project: Project, reference: str, kind: GroupKind) -> Group:
    """Open a group that is to go on.

    Raises
    ------
    InvalidInputError
        No such group, one of another kind, a finished one, or its data changed since.
    """
    group = Group.open(project, reference)
    facts = group.facts()
    if facts["kind"] != kind:
        raise InvalidInputError(
            f"What goes on must be a group of the kind {kind}. {group.id} is one of the kind {facts['kind']}: "
            f"run `{group.going_on()}`."
        )
    if facts["status"] == "finished" and kind != "search":  # a search can always be given more trials
        raise InvalidInputError(f"Only a stopped group can go on. {group.id} is finished: begin a new one.")
    if Dataset.open(project, facts["dataset"]).data_hash() != facts["data_hash"]:
        raise InvalidInputError(
            f"A group can only go on with the data it began with. The clips of {facts['dataset']} have changed since "
            f"{group.id} began: begin a new one."
        )
    return group


@contextmanager
def working(group: Group) -> Iterator[None]:
    """Hold a group while it works, and write down how that ended and how long it took."""
    with group.held():
        started, before_s = time.monotonic(), float(group.facts()["duration_s"])
        group.update(status="running")
        ended = "failed"
        try:
            yield
            ended = "finished"
        except KeyboardInterrupt:
            ended = "stopped"
            raise
        finally:
            group.update(status=ended, duration_s=round(before_s + time.monotonic() - started, 1))


def train_members(
    project: Project,
    group: Group,
    plans: Sequence[Plan],
    *,
    shares: Sequence[float] | None = None,
    on_epoch: OnEpoch = lambda run, epoch: None,
    progress: Progress = silent,
) -> list[Run]:
    """Train every plan that has no finished run in the group yet, and return all their runs in order.

    Parameters
    ----------
    shares : sequence of float, optional
        How much of the work each plan is, for the estimate; alike when left out.

    Raises
    ------
    InvalidInputError
        A member cannot be trained, or the answers changed between two members.
    """
    there = {_place(plan_of(run.facts())): run for run in group.runs(project)}
    work = list(shares or [1.0] * len(plans))
    runs: list[Run] = []
    for number, what in enumerate(plans):
        done = sum(work[:number]) / sum(work)
        step = within(progress, done, done + work[number] / sum(work))
        run = there.get(_place(what))
        if run is None:
            run = _train(project, group, what, runs, on_epoch=on_epoch, progress=step)
        elif run.facts()["status"] != "finished":
            run = resume(project, run.id, on_epoch=on_epoch, progress=step)
        runs.append(run)
    return runs


def _train(
    project: Project, group: Group, what: Plan, before: list[Run], *, on_epoch: OnEpoch, progress: Progress
) -> Run:
    """Train one member on the same answers as those before it."""
    own = {run.facts()["network"]: run for run in before}
    companions = None
    if what.network == "audiovisual" and all(name in own for name in _COMPANIONS):
        companions = {name: own[name] for name in _COMPANIONS}  # the group's own, not the newest there are
    try:
        prepared = prepare(project, what, companions=companions)
    except InvalidInputError as error:
        raise InvalidInputError(f"{_member(what)}: {error}") from error
    like = next((run for run in before if run.facts()["network"] == what.network), None)
    if like is not None and prepared.answers_hash() != like.facts()["answers_hash"]:
        raise InvalidInputError(
            f"All members of a group must learn from and be tested on the same answers. Those of {what.dataset} have "
            f"changed since {like.id} was trained (labels were added or changed): begin a new group."
        )
    facts = {"group": group.id}
    return train_prepared(project, prepared, facts=facts, on_epoch=on_epoch, progress=progress)


def _place(what: Plan) -> tuple[Any, ...]:
    return what.network, what.seed, what.fold.number if what.fold else 0


def _member(what: Plan) -> str:
    if what.fold is not None:
        return f"Fold {what.fold.number} of {what.fold.of} (tests on {', '.join(what.fold.speakers)})"
    return f"{what.network}, seed {what.seed}"
