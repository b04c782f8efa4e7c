"""The command rights: what a dataset may be used for, what is missing, and the notice for those who are exposed."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.cli.common import JsonOption, ProjectOption, tell


def rights(
    name: Annotated[str, typer.Argument(help="The dataset.")],
    purpose: Annotated[
        str | None,
        typer.Option(help="research, customer-facing, workplace, education or medical-or-safety."),
    ] = None,
    reason: Annotated[
        str | None, typer.Option(help="Why this purpose applies; medical-or-safety needs it.")
    ] = None,
    licence: Annotated[str | None, typer.Option(help="The recordings' licence.")] = None,
    licence_url: Annotated[str | None, typer.Option(help="Where it is written.")] = None,
    source: Annotated[str | None, typer.Option(help="Where the recordings come from.")] = None,
    notice: Annotated[
        bool, typer.Option("--notice", help="Print what people must be told (Article 50(3)).")
    ] = False,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Say or show what a dataset may be used for, and what is missing before it is shown, reported or exported."""
    from workbench.datasets.catalog import Dataset
    from workbench.datasets.rights.declaration import declare, read_rights
    from workbench.datasets.rights.purposes import PURPOSES
    from workbench.datasets.rights.purposes import notice as notice_for
    from workbench.datasets.rights.standing import lines_of, standing_of
    from workbench.project import Project

    opened = Project.open(project)
    if not opened.dataset_folder(name).is_dir():
        Dataset.open(opened, name)  # says which there are
    if any(text is not None for text in (purpose, reason, licence, licence_url, source)):
        declare(
            opened,
            name,
            purpose=purpose,
            reason=reason,
            licence=licence,
            licence_url=licence_url,
            source=source,
        )
    declared = PURPOSES.get(read_rights(opened, name).purpose)
    needs_notice = declared is not None and declared.needs_notice
    shown = notice_for(declared.name if declared else "customer-facing") if notice or needs_notice else ""
    found = standing_of(opened, name)
    lines = [shown] if notice else [*lines_of(found), *([shown] if shown else [])]
    tell({**found, "notice": shown}, lines, as_json=json)


COMMANDS = (rights,)
