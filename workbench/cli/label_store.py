"""Commands around where answers are kept: labels backup, restore, check and use."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.common import JsonOption, ProjectOption, tell


def backup(
    to: Annotated[Path | None, typer.Option(help="Where backups lie. (default: labels/backups)")] = None,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Back up all answers while people go on labelling; restored and compared before it counts."""
    from workbench.labels.backups import FOLDER, back_up
    from workbench.labels.sealing import KEYS
    from workbench.labels.store import LabelStore
    from workbench.project import Project

    labels = Project.open(project).labels
    with LabelStore.open(labels) as store:
        made = back_up(store, to.resolve() if to else labels / FOLDER, keys=labels / KEYS)
    lines = [
        f"{made.events} events backed up to {made.folder}: restored and compared, they are the same.",
        f"Only with {labels / KEYS} can it be read: keep a copy of that file apart, and renew it after `workbench forget`.",
    ]
    tell(made.as_json(), lines, as_json=json)


def restore(
    backup: Annotated[Path, typer.Argument(help="A backup's folder.")],
    to: Annotated[
        str | None, typer.Option(help="A new labels folder or address. (default: this project's labels)")
    ] = None,
    keys: Annotated[
        Path | None,
        typer.Option(help="The file of the keys. (default: beside the backups, or labels/backup.keys)"),
    ] = None,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Restore a backup into a place without labels; nothing is ever overwritten."""
    from workbench.labels.address import address_of
    from workbench.labels.backups import keys_beside
    from workbench.labels.backups import restore as put_back
    from workbench.labels.sealing import KEYS
    from workbench.project import Project

    labels = Project.open(project).labels
    where = labels if to is None else to
    beside = keys_beside(backup.resolve().parent)
    restored = put_back(backup.resolve(), where, keys=keys or (beside if beside.is_file() else labels / KEYS))
    place = str(address_of(where))
    lines = [f"{restored.events} events restored to {place}, the same as when they were backed up."]
    if restored.erased:
        lines.append(f"{restored.erased} more were erased for good because somebody withdrew.")
    tell(restored.as_json() | {"to": place}, lines, as_json=json)


def check(json: JsonOption = False, project: ProjectOption = None) -> None:
    """Read all answers through: whether the database is whole and every event as it was recorded."""
    from workbench.labels.backups import check as look_through
    from workbench.labels.store import LabelStore
    from workbench.project import Project

    with LabelStore.open(Project.open(project).labels, read_only=True) as store:
        found, n_events, place = look_through(store), store.last_sequence(), store.place
    answer = {"ok": not found, "events": n_events, "place": place, "findings": found}
    tell(answer, found or [f"{n_events} events in {place}: all as they were recorded."], as_json=json)
    if found:
        raise typer.Exit(1)


def use(
    url: Annotated[
        str, typer.Argument(help="postgresql://USER@HOST/DATABASE, or 'file' for the project's own file.")
    ],
    copy: Annotated[bool, typer.Option(help="Copy the answers given so far into it.")] = False,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Keep this project's answers in a team's database from now on; tried first, the password is never shown."""
    from workbench.labels.moving import use_database
    from workbench.project import Project

    moved = use_database(Project.open(project).labels, None if url == "file" else url, copy=copy)
    lines = [f"Answers are kept in {moved.place} from now on.", f"{moved.events} events are there."]
    tell({"place": moved.place, "events": moved.events, "copied": moved.copied}, lines, as_json=json)


COMMANDS = (backup, restore, check, use)
