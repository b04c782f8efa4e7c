"""The command that follows a recording with the running system: analyze."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.common import ProjectOption
from workbench.errors import InvalidInputError


def analyze(
    video: Annotated[Path, typer.Argument(help="Any recording.")],
    run: Annotated[str | None, typer.Option(help="The audiovisual run to use. [default: the newest]")] = None,
    alpha: Annotated[
        float, typer.Option(help="Share of the newest moment in the accumulated opinion.")
    ] = 0.1,
    json: Annotated[Path | None, typer.Option(help="Write every moment to this file.")] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Go on where the same command was stopped; the result is the same."),
    ] = False,
    faces: Annotated[
        str,
        typer.Option(
            help="Which of several faces is judged: largest, speaking (its mouth moves with the sound) or a number."
        ),
    ] = "largest",
    upright: Annotated[
        bool,
        typer.Option("--upright", help="Cut tilted faces out upright: heads may lean by 40 degrees."),
    ] = False,
    project: ProjectOption = None,
) -> None:
    """Follow one recording with the running system: face, mouth, branch and sentiment every 30 ms."""
    from workbench.datasets.rights.written import record_written
    from workbench.features.crowd_looker import FaceOptions
    from workbench.progress import terminal
    from workbench.project import Project
    from workbench.systems.analysis import analyze as analyze_video
    from workbench.systems.lightweight_fusion import load_fusion
    from workbench.systems.sinks import JsonSink

    if resume and json is None:
        raise InvalidInputError("--resume goes on with a file's partial result. Name the file with --json.")
    looker = FaceOptions.parse(faces, upright=upright).looker()
    opened = Project.open(project)
    target = None if json is None else json.resolve()
    partial = None if target is None else target.with_name(target.name + ".partial")
    try:
        with terminal("networks", at_once=False) as progress:
            networks = load_fusion(opened, run, progress=progress)
        with terminal("analyze") as progress:
            analysis = analyze_video(
                video,
                networks,
                alpha=alpha,
                looker=looker,
                sinks=[] if target is None else [JsonSink(target)],
                partial=partial,
                resume=resume,
                progress=progress,
            )
    finally:
        if partial is not None and partial.is_file():
            record_written(opened, "table", [partial])
            print(
                f"What is finished lies in {partial}; the same command with --resume goes on.",
                file=sys.stderr,
            )
    if target is not None:
        record_written(opened, "table", [target])
    for line in analysis.lines():
        print(line)


COMMANDS = (analyze,)
