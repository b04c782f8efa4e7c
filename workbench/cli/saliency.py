"""The command that shows what a network looks at and listens to, and whether the maps may be believed: saliency."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.common import JsonOption, ProjectOption, SeedOption, tell
from workbench.errors import InvalidInputError

if TYPE_CHECKING:
    from workbench.project import Project
    from workbench.reports.saliency_classes import SaliencyByClass
    from workbench.reports.saliency_clip import SaliencyOverClip
    from workbench.reports.saliency_report import SaliencyReport


class SaliencyMethod(StrEnum):
    """How importance is found."""

    gradient = "gradient"
    smooth_gradient = "smooth_gradient"
    integrated_gradients = "integrated_gradients"
    grad_cam = "grad_cam"
    score_cam = "score_cam"
    edges = "edges"
    all = "all"


def saliency(
    run: Annotated[str, typer.Argument(help="The run's id, or a part of it that fits one run.")],
    to: Annotated[Path, typer.Option(help="The PNG file to write.")],
    method: Annotated[
        SaliencyMethod | None,
        typer.Option(
            help="edges is the control that must fail. (default: all; with --clip integrated_gradients, with "
            "--by-class smooth_gradient)"
        ),
    ] = None,
    moments: Annotated[
        int | None,
        typer.Option(
            min=1, help="At most so many moments. (default: 12; with --clip 30, with --by-class 90)"
        ),
    ] = None,
    clip: Annotated[
        str | None, typer.Option(help="Over the consecutive moments of this clip instead.")
    ] = None,
    by_class: Annotated[
        bool, typer.Option("--by-class", help="Averaged over many moments in one face's place instead.")
    ] = False,
    seed: SeedOption = 0,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Show what a run looks at and listens to, and check each map: random weights, deletion and insertion."""
    from workbench.datasets.rights.written import record_written
    from workbench.models.runs import Run
    from workbench.project import Project

    if to.suffix.lower() != ".png":
        raise InvalidInputError(f"--to must name a PNG file. Received {to.name!r}: end it with .png.")
    if (clip is not None or by_class) and method is SaliencyMethod.all:
        raise InvalidInputError("--clip and --by-class draw one method. Received --method all: name one.")
    if clip is not None and by_class:
        raise InvalidInputError("--clip and --by-class are two figures. Received both: leave one out.")
    opened = Project.open(project)
    found = _found(opened, run, method, moments, clip, by_class, seed)
    written = found.save(to.resolve())
    record_written(opened, "picture", [written], [Run.open(opened, run).facts()["dataset"]])
    tell({**found.as_json(), "file": str(written)}, [*found.lines(), f"Written: {written}"], as_json=json)


def _found(
    project: Project,
    run: str,
    method: SaliencyMethod | None,
    moments: int | None,
    clip: str | None,
    by_class: bool,
    seed: int,
) -> SaliencyReport | SaliencyByClass | SaliencyOverClip:
    from workbench.progress import terminal
    from workbench.reports.saliency_classes import saliency_by_class
    from workbench.reports.saliency_clip import saliency_over_clip
    from workbench.reports.saliency_report import saliency_report
    from workbench.systems.saliency_checks import CHECKED_METHODS
    from workbench.systems.saliency_clip import MOST_MOMENTS

    if clip is not None:
        one = method or SaliencyMethod.integrated_gradients
        return saliency_over_clip(
            project, run, clip, method=one.value, most_moments=moments or MOST_MOMENTS, seed=seed
        )
    if by_class:
        one = method or SaliencyMethod.smooth_gradient
        return saliency_by_class(project, run, method=one.value, n_moments=moments or 90, seed=seed)
    methods = CHECKED_METHODS if method in (None, SaliencyMethod.all) else (str(method),)
    with terminal("saliency") as progress:
        return saliency_report(
            project, run, n_moments=moments or 12, methods=methods, seed=seed, progress=progress
        )


COMMANDS = (saliency,)
