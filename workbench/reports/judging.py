"""Evaluate and compare whatever can be named: runs and files alike."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from workbench.errors import InvalidInputError
from workbench.evaluation.comparison import Comparison, compare
from workbench.evaluation.disagreements import Disagreements, disagreements
from workbench.evaluation.report import Evaluation, evaluate
from workbench.evaluation.warnings import Alarm
from workbench.models.groups import Group
from workbench.models.runs import Run
from workbench.project import Project
from workbench.reports.stored import resolve_predictions
from workbench.systems.run_alarms import alarms_of_run


def evaluate_source(project: Project, reference: str, *, seed: int = 0) -> Evaluation:
    """Evaluate a run (with its split, and what is known of its split, sound and training) or any predictions table.

    Raises
    ------
    InvalidInputError
        The reference names nothing that can be judged.
    """
    _, table, run = resolve_predictions(project, reference)
    if run is None:
        return evaluate(table, seed=seed)
    return evaluate(table, split=run.facts().get("split"), split_warnings=alarms_of_run(run), seed=seed)


def leaks_of(run: Run | Group) -> list[Alarm]:
    """Return the leaks a run's figures are marked with."""
    return [
        Alarm(warning["code"], warning["message"])
        for warning in run.facts().get("warnings", [])
        if warning["code"].startswith("leak")
    ]


def compare_sources(project: Project, references: Sequence[str], *, seed: int = 0) -> Comparison:
    """Compare two or more runs or predictions tables on the clips they share.

    Each is called by its network where that tells them apart, else by its id or its file's name.

    Raises
    ------
    InvalidInputError
        Fewer than two, one named twice, or they cannot be compared.
    """
    tables, leaks = _sources(project, references)
    return compare(tables, seed=seed).marked(leaks)


def disagreements_of_sources(project: Project, references: Sequence[str]) -> tuple[Disagreements, ...]:
    """List, pair by pair, the clips that two or more runs or tables do not both tell right; named as in a comparison.

    Raises
    ------
    InvalidInputError
        Fewer than two, one named twice, or they cannot be compared.
    """
    tables, _ = _sources(project, references)
    return disagreements(tables)


def _sources(
    project: Project, references: Sequence[str]
) -> tuple[dict[str, pd.DataFrame], dict[str, list[Alarm]]]:
    """Return the tables that references name, and the leaks of those that are runs."""
    if len(references) < 2:
        raise InvalidInputError(
            f"A comparison must have two runs or files or more. Received {len(references)}."
        )
    if len(set(references)) < len(references):
        raise InvalidInputError(
            f"A comparison must name every run or file once. Received {', '.join(references)}."
        )
    found = [resolve_predictions(project, reference) for reference in references]
    tables = _named(found, references)
    leaks = {name: leaks_of(run) for name, (_, _, run) in zip(tables, found, strict=True) if run is not None}
    return tables, leaks


def _named(
    found: Sequence[tuple[str, pd.DataFrame, Run | Group | None]], references: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """Return the tables by the shortest kind of name that tells them all apart."""
    networks = [name if run is None else str(run.facts().get("network", name)) for name, _, run in found]
    names = [name for name, _, _ in found]
    for candidates in (networks, names):
        if len(set(candidates)) == len(candidates):
            return {name: table for name, (_, table, _) in zip(candidates, found, strict=True)}
    return {reference: table for reference, (_, table, _) in zip(references, found, strict=True)}
