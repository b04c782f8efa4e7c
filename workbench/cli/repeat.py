"""Commands around many trainings: search, ablate, runs, reproduce; and train's --seeds, --folds and --like."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.common import JsonOption, ProjectOption, SeedOption, tell
from workbench.errors import InvalidInputError

if TYPE_CHECKING:
    from workbench.models.groups import Group
    from workbench.models.settings import Settings
    from workbench.project import Project

_EPOCHS = Annotated[int | None, typer.Option(help="Times through the data. (default: 50, as published)")]
_PER_CLASS = Annotated[
    int | None, typer.Option(help="Training samples per class at most. (default: as published)")
]
_SPLIT = Annotated[str, typer.Option(help="What keeps training and test apart: speaker, clip or sentence.")]
_ANSWERS = Annotated[str, typer.Option(help="Whose answers are learnt from: both, known or hand.")]
_FREEZE = Annotated[bool, typer.Option(help="Audiovisual: learn the fusing layer only, in seconds.")]


def search(
    name: Annotated[str | None, typer.Argument(help="The dataset.")] = None,
    network: Annotated[str, typer.Option(help="mouth, visual, audio or audiovisual.")] = "visual",
    trials: Annotated[int | None, typer.Option(help="How many settings to try in all. (default: 20)")] = None,
    workers: Annotated[int, typer.Option(help="Processes on this machine.")] = 1,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of one's own dask scheduler instead (tcp://host:8786).")
    ] = None,
    split: _SPLIT = "speaker",
    seed: SeedOption = 0,
    epochs: _EPOCHS = None,
    per_class: _PER_CLASS = None,
    answers: _ANSWERS = "both",
    freeze_branches: _FREEZE = False,
    resume: Annotated[str | None, typer.Option(help="Go on with this search.")] = None,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Search for better settings by the validation part alone; the test is not read."""
    from workbench.progress import terminal
    from workbench.project import Project
    from workbench.systems.plan import plan
    from workbench.systems.search import best_command, lines_of_search, resume_search
    from workbench.systems.search import search as search_settings

    opened = Project.open(project)
    _either(name, resume, "search", "sample --network visual")
    changes = _changes(epochs, per_class, freeze_branches)
    how: dict[str, Any] = {"n_workers": workers, "scheduler": scheduler}
    with _told_how_to_go_on(opened), terminal("search") as progress:
        if resume is not None:
            group = resume_search(opened, resume, n_trials=trials, progress=progress, **how)
        else:
            what = plan(str(name), network, split=split, seed=seed, answers=answers, **changes)  # type: ignore[arg-type]
            group = search_settings(opened, what, n_trials=trials or 20, progress=progress, **how)
    answer = {"group": group.id, "best": group.result()["best"], "command": best_command(group)}
    tell(answer, lines_of_search(group), as_json=json)


