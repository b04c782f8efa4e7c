"""The agreement in a project's label store, read without changing anything."""

from __future__ import annotations

import pandas as pd

from workbench.datasets.catalog import Dataset, names
from workbench.evaluation.agreement.coefficients import WeightKind
from workbench.evaluation.agreement.reliability import Reliability, gold_accuracy, self_agreement
from workbench.evaluation.agreement.summary import MODALITY_QUESTIONS, AgreementReport, agreement_report
from workbench.labels.gold import gold_items
from workbench.labels.schema import CANNOT_TELL, schema_of
from workbench.labels.store import LABEL_COLUMNS, LabelStore
from workbench.project import Project


def stored_agreement(
    project: Project, question: str, *, weights: WeightKind = "nominal", seed: int = 0
) -> AgreementReport:
    """Say how far the people of a project agree about ``question``.

    Raises
    ------
    InvalidInputError
        There is no such question.
    """
    schema_of(question)
    wanted = MODALITY_QUESTIONS if question in MODALITY_QUESTIONS else (question,)
    if not LabelStore.exists(project.labels):
        nothing = pd.DataFrame(columns=[*LABEL_COLUMNS, "sequence"])
        return agreement_report(question, {question: nothing}, weights=weights, seed=seed)
    with LabelStore.open(project.labels, read_only=True) as store:
        answers = {name: store.answers(name) for name in wanted}
        n_skipped, repeats = len(store.skips(question)), store.repeats(question)
        gold = gold_items(store, question)
    reliability = Reliability(
        self_agreement=self_agreement(_asked_again(answers[question], repeats)),
        gold=gold_accuracy(_on_gold(answers[question], gold)),
    )
    return agreement_report(
        question,
        answers,
        weights=weights,
        seed=seed,
        intended=intentions(project),
        reliability=reliability,
        n_skipped=n_skipped,
    )


def intentions(project: Project) -> dict[str, str]:
    """Return what every recording of a project was meant to show; empty where nobody told."""
    tables = [Dataset(project.datasets / name).table() for name in names(project)]
    return {
        clip: meant for table in tables for clip, meant in zip(table["clip"], table["intended"], strict=True)
    }


def _asked_again(answers: pd.DataFrame, repeats: pd.DataFrame) -> pd.DataFrame:
    """Return first and second answer of everybody who was asked twice and could tell both times."""
    item = ["clip", "start_s", "end_s", "annotator"]
    both = answers.merge(repeats, on=item, suffixes=("_first", "_again"))
    both = both.rename(columns={"value_first": "first", "value_again": "again"})
    return both[~both[["first", "again"]].isin(["", CANNOT_TELL]).any(axis=1)]


def _on_gold(answers: pd.DataFrame, gold: pd.DataFrame) -> pd.DataFrame:
    """Return the answers of those who could tell to items whose answer was settled beforehand."""
    return answers[answers["value"] != CANNOT_TELL].merge(gold, on=["clip", "start_s", "end_s"])
