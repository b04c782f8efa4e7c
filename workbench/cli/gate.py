"""The command that examines a split before any accuracy: gate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.common import JsonOption, ProjectOption, SeedOption, tell
from workbench.cli.learn import Network, Split, tell_epoch
from workbench.errors import InvalidInputError

if TYPE_CHECKING:
    from workbench.models.runs import Run
    from workbench.project import Project


def gate(
    what: Annotated[str, typer.Argument(metavar="DATASET|RUN", help="A dataset's name, or a run's id.")],
    split: Annotated[
        Split | None,
        typer.Option(help="How the dataset would be split. (default: speaker; a run has its own)"),
    ] = None,
    seed: SeedOption = 0,
    scores: Annotated[
        bool,
        typer.Option("--scores", help="Train under clip, sentence and speaker splits, scores side by side."),
    ] = False,
    network: Annotated[Network, typer.Option(help="What --scores trains.")] = Network.visual,
    epochs: Annotated[int | None, typer.Option(help="For --scores. (default: 50, as published)")] = None,
    per_class: Annotated[
        int | None,
        typer.Option(help="For --scores: training samples per class at most. (default: as published)"),
    ] = None,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Ask whether the test could be known beforehand: clips, speakers, sentences, look-alikes, order; with examples."""
    from workbench.datasets.catalog import names
    from workbench.evaluation.gate import score_lines
    from workbench.progress import terminal
    from workbench.project import Project
    from workbench.systems.gate import examine, examine_run, mark

    opened = Project.open(project)
    is_dataset = what in names(opened)
    if not is_dataset and (split is not None or scores):
        raise InvalidInputError(
            f"--split and --scores belong to a dataset ({', '.join(names(opened)) or 'none yet'}); a run has its split. "
            f"Received {what!r}."
        )
    with terminal("gate") as progress:
        if is_dataset:
            found = examine(opened, what, split=(split or Split.speaker).value, seed=seed, progress=progress)
        else:
            run = _run_called(opened, what)
            found = examine_run(opened, run.id, progress=progress)
            mark(run, found)
    answer, lines = found.as_json(), found.lines()
    if scores:
        told = _scores(opened, what, network, seed=seed, epochs=epochs, per_class=per_class)
        answer["scores"] = [score.as_json() for score in told]
        lines += [f"{network.value} under each split:", *(f"  {line}" for line in score_lines(told))]
    tell(answer, lines, as_json=json)


def _run_called(project: Project, reference: str) -> Run:
    from workbench.datasets.catalog import names
    from workbench.models.runs import Run

    try:
        return Run.open(project, reference)
    except InvalidInputError as error:
        there = ", ".join(names(project)) or "none yet"
        raise InvalidInputError(f"{reference!r} is no dataset (there are: {there}). {error}") from error


def _scores(project: Project, dataset: str, network: Network, *, seed: int, **asked: int | None) -> list[Any]:
    from workbench.progress import terminal
    from workbench.systems.gate import scores_under_splits

    if network is Network.all:
        raise InvalidInputError(
            "--scores trains one network at a time. Ask for --network visual, audio, mouth or audiovisual."
        )
    per_class = asked["per_class"]
    changes: dict[str, Any] = {"epochs": asked["epochs"], "per_class_train": per_class}
    changes["per_class_validation"] = max(1, per_class // 4) if per_class else None
    with terminal("train") as progress:
        return scores_under_splits(
            project, dataset, network.value, seed=seed, on_epoch=tell_epoch, progress=progress, **changes
        )


COMMANDS = (gate,)
