"""Options that many commands share, and how an answer is printed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

ProjectOption = Annotated[
    Path | None,
    typer.Option("--project", help="The project's folder; a new folder becomes one. (default: here)"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the answer as JSON on standard output.")]
SeedOption = Annotated[int, typer.Option("--seed", min=0, help="Fixes everything that is drawn by lot.")]


def tell(answer: dict[str, Any], lines: Iterable[str], *, as_json: bool) -> None:
    """Print the answer: strict JSON for scripts, lines for people."""
    if as_json:
        print(json.dumps(answer, ensure_ascii=False, allow_nan=False))
    else:
        for line in lines:
            print(line)
