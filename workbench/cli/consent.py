"""Commands around who agreed to what: consent NAME add, import, list, withdraw."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.common import JsonOption, ProjectOption, tell

app = typer.Typer(
    help="Who agreed to what, until when: consent NAME add, import, list, withdraw.", no_args_is_help=True
)


@app.callback()
def consent(
    context: typer.Context, name: Annotated[str, typer.Argument(metavar="NAME", help="The dataset.")]
) -> None:
    """Who agreed to what, until when."""
    context.obj = name


@app.command()
def add(
    context: typer.Context,
    speaker: Annotated[str | None, typer.Argument(help="As in the catalog.")] = None,
    everybody: Annotated[
        bool, typer.Option("--all", help="All speakers without a row of their own.")
    ] = False,
    scope: Annotated[str, typer.Option(help="dashboard, report, export (with commas), or all.")] = "all",
    given: Annotated[str, typer.Option(help="The day it was given, such as 2026-11-30.")] = "",
    expires: Annotated[str, typer.Option(help="The last day it holds; never, if it says so itself.")] = "",
    proof: Annotated[str, typer.Option(help="Where the agreement is: a file, a mark, a publication.")] = "",
    version: Annotated[str, typer.Option(help="Of the form that was signed.")] = "1",
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Record that a speaker, or everybody of a published set, agreed."""
    from workbench.datasets.rights.consent import EVERYBODY, Consent, add_consents
    from workbench.errors import InvalidInputError

    if (speaker is None) != everybody:
        raise InvalidInputError("A consent must be of one SPEAKER, or of everybody with --all.")
    row = Consent(speaker or EVERYBODY, given, version, scope, expires, proof)
    opened = _project_of(project, context.obj)
    if speaker is not None:
        _check_speaker(opened, context.obj, speaker)
    n_new = add_consents(opened, context.obj, [row])
    tell({"dataset": context.obj, "added": n_new}, [f"{n_new} row added for {row.speaker}."], as_json=json)


@app.command(name="import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="speaker, given_utc, scope, expires_utc, proof, …")],
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Record the consents of a table: all of its rows or none."""
    from workbench.datasets.rights.consent import add_consents, read_consent_table

    rows = read_consent_table(file)
    n_new = add_consents(_project_of(project, context.obj), context.obj, rows)
    line = f"{len(rows)} rows read, {n_new} of them new."
    tell({"dataset": context.obj, "rows": len(rows), "added": n_new}, [line], as_json=json)


@app.command(name="list")
def list_(context: typer.Context, json: JsonOption = False, project: ProjectOption = None) -> None:
    """List what stands of each speaker."""
    from dataclasses import asdict

    from workbench.datasets.rights.consent import read_consents, standing

    rows = list(standing(read_consents(_project_of(project, context.obj), context.obj)).values())
    lines = [
        f"{row.speaker:<16} {row.scope:<24} {row.given_utc} to {row.expires_utc}  {row.proof}"
        + (f"  WITHDRAWN {row.withdrawn_utc}" if row.withdrawn_utc else "")
        for row in rows
    ]
    answer = {"dataset": context.obj, "consents": [asdict(row) for row in rows]}
    tell(answer, lines or [f"Nobody of {context.obj} has agreed to anything yet."], as_json=json)


@app.command()
def withdraw(
    context: typer.Context,
    speaker: Annotated[str, typer.Argument(help="As in the catalog.")],
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Record that a speaker agrees no longer: from now on nothing of them is shown; `workbench forget` erases."""
    from dataclasses import asdict

    from workbench.datasets.rights.consent import withdraw as record

    opened = _project_of(project, context.obj)
    _check_speaker(opened, context.obj, speaker)
    row = record(opened, context.obj, speaker)
    line = f"{speaker} withdrew on {row.withdrawn_utc}: erase with `workbench forget {speaker} --dataset {context.obj}`."
    tell({"dataset": context.obj, "consent": asdict(row)}, [line], as_json=json)


def _project_of(project, name):  # type: ignore[no-untyped-def]
    from workbench.datasets.catalog import Dataset
    from workbench.project import Project

    opened = Project.open(project)
    Dataset.open(opened, name)
    return opened


def _check_speaker(project, name, speaker):  # type: ignore[no-untyped-def]
    from workbench.datasets.catalog import Dataset
    from workbench.errors import InvalidInputError

    there = sorted(set(Dataset.open(project, name).table()["speaker"]) - {""})
    if speaker not in there:
        shown = ", ".join(there[:12]) + (", …" if len(there) > 12 else "")
        raise InvalidInputError(
            f"A speaker must be one of the catalog of {name} ({shown or 'it names none'}). Received {speaker!r}."
        )
