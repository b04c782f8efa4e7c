"""The commands labels export and labels import: tables, the whole event log, ELAN, Praat."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.common import JsonOption, ProjectOption, tell


class Format(StrEnum):
    """What to write."""

    auto = "auto"
    table = "table"
    events = "events"
    elan = "elan"
    textgrid = "textgrid"


def export(
    to: Annotated[
        Path, typer.Option(help="A .csv, .jsonl or .events.jsonl file; a folder for elan and textgrid.")
    ],
    question: Annotated[str | None, typer.Option(help="One question; all when left out.")] = None,
    form: Annotated[
        Format,
        typer.Option(
            "--format",
            help="table: answers as they stand. events: all that was ever done. elan, textgrid: a file for each clip. "
            "(default: by the ending)",
            show_default=False,
        ),
    ] = Format.auto,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Write people's answers, with a manifest of counts and hashes beside them."""
    from workbench.datasets.catalog import names_with_clips
    from workbench.datasets.rights import require
    from workbench.datasets.rights.written import record_written
    from workbench.labels.exchange.event_log import ENDING
    from workbench.labels.store import LabelStore
    from workbench.project import Project

    opened = Project.open(project)
    target = to.resolve()
    if form is Format.auto:
        form = Format.events if to.name.lower().endswith(ENDING) else Format.table
    with LabelStore.open(opened.labels) as store:
        datasets = names_with_clips(opened, store.clips())
        require(opened, datasets, "export")
        n_labels, files = _write(opened, store, target, form, question)
    record_written(opened, "labels", files, datasets)
    if form in (Format.elan, Format.textgrid):
        n_files = len(files) - 1  # beside them, their manifest
        line = f"{n_labels} answers written to {n_files} files in {to}."
        tell({"labels": n_labels, "file": str(to), "files": n_files}, [line], as_json=json)
        return
    line = f"{n_labels} {'events' if form is Format.events else 'answers'} written to {to}."
    tell({"labels": n_labels, "file": str(to)}, [line], as_json=json)


def _write(project, store, target, form, question):  # type: ignore[no-untyped-def]
    """Write the answers; return how many, and the files."""
    from workbench.datasets.catalog import clip_durations, clip_files
    from workbench.labels.exchange.clip_files import MANIFEST, export_clip_files
    from workbench.labels.exchange.event_log import export_events
    from workbench.labels.exchange.labels_table import export_labels

    if form is Format.events:
        return export_events(store, target), [target]
    if form is Format.table:
        return export_labels(store, target, question=question), [target]
    files = export_clip_files(
        store,
        target,
        form=form.value,
        question=question,
        durations_s=clip_durations(project),
        media=clip_files(project),
    )
    return sum(files.values()), [target / name for name in (*files, MANIFEST)]


def import_(
    path: Annotated[
        Path,
        typer.Argument(
            help="A .csv, .jsonl, .events.jsonl, .eaf or .TextGrid file, or a folder of the last two."
        ),
    ],
    annotator: Annotated[str | None, typer.Option(help="Who made the tiers that name nobody.")] = None,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Read answers: all of a file or none of it; reading it twice changes nothing."""
    from workbench.datasets.catalog import clip_durations
    from workbench.labels.exchange.clip_files import READERS
    from workbench.labels.exchange.event_log import ENDING, import_events
    from workbench.labels.exchange.labels_table import import_labels
    from workbench.labels.store import LabelStore
    from workbench.project import Project

    opened = Project.open(project)
    clips = clip_durations(opened) or None
    with LabelStore.open(opened.labels) as store:
        if path.is_dir() or path.suffix.lower() in READERS:
            _import_clip_files(store, path, clips=clips, annotator=annotator, as_json=json)
            return
        events = path.name.lower().endswith(ENDING)
        imported = import_events(store, path) if events else import_labels(store, path, clips=clips)
    tell(imported.as_json(), imported.lines(), as_json=json)


def _import_clip_files(store, path, *, clips, annotator, as_json) -> None:  # type: ignore[no-untyped-def]
    from workbench.errors import InvalidInputError
    from workbench.labels.exchange.clip_files import import_clip_files, summary

    files = import_clip_files(store, path, clips=clips, annotator=annotator)
    answer, lines = summary(files)
    tell(answer, lines, as_json=as_json)
    refused = [one for one in files if one.error]
    if refused:
        raise InvalidInputError(
            f"{len(refused)} of {len(files)} files were refused, the others recorded:\n"
            + "\n".join(one.error for one in refused[:20])
        )
