"""Commands that bring recordings in and look at them: sample, import, download, extract."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.common import JsonOption, ProjectOption, SeedOption, tell
from workbench.errors import InvalidInputError


def sample(
    actors: Annotated[int, typer.Option(help="How many drawn actors, 3 to 24.")] = 12,
    clips: Annotated[int, typer.Option(help="Clips per actor, 3 to 24.")] = 9,
    seed: SeedOption = 0,
    name: Annotated[str, typer.Option(help="The dataset's name.")] = "sample",
    calm_face: Annotated[float, typer.Option(help="Share of emotional clips with a calm face.")] = 1 / 3,
    flat_voice: Annotated[float, typer.Option(help="Share of emotional clips with a flat voice.")] = 1 / 3,
    workers: Annotated[int, typer.Option(min=1, help="Processes that draw.")] = 2,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Draw the sample cast: actors that nobody is, with voices, into datasets/sample."""
    from workbench.datasets.sample import make_sample
    from workbench.progress import terminal
    from workbench.project import Project

    with terminal("sample") as progress:
        report = make_sample(
            Project.open(project),
            name=name,
            n_actors=actors,
            n_clips=clips,
            seed=seed,
            calm_face_share=calm_face,
            flat_voice_share=flat_voice,
            n_workers=workers,
            progress=progress,
        )
    tell(report.as_json(), report.lines(), as_json=json)


def import_(
    path: Annotated[Path, typer.Argument(help="A folder, a ZIP or one recording.")],
    name: Annotated[str, typer.Option(help="The dataset to put it in.")],
    licence: Annotated[str, typer.Option(help="The recordings' licence, kept with every clip.")] = "",
    purpose: Annotated[
        str | None, typer.Option(help="What they are for; see `workbench rights --help`.")
    ] = None,
    consent: Annotated[Path | None, typer.Option(help="A CSV of who agreed to what.")] = None,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Import recordings; RAVDESS names are understood, everything odd is told, nothing is taken twice."""
    from workbench.datasets.importing.run import import_path
    from workbench.datasets.rights.consent import add_consents, read_consent_table
    from workbench.datasets.rights.declaration import declare
    from workbench.datasets.rights.purposes import purpose_of
    from workbench.datasets.rights.standing import what_next
    from workbench.progress import terminal
    from workbench.project import Project

    opened = Project.open(project)
    if purpose is not None:
        purpose_of(purpose)
    consents = [] if consent is None else read_consent_table(consent)
    with terminal("import") as progress:
        report = import_path(opened, path, name, licence=licence, progress=progress)
    if purpose is not None or licence:
        declare(opened, name, purpose=purpose, licence=licence or None)
    add_consents(opened, name, consents)
    tell(report.as_json(), [*report.lines(), *what_next(opened, name)], as_json=json)


def download(
    actors: Annotated[str, typer.Option(help="Actors, such as 1-4,7.")] = "1-24",
    kinds: Annotated[
        str, typer.Option(help="speech_audio, speech_video or both, with a comma.")
    ] = "speech_video",
    name: Annotated[str, typer.Option(help="The dataset to import it into.")] = "ravdess",
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Download RAVDESS from its public record (checksums, resume) and import it."""
    from workbench.datasets.download import RAVDESS_LICENCE, RAVDESS_TERMS, download_ravdess
    from workbench.datasets.importing.run import import_path
    from workbench.datasets.rights.declaration import declare
    from workbench.datasets.rights.standing import what_next
    from workbench.progress import terminal
    from workbench.project import Project

    opened = Project.open(project)
    print(RAVDESS_TERMS, file=sys.stderr, flush=True)
    with terminal("download") as progress:
        archives = download_ravdess(
            opened.dataset_folder(name) / "downloads",
            actors=_numbers(actors),
            kinds=tuple(kinds.split(",")),
            progress=progress,
        )
    for archive in archives:
        with terminal(f"import {archive.name}") as progress:
            report = import_path(opened, archive, name, licence=RAVDESS_LICENCE, progress=progress)
        tell(report.as_json(), report.lines(), as_json=json)
    declare(opened, name, licence=RAVDESS_LICENCE, source="Zenodo record 1188976")
    for line in what_next(opened, name):
        print(line, file=sys.stderr)


def _numbers(text: str) -> tuple[int, ...]:
    """Return the numbers of a list such as ``1-4,7``."""
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if not first.isdigit() or (last and not last.isdigit()):
            raise InvalidInputError(f"Actors must be numbers and ranges such as 1-4,7. Received {text!r}.")
        found += range(int(first), int(last or first) + 1)
    return tuple(found)


def extract(
    name: Annotated[str, typer.Argument(help="The dataset.")],
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0 works in this one.")] = 2,
    scheduler: Annotated[str | None, typer.Option(help="Address of a dask scheduler to use instead.")] = None,
    force: Annotated[bool, typer.Option(help="Extract again what is there already.")] = False,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Find face, mouth and voice in every clip, every 30 ms; goes on where it was stopped."""
    from workbench.datasets.catalog import Dataset
    from workbench.datasets.extraction import extract as extract_features
    from workbench.progress import terminal
    from workbench.project import Project

    with terminal("extract") as progress:
        report = extract_features(
            Dataset.open(Project.open(project), name),
            n_workers=workers,
            scheduler=scheduler,
            force=force,
            progress=progress,
        )
    tell(report.as_json(), report.lines(), as_json=json)


COMMANDS = (sample, import_, download, extract)
