"""The command forget: a speaker who withdraws is erased everywhere under the project."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from workbench.cli.common import JsonOption, ProjectOption, tell
from workbench.errors import InvalidInputError


def forget(
    speaker: Annotated[str, typer.Argument(help="As in the catalog.")],
    dataset: Annotated[
        str | None, typer.Option(help="Where the name is theirs. (default: wherever it stands)")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count what would be erased, change nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Erase a speaker for good: recordings, features, labels, runs' rows, reports, exports, backups by their keys."""
    from workbench.forgetting.run import forget as erase
    from workbench.forgetting.run import is_unfinished, look
    from workbench.progress import terminal
    from workbench.project import Project

    opened = Project.open(project)
    going_on = is_unfinished(opened, speaker)
    if dry_run or not (yes or going_on):
        would = look(opened, speaker, dataset)
        if dry_run:
            tell({**would.as_json(), "dry_run": True}, would.lines(dry=True), as_json=json)
            return
        print("\n".join(would.lines(dry=True)), file=sys.stderr)
        _ask()
    with terminal("forget") as progress:
        erased = erase(opened, speaker, dataset, progress=progress)
    tell(erased.as_json(), erased.lines(), as_json=json)
    if erased.left:
        raise typer.Exit(1)


def _ask() -> None:
    if not sys.stdin.isatty():
        raise InvalidInputError("Erasing cannot be undone. Say --yes to do it, or --dry-run to count only.")
    if not typer.confirm("This cannot be undone. Erase?", err=True):
        raise InvalidInputError("Nothing was erased: it was not confirmed.")


COMMANDS = (forget,)
