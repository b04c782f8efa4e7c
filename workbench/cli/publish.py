"""The command publish: the dashboards as static pages."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.cli.common import JsonOption, ProjectOption, tell


def publish(
    name: Annotated[
        str | None, typer.Argument(help="The comparison that comes first. (default: the newest one)")
    ] = None,
    role: Annotated[str, typer.Option(help="For whom: manager or analyst.")] = "manager",
    most_pages: Annotated[int, typer.Option(help="How many pages are written at most.")] = 5000,
    keep: Annotated[int, typer.Option(help="How many publications are left; older ones are removed.")] = 5,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Write the dashboards as static pages, without faces, voices and scripts, into reports/published/."""
    from workbench.progress import terminal
    from workbench.project import Project
    from workbench.reports.publish import publish as write

    with terminal("publishing") as progress:
        made = write(
            Project.open(project), name, role=role, most_pages=most_pages, keep=keep, progress=progress
        )
    answer = {"folder": str(made.folder), **made.manifest}
    whole = "" if made.manifest["complete"] else ", and more lie beyond: see --most-pages"
    lines = [f"Published: {made.folder / 'index.html'}", f"{made.manifest['n_pages']:,} pages{whole}."]
    tell(answer, lines, as_json=json)


COMMANDS = (publish,)
