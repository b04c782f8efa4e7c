"""Commands that start something: lab, dashboards, doctor."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.common import JsonOption, ProjectOption, tell

PortOption = Annotated[int | None, typer.Option(help="(default: the first free one)")]


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
    role: Annotated[
        str, typer.Option(help="What the printed address shows: annotator, analyst or manager.")
    ] = "manager",
    certificate: Annotated[Path | None, typer.Option(help="TLS certificate, a PEM file.")] = None,
    key: Annotated[Path | None, typer.Option(help="The certificate's private key, a PEM file.")] = None,
    public_address: Annotated[
        str, typer.Option(help="https://NAME of a reverse proxy on this machine that keeps the Host header.")
    ] = "",
    kernels: Annotated[int, typer.Option(min=8, max=512, help="Pages that may be alive at once.")] = 48,
    heated: Annotated[int, typer.Option(min=0, max=64, help="Kernels that wait ready, of each page.")] = 5,
    project: ProjectOption = None,
) -> None:
    """Start the dashboards: print an address with a key, or let people sign in once somebody has an account."""
    from workbench.project import Project
    from workbench.servers.start import Exposure, start_dashboards

    exposure = Exposure(host, port, certificate, key, public_address, role, kernels, heated)
    start_dashboards(Project.open(project), exposure)


def doctor(json: JsonOption = False, project: ProjectOption = None) -> None:
    """Say what is installed, what is missing, and how to mend it."""
    from workbench.doctor import examine
    from workbench.project import Project

    diagnosis = examine(Project.open(project))
    tell(diagnosis.as_json(), diagnosis.lines(), as_json=json)
    if not diagnosis.healthy:
        sys.exit(1)


COMMANDS = (lab, dashboards, doctor)
