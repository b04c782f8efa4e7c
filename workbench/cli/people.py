"""``workbench people``: who may see the dashboards, and as what."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

import typer

from workbench.cli.common import JsonOption, ProjectOption, tell

app = typer.Typer(
    no_args_is_help=True,
    help="Who may see the dashboards: annotator, analyst or manager, each with a password.",
)
NameArgument = Annotated[str, typer.Argument(help="The person's name, as typed at the login.")]


@app.command()
def add(
    name: NameArgument,
    role: Annotated[str, typer.Option(help="annotator, analyst or manager.")],
    project: ProjectOption = None,
) -> None:
    """Add a person; the password is asked for, or read from standard input."""
    from workbench.project import Project
    from workbench.servers.people import People

    People(Project.open(project)).add(name, role, _password())
    print(f"{name} may now sign in as {role}.")


@app.command(name="list")
def list_people(json: JsonOption = False, project: ProjectOption = None) -> None:
    """List names and roles."""
    from workbench.project import Project
    from workbench.servers.people import People

    people = People(Project.open(project)).all()
    lines = [f"{person.role:<9}  {person.name}" for person in people]
    answer = {"people": [{"name": person.name, "role": person.role} for person in people]}
    tell(answer, lines or ["Nobody yet: `workbench people add NAME --role manager`."], as_json=json)


@app.command()
def remove(name: NameArgument, project: ProjectOption = None) -> None:
    """Remove a person; pages they have open are cut off."""
    from workbench.project import Project
    from workbench.servers.people import People

    People(Project.open(project)).remove(name)
    print(f"{name} can no longer sign in.")


@app.command()
def password(name: NameArgument, project: ProjectOption = None) -> None:
    """Give a person a new password; pages they have open are cut off."""
    from workbench.project import Project
    from workbench.servers.people import People

    People(Project.open(project)).change_password(name, _password())
    print(f"{name} has a new password.")


def _password() -> str:
    """Ask twice on a terminal, else read one line: a password never stands in a command line."""
    from workbench.errors import InvalidInputError

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != first:
        raise InvalidInputError("Both passwords must be the same. They differ: run the command again.")
    return first
