"""The command line's frame: the list of commands, and one clear sentence with exit code 2 on bad input."""

from __future__ import annotations

import os
import sys

import typer

from workbench.cli import (
    analyze,
    consent,
    data,
    forget,
    gate,
    judge,
    label,
    learn,
    maps,
    people,
    publish,
    repeat,
    rights,
    saliency,
    serve,
    speech,
)
from workbench.errors import WorkbenchError
from workbench.progress import in_one_line

app = typer.Typer(
    name="workbench",
    help="Label, train, judge and publish multimodal (face, mouth, voice) sentiment in video.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for room in (
    data,
    learn,
    analyze,
    gate,
    judge,
    maps,
    saliency,
    repeat,
    speech,
    serve,
    rights,
    forget,
    publish,
):
    for command in room.COMMANDS:
        app.command(name=command.__name__.rstrip("_").replace("_", "-"))(command)
app.add_typer(label.app, name="labels")
app.add_typer(people.app, name="people")
app.add_typer(consent.app, name="consent")


def main() -> None:
    """Run the command that was typed; what it writes is for this account alone, faces, names and figures alike."""
    os.umask(0o077)
    try:
        app()
    except WorkbenchError as error:
        print("Error: " + "\n".join(map(in_one_line, str(error).split("\n"))), file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print(
            "Stopped. What was finished is kept; the same command, or the one named above, goes on.",
            file=sys.stderr,
        )
        sys.exit(130)
