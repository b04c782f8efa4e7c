"""Commands that judge predictions: evaluate, calibrate, compare, report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.common import JsonOption, ProjectOption, SeedOption, tell


def evaluate(
    what: Annotated[
        str,
        typer.Argument(
            metavar="RUN|FILE", help="The id of a run or cross-validation, or any predictions table."
        ),
    ],
    seed: SeedOption = 0,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Judge a run or a table of predictions: figures with k/n and intervals, confusion, warnings."""
    from workbench.project import Project
    from workbench.reports.judging import evaluate_source

    evaluation = evaluate_source(Project.open(project), what, seed=seed)
    tell(evaluation.as_json(), evaluation.lines(), as_json=json)


def calibrate(
    what: Annotated[
        str,
        typer.Argument(
            metavar="RUN|FILE", help="The id of a run or cross-validation, or any predictions table."
        ),
    ],
    validation: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Predictions on other clips, to fit on; a run keeps its own."),
    ] = None,
    bins: Annotated[int, typer.Option(help="Into how many bins of confidence, 2 to 100.")] = 15,
    equal_mass: Annotated[bool, typer.Option(help="Bins of about equally many answers.")] = False,
    accuracy: Annotated[float, typer.Option(help="Find how sure it must be to be right so often.")] = 0.9,
    seed: SeedOption = 0,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Say how far the confidences can be believed: calibration, temperature, and when to answer at all."""
    from workbench.evaluation.calibration_words import lines_of
    from workbench.project import Project
    from workbench.reports.calibrating import calibrate_source

    report = calibrate_source(
        Project.open(project),
        what,
        validation=validation,
        n_bins=bins,
        binning="mass" if equal_mass else "width",
        accuracy=accuracy,
        seed=seed,
    )
    tell(report.as_json(), lines_of(report), as_json=json)


def compare(
    what: Annotated[list[str], typer.Argument(metavar="RUN|FILE…", help="Two or more runs or tables.")],
    clips: Annotated[
        bool,
        typer.Option(
            "--clips", help="List the clips one is right about and the other is not, and both wrong."
        ),
    ] = False,
    seed: SeedOption = 0,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Compare runs or tables pair by pair on the clips they share, and say whether they can be told apart."""
    from workbench.project import Project
    from workbench.reports.judging import compare_sources, disagreements_of_sources

    opened = Project.open(project)
    comparison = compare_sources(opened, what, seed=seed)
    answer, lines = comparison.as_json(), comparison.lines()
    if clips:
        listed = disagreements_of_sources(opened, what)
        answer["clips"] = [pair.as_json() for pair in listed]
        lines += [line for pair in listed for line in pair.lines()]
    tell(answer, lines, as_json=json)


def report(
    run: Annotated[str, typer.Argument(help="The id of a run or cross-validation.")],
    to: Annotated[Path, typer.Option(help="The file to write, ending in .html or .pdf.")],
    role: Annotated[
        str, typer.Option(help="For whom: manager (nothing about groups of few people) or analyst.")
    ] = "manager",
    project: ProjectOption = None,
) -> None:
    """Write a run's report with its model card as one self-contained HTML file, or as an accessible PDF."""
    from workbench.project import Project
    from workbench.reports.writing import write_report

    print(f"Written: {write_report(Project.open(project), run, to.resolve(), role=role)}")


COMMANDS = (evaluate, calibrate, compare, report)
