"""Commands around people's answers: labels export, labels import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli import label_agreement, label_store
from workbench.cli.common import JsonOption, ProjectOption, tell

app = typer.Typer(help="People's answers: export and import them.", no_args_is_help=True)
app.command(name="agreement")(label_agreement.agreement)
for command in label_store.COMMANDS:
    app.command(name=command.__name__)(command)


@app.command(name="export")
def export(
    to: Annotated[Path, typer.Option(help="A .csv or .jsonl file.")],
    question: Annotated[str | None, typer.Option(help="mouth or sentiment; all when left out.")] = None,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Write the current answers as a labels table."""
    from workbench.labels.exchange.labels_table import export_labels
    from workbench.labels.store import LabelStore
    from workbench.project import Project

    with LabelStore.open(Project.open(project).labels) as store:
        n_labels = export_labels(store, to.resolve(), question=question)
    tell({"labels": n_labels, "file": str(to)}, [f"{n_labels} answers written to {to}."], as_json=json)


@app.command(name="import")
def import_(
    path: Annotated[Path, typer.Argument(help="A labels table (.csv or .jsonl).")],
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Read answers from a labels table: all of them or none; reading it twice changes nothing."""
    from workbench.datasets.catalog import clip_durations
    from workbench.labels.exchange.labels_table import import_labels
    from workbench.labels.store import LabelStore
    from workbench.project import Project

    opened = Project.open(project)
    with LabelStore.open(opened.labels) as store:
        imported = import_labels(store, path, clips=clip_durations(opened) or None)
    tell(imported.as_json(), imported.lines(), as_json=json)
