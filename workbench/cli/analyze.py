"""The command that follows recordings with the running system: analyze, one file or a folder of them."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.common import ProjectOption
from workbench.errors import InvalidInputError

if TYPE_CHECKING:
    from workbench.features.crowd_looker import FaceOptions
    from workbench.project import Project


class Form(StrEnum):
    """What is written about each recording of a folder."""

    csv = "csv"
    parquet = "parquet"
    json = "json"
    mp4 = "mp4"


def analyze(
    video: Annotated[Path, typer.Argument(help="Any recording, or a folder of them.")],
    to: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Write every moment as .csv, .parquet or .json, or drawn on the video as .mp4; several are allowed. Of a folder: one table, .csv or .parquet.",
        ),
    ] = None,
    run: Annotated[str | None, typer.Option(help="The audiovisual run to use. (default: the newest)")] = None,
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
    at_most: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Of a folder: only the first N recordings, to try.")
    ] = None,
    workers: Annotated[int, typer.Option(min=0, help="Of a folder: processes; 0 works in this one.")] = 2,
    scheduler: Annotated[
        str | None, typer.Option(help="Of a folder: a dask scheduler instead of processes here.")
    ] = None,
    clips_to: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Of a folder: also a file about each recording.")
    ] = None,
    clips_as: Annotated[Form, typer.Option(help="What these files are.")] = Form.csv,
    project: ProjectOption = None,
) -> None:
    """Follow recordings with the running system: face, mouth, branch and sentiment every 30 ms."""
    from workbench.features.crowd_looker import FaceOptions
    from workbench.project import Project

    whose = FaceOptions.parse(faces, upright=upright)
    opened = Project.open(project)
    if not video.is_dir():
        if clips_to is not None or scheduler is not None or at_most is not None:
            raise InvalidInputError(
                f"--clips-to, --scheduler and --at-most belong to a folder. {video} is none: name files with --to."
            )
        _analyze_file(opened, video, to or [], json, run=run, alpha=alpha, faces=whose, resume=resume)
        return
    if json is not None or len(to or []) != 1:
        raise InvalidInputError(
            "Analysing a folder needs the one table it is written to. Pass it as --to TABLE.parquet or TABLE.csv."
        )
    from workbench.cli.analyze_folder import analyze_folder

    analyze_folder(
        opened, video, (to or [])[0], run=run, alpha=alpha, faces=whose, at_most=at_most, n_workers=workers, scheduler=scheduler,
        clips_to=clips_to, clips_as=f".{clips_as.value}",
    )  # fmt: skip


def _analyze_file(
    project: Project,
    video: Path,
    to: list[Path],
    json: Path | None,
    *,
    run: str | None,
    alpha: float,
    faces: FaceOptions,
    resume: bool,
) -> None:
    """Analyse one recording. What ``to`` names leaves the house, so its dataset must allow it."""
    from workbench.datasets.rights.recordings import require_exportable
    from workbench.datasets.rights.written import record_begun
    from workbench.files import file_stamp, sha256_of
    from workbench.progress import terminal
    from workbench.systems.analysis import analyze as analyze_video
    from workbench.systems.export_sinks import sinks_for
    from workbench.systems.file_feed import streams_of
    from workbench.systems.lightweight_fusion import load_fusion
    from workbench.systems.video_sink import VideoSink

    targets = [path.resolve() for path in ([json] if json is not None else []) + to]
    if resume and not targets:
        raise InvalidInputError("--resume goes on with a file's partial result. Name the file with --to.")
    sinks_for(video, targets)  # a wrong name is refused before anything is loaded
    datasets = require_exportable(project, video) if to else ()
    partial = targets[0].with_name(targets[0].name + ".partial") if targets else None
    with terminal("networks", at_once=False) as progress:
        networks = load_fusion(project, run, progress=progress)
    before = {path: file_stamp(path) for path in (*targets, partial) if path is not None}
    about: tuple[str, ...] = ()
    if targets:
        streams_of(video)  # what is no recording is refused before anything is promised
        about = (sha256_of(video),)
        record_begun(project, "table", dict.fromkeys(before, about), datasets)
    try:
        with terminal("analyze") as progress:
            sinks = sinks_for(video, targets, progress=progress)
            analysis = analyze_video(
                video, networks, alpha=alpha, looker=faces.looker(), partial=partial, resume=resume,
                sinks=sinks, progress=progress,
            )  # fmt: skip
    finally:
        _remember(project, before, about, datasets)
        if partial is not None and partial.is_file():
            print(
                f"What is finished lies in {partial}; the same command with --resume goes on.",
                file=sys.stderr,
            )
    for line in (*analysis.lines(), *(sink.line() for sink in sinks if isinstance(sink, VideoSink))):
        print(line)


def _remember(
    project: Project, before: dict[Path, tuple[int, int]], about: tuple[str, ...], datasets: tuple[str, ...]
) -> None:
    """Register what was written about a recording, so that it is found when somebody in it withdraws."""
    from workbench.datasets.rights.written import record_ended, record_written
    from workbench.files import file_stamp

    if not before:
        return
    new = [path for path, stamp in before.items() if path.is_file() and file_stamp(path) != stamp]
    pictures = [path for path in new if path.suffix.lower() == ".mp4"]
    record_written(project, "picture", pictures, datasets, about=about)
    tables = [path for path in new if path not in pictures]
    record_written(project, "table", tables, datasets, about=about)
    record_ended(project, before)


COMMANDS = (analyze,)
