"""Commands that start something: lab, dashboards, doctor."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from workbench.cli.common import JsonOption, ProjectOption, tell

PortOption = Annotated[int | None, typer.Option(help="[default: the first free one]")]


def lab(
    port: PortOption = None,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
    project: ProjectOption = None,
) -> None:
    """Start JupyterLab and the dashboards; print their addresses with token."""
    from workbench.project import Project
    from workbench.servers.start import start_lab

    start_lab(Project.open(project), port=port, open_browser=browser)


def dashboards(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: PortOption = None,
    project: ProjectOption = None,
) -> None:
    """Start the managers' dashboards; print the address with its token."""
    from workbench.project import Project
    from workbench.servers.start import start_dashboards

    start_dashboards(Project.open(project), host=host, port=port)


def doctor(json: JsonOption = False, project: ProjectOption = None) -> None:
    """Say what is installed, what is missing, and how to mend it."""
    from workbench.doctor import examine
    from workbench.project import Project

    diagnosis = examine(Project.open(project))
    tell(diagnosis.as_json(), diagnosis.lines(), as_json=json)
    if not diagnosis.healthy:
        sys.exit(1)


COMMANDS = (lab, dashboards, doctor)