def ablate(
    name: Annotated[str | None, typer.Argument(help="The dataset.")] = None,
    split: _SPLIT = "speaker",
    seed: SeedOption = 0,
    epochs: _EPOCHS = None,
    per_class: _PER_CLASS = None,
    answers: _ANSWERS = "both",
    freeze_branches: _FREEZE = False,
    run: Annotated[
        str | None,
        typer.Option(help="Use this audiovisual run and those it was made with; nothing is trained."),
    ] = None,
    resume: Annotated[str | None, typer.Option(help="Go on with this stopped ablation.")] = None,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Set face alone, voice alone, both, and the running system side by side on the same test clips."""
    from workbench.cli.learn import tell_epoch
    from workbench.models.settings import NETWORKS
    from workbench.progress import terminal
    from workbench.project import Project
    from workbench.reports.groups_shown import store_ablation_figure
    from workbench.systems.ablation import ablate as ablate_networks
    from workbench.systems.ablation import ablate_run, lines_of_ablation, resume_ablation
    from workbench.systems.plan import plan

    opened = Project.open(project)
    _either(name, resume, "ablate", "sample")
    with _told_how_to_go_on(opened), terminal("ablate") as progress:
        if resume is not None:
            group = resume_ablation(opened, resume, on_epoch=tell_epoch, progress=progress)
        elif run is not None:
            group = ablate_run(opened, str(name), run, progress=progress)
        else:
            changes = _changes(epochs, per_class, freeze_branches)
            plans = {
                network: plan(str(name), network, split=split, seed=seed, answers=answers, **changes)  # type: ignore[arg-type]
                for network in NETWORKS
            }
            group = ablate_networks(opened, plans, on_epoch=tell_epoch, progress=progress)
    figure = store_ablation_figure(group)
    answer = {"group": group.id, "runs": group.facts()["runs"], **group.result(), "figure": str(figure)}
    tell(answer, [*lines_of_ablation(group), f"Figure: {figure}"], as_json=json)


def runs(json: JsonOption = False, project: ProjectOption = None) -> None:
    """Show every run and group of runs: score, settings, data, code, duration."""
    from workbench.project import Project
    from workbench.reports.group_table import group_lines, group_table
    from workbench.reports.run_table import run_lines, run_table

    opened = Project.open(project)
    table, groups = run_table(opened), group_table(opened)
    answer = {"runs": table.to_dict("records"), "groups": groups.to_dict("records")}
    lines = [*run_lines(table), *group_lines(groups)]
    tell(answer, lines or ["No run yet: train one with `workbench train NAME`."], as_json=json)


def reproduce(
    what: Annotated[str, typer.Argument(metavar="RUN|GROUP", help="The id of a run or a group of runs.")],
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Train a stored run again from what it kept; exit code 0 when the very same comes out, 1 when not."""
    from workbench.cli.learn import tell_epoch
    from workbench.models.runs import Run
    from workbench.progress import terminal
    from workbench.project import Project
    from workbench.reports.stored import run_or_group
    from workbench.systems.reproduction import reproduce as reproduce_run
    from workbench.systems.reproduction import reproduce_group

    opened = Project.open(project)
    found = run_or_group(opened, what)
    with terminal("reproduce") as progress:
        if isinstance(found, Run):
            again = [reproduce_run(opened, found.id, on_epoch=tell_epoch, progress=progress)]
        else:
            again = reproduce_group(opened, found, on_epoch=tell_epoch, progress=progress)
    identical = all(one.identical for one in again)
    answer = {"identical": identical, "runs": [one.as_json() for one in again]}
    tell(answer, [line for one in again for line in one.lines()], as_json=json)
    if not identical:
        raise typer.Exit(1)


@contextmanager
def _told_how_to_go_on(project: Project) -> Iterator[None]:
    """Say, when a person stops a group's work, which command goes on with it."""
    from workbench.models.groups import list_groups

    try:
        yield
    except KeyboardInterrupt:
        stopped = list_groups(project, status="stopped")
        if stopped:
            last = max(stopped, key=lambda group: (group.folder / "group.json").stat().st_mtime_ns)
            typer.echo(f"Go on with `{last.going_on()}`.", err=True)
        raise


def _either(name: str | None, resume: str | None, command: str, example: str) -> None:
    if (name is None) == (resume is None):
        raise InvalidInputError(
            f"`{command}` needs a dataset's name, or --resume ID, not both. Try `workbench {command} {example}`."
        )


def _changes(epochs: int | None, per_class: int | None, freeze_branches: bool) -> dict[str, Any]:
    return {
        "epochs": epochs,
        "per_class_train": per_class,
        "per_class_validation": max(1, per_class // 4) if per_class else None,
        "train_branches": False if freeze_branches else None,
    }


def settings_like(project: Project, reference: str, network: str) -> Settings:
    """Return the settings of a run, or the best of a search, for ``--like``."""
    from workbench.models.groups import Group
    from workbench.reports.stored import run_or_group
    from workbench.systems.plan import settings_of
    from workbench.systems.search import best_settings

    found = run_or_group(project, reference)
    facts = found.facts()
    if facts["network"] != network:
        raise InvalidInputError(
            f"--like takes the settings of the same network. {found.id} is of {facts['network']}: ask for --network {facts['network']}."
        )
    return best_settings(found) if isinstance(found, Group) else settings_of(facts["settings"])


def train_groups(
    project: Project,
    dataset: str,
    network: str,
    *,
    seeds: int | None,
    folds: str | None,
    as_json: bool,
    **asked: Any,
) -> None:
    """Train with several seeds or folds, one network or all four in order, and tell what came of each."""
    from workbench.cli.learn import tell_epoch
    from workbench.models.settings import NETWORKS
    from workbench.progress import terminal, within
    from workbench.systems.cross_validation import cross_validate
    from workbench.systems.plan import plan
    from workbench.systems.seeds import train_seeds

    if seeds is not None and folds is not None:
        raise InvalidInputError(
            "--seeds and --folds are asked for one at a time. Received both: leave one out."
        )
    networks = list(NETWORKS) if network == "all" else [network]
    groups = []
    with _told_how_to_go_on(project), terminal("train") as progress:
        for number, name in enumerate(networks):
            what = plan(dataset, name, **asked)
            step = within(progress, number / len(networks), (number + 1) / len(networks))
            if seeds is not None:
                groups.append(train_seeds(project, what, seeds, on_epoch=tell_epoch, progress=step))
            else:
                n_folds = _n_folds(str(folds))
                groups.append(cross_validate(project, what, n_folds, on_epoch=tell_epoch, progress=step))
    _tell_groups(groups, as_json=as_json)


def _n_folds(folds: str) -> int | None:
    if folds == "speaker":
        return None
    if folds.isdecimal():
        return int(folds)
    raise InvalidInputError(
        f"--folds must be a number of folds, or `speaker` to leave one speaker out at a time. Received {folds!r}."
    )


def is_group(project: Project, reference: str) -> bool:
    """Say whether a reference names a group of runs rather than a run."""
    from workbench.models.groups import Group
    from workbench.reports.stored import run_or_group

    return isinstance(run_or_group(project, reference), Group)


def resume_group(project: Project, reference: str, *, as_json: bool) -> None:
    """Go on with seeds or folds that were stopped."""
    from workbench.cli.learn import tell_epoch
    from workbench.models.groups import Group
    from workbench.progress import terminal
    from workbench.systems.cross_validation import resume_folds
    from workbench.systems.seeds import resume_seeds

    group = Group.open(project, reference)
    again = resume_folds if group.facts()["kind"] == "folds" else resume_seeds
    with _told_how_to_go_on(project), terminal("train") as progress:
        again(project, group.id, on_epoch=tell_epoch, progress=progress)
    _tell_groups([group], as_json=as_json)


def _tell_groups(groups: list[Group], *, as_json: bool) -> None:
    from workbench.systems.cross_validation import lines_of_folds
    from workbench.systems.seeds import lines_of_seeds

    answer, lines = [], []
    for group in groups:
        facts = group.facts()
        answer.append({"group": group.id, "kind": facts["kind"], "runs": facts["runs"], **group.result()})
        lines += [f"group {group.id}"]
        lines += lines_of_folds(group) if facts["kind"] == "folds" else lines_of_seeds(group)
    tell({"groups": answer}, lines, as_json=as_json)


COMMANDS = (search, ablate, runs, reproduce)
