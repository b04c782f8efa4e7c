"""The command labels sync: keep a project of Label Studio and the answers here equal."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.common import JsonOption, ProjectOption, SeedOption, tell


class Unit(StrEnum):
    """What is shown of an item."""

    frames = "frames"
    spans = "spans"


def sync(
    url: Annotated[str, typer.Argument(help="The server: https://HOST, or http://localhost:PORT.")],
    question: Annotated[str, typer.Option(help="What is asked there: mouth, sentiment, …")],
    number: Annotated[
        int | None, typer.Option("--number", min=1, help="The project's number there (it is in its address).")
    ] = None,
    new_project: Annotated[
        str | None, typer.Option(help="Make a project of this title there, with our question and keys.")
    ] = None,
    dataset: Annotated[str | None, typer.Option(help="The dataset to make tasks of.")] = None,
    send_pictures: Annotated[
        bool,
        typer.Option(
            "--send-pictures", help="Make tasks: pictures or recordings of faces leave this machine."
        ),
    ] = False,
    show: Annotated[Unit, typer.Option(help="Frames as pictures, or spans as video.")] = Unit.frames,
    tasks: Annotated[int, typer.Option(min=1, help="How many items to have tasks for.")] = 200,
    run: Annotated[
        str | None, typer.Option(help="Send what this run says as predictions (needs --send-pictures).")
    ] = None,
    predictions_to: Annotated[
        Path | None,
        typer.Option(
            "--predictions-to",
            help="Folder for the predictions found there, a table for each model; or a .csv or .parquet file for one "
            "model's. (default: reports/label_studio/…)",
        ),
    ] = None,
    share_rest: Annotated[
        bool,
        typer.Option(
            "--share-rest",
            help="Of three classes or more, share evenly what a lone score leaves to the others.",
        ),
    ] = False,
    token_file: Annotated[
        Path | None, typer.Option(help="File with the API token, mode 0600. (default: asked for)")
    ] = None,
    restore_deleted: Annotated[
        bool, typer.Option("--restore-deleted", help="Send again what was deleted there.")
    ] = False,
    seed: SeedOption = 0,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Send tasks and answers to Label Studio and fetch what people answered there; doing it again does nothing more."""
    from workbench.errors import InvalidInputError
    from workbench.labels.exchange.label_studio.config import label_config
    from workbench.labels.exchange.label_studio.pulling import pull_predictions
    from workbench.labels.exchange.label_studio.server import ProjectOnServer
    from workbench.labels.exchange.label_studio.sync import LabelStudioSync
    from workbench.labels.exchange.label_studio.wire import Wire, check_address, read_token
    from workbench.labels.schema import schema_of
    from workbench.labels.store import LabelStore
    from workbench.progress import terminal
    from workbench.project import Project
    from workbench.systems.label_studio_predictions import predictions_folder, write_predictions

    if (number is None) == (new_project is None):
        raise InvalidInputError(
            "A sync must have one project there. Give its --number, or --new-project TITLE."
        )
    schema = schema_of(question)
    address = check_address(url)
    opened = Project.open(project)
    items, predictions = _items(opened, dataset, question, send_pictures, show, tasks, run, seed, address)
    wire = Wire(address, read_token(token_file) if token_file else _ask_token())
    if new_project is None:
        server = ProjectOnServer(wire, number or 0)
    else:
        config = label_config(schema, medium="video" if show is Unit.spans else "image")
        server = ProjectOnServer.create(wire, title=new_project, config=config)
    with LabelStore.open(opened.labels) as store, terminal("sync") as progress:
        one = LabelStudioSync(
            store, server, question, opened.labels, restore_deleted=restore_deleted, progress=progress
        )
        report = one.run(items, predictions=predictions)
        seen = pull_predictions(server, question, report=report, share_rest=share_rest)
        to = predictions_to or predictions_folder(opened, address=server.address, number=server.project)
        files = write_predictions(seen, project=opened, store=store, question=question, to=to)
    lines = [
        f"Project {server.project} on {server.address}:",
        *report.lines(),
        *(one.line() for one in files),
    ]
    answer = {"server": server.address, "number": server.project, **report.as_json()}
    tell({**answer, "predictions": [one.as_json() for one in files]}, lines, as_json=json)


def _items(opened, dataset, question, send_pictures, show, tasks, run, seed, address):  # type: ignore[no-untyped-def]
    from workbench.datasets.catalog import Dataset
    from workbench.datasets.rights import require
    from workbench.errors import InvalidInputError
    from workbench.systems.label_studio_items import frames_to_send, predictions_about, spans_to_send

    if not send_pictures:
        if run is not None:
            raise InvalidInputError(
                "Predictions go to tasks. Add --send-pictures and --dataset to say which."
            )
        return [], []
    if dataset is None:
        raise InvalidInputError("Tasks are made of a dataset. Name it with --dataset.")
    chosen = Dataset.open(opened, dataset)
    require(opened, [dataset], "export")
    print(f"Pictures of faces leave this machine for {address}.", file=sys.stderr)
    make = spans_to_send if show is Unit.spans else frames_to_send
    items = make(chosen, question, n_tasks=tasks, seed=seed)
    return items, (predictions_about(opened, chosen, items, run=run) if run else [])


def _ask_token() -> str:
    from workbench.errors import InvalidInputError

    if not sys.stdin.isatty():
        raise InvalidInputError("A sync needs the API token. Give --token-file FILE (mode 0600).")
    return str(
        typer.prompt("API token (Label Studio, Account & Settings)", hide_input=True, err=True)
    ).strip()
