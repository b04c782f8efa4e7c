"""The command labels agreement: how far people agree about one question."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from workbench.cli.common import JsonOption, ProjectOption, SeedOption, tell


class Weights(StrEnum):
    """How much a near miss counts for Gwet's AC2."""

    nominal = "nominal"
    linear = "linear"
    ordinal = "ordinal"
    quadratic = "quadratic"


def agreement(
    question: Annotated[str, typer.Option(help="mouth, sentiment, sentiment_face, …")],
    weights: Annotated[
        Weights, typer.Option(help="For AC2: nominal is AC1; the others take the classes as ordered.")
    ] = Weights.nominal,
    seed: SeedOption = 0,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Say how far people agree: percent, kappas, alpha and AC2 with intervals; per pair, class and modality."""
    from workbench.evaluation.agreement.stored import stored_agreement
    from workbench.project import Project

    report = stored_agreement(Project.open(project), question, weights=weights.value, seed=seed)
    tell(report.as_json(), report.lines(), as_json=json)
