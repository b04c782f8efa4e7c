"""Commands that judge predictions: evaluate, compare, report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.common import JsonOption, ProjectOption, SeedOption, tell


def evaluate(
    what: Annotated[str, typer.Argument(metavar="RUN|FILE", help="A run's id, or any predictions table.")],
    seed: SeedOption = 0,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Judge a run or a table of predictions: figures with k/n and intervals, confusion, warnings."""
    from workbench.project import Project
    from workbench.reports.judging import evaluate_source

    evaluation = evaluate_source(Project.open(project), what, seed=seed)
    tell(evaluation.as_json(), evaluation.lines(), as_json=json)


def compare(
    what: Annotated[list[str], typer.Argument(metavar="RUN|FILE…", help="Two or more runs or tables.")],
    seed: SeedOption = 0,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Compare runs or tables pair by pair on the clips they share, and say whether they can be told apart."""
    from workbench.project import Project
    from workbench.reports.judging import compare_sources

    comparison = compare_sources(Project.open(project), what, seed=seed)
    tell(comparison.as_json(), comparison.lines(), as_json=json)


def report(
    run: Annotated[str, typer.Argument(help="The run's id.")],
    to: Annotated[Path, typer.Option(help="The HTML file to write.")],
    project: ProjectOption = None,
) -> None:
    """Write a run's report as one self-contained HTML file."""
    from workbench.project import Project
    from workbench.reports.html import write_html

    print(f"Written: {write_html(Project.open(project), run, to.resolve())}")


COMMANDS = (evaluate, compare, report)
