"""The labels that stand, of everybody about everything, and how far each question is: read once per state of the store."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from workbench.datasets.catalog import names
from workbench.evaluation.agreement.ratings import ratings_of
from workbench.evaluation.agreement.report import Coefficients, coefficients
from workbench.evaluation.estimates import Share, share
from workbench.evaluation.intervals import wilson
from workbench.labels.said import classes_of
from workbench.labels.schema import CANNOT_TELL, QUESTIONS
from workbench.labels.store import LABEL_COLUMNS, LabelStore
from workbench.project import Project
from workbench.reports.clip_answers import catalog_of

COLUMNS = (*LABEL_COLUMNS, "sequence", "recorded_utc")
_READ: dict[tuple[str, int], pd.DataFrame] = {}
"""What was read last, and of which state of which store: events are never changed, so the last one tells the state."""


def standing_labels(project: Project) -> pd.DataFrame:
    """Return every answer that stands: ``clip, question, start_s, end_s, annotator, value, sequence, recorded_utc``.

    Not to be changed: pages share it for as long as nobody answers anything. Its ``attrs["state"]`` names the state.
    """
    if not LabelStore.exists(project.labels):
        nothing = pd.DataFrame(columns=list(COLUMNS))
        nothing.attrs["state"] = ("", 0)
        return nothing
    with LabelStore.open(project.labels, read_only=True) as store:
        state = (store.place, store.last_sequence())
        if state not in _READ:
            table = _read(store)
            table.attrs["state"] = state
            _READ.clear()
            _READ[state] = table
        return _READ[state]


def _read(store: LabelStore) -> pd.DataFrame:
    tables = [store.answers(question)[list(COLUMNS)] for question in QUESTIONS]
    filled = [table for table in tables if len(table)] or tables[:1]
    return pd.concat(filled, ignore_index=True).sort_values("sequence", ignore_index=True)


def datasets_of_clips(project: Project) -> dict[str, str]:
    """Return the dataset that each clip of a project is in."""
    return {clip: name for name in names(project) for clip in catalog_of(project, name)["clip"]}


@dataclass(frozen=True)
class QuestionProgress:
    """How far one question is.

    Attributes
    ----------
    question : str
    n_labels, n_people : int
        Answers that stand, and of how many people.
    clips : Share
        Clips with an answer, of all clips of the project.
    cannot_tell : Share
        Answers "cannot tell".
    agreement : Coefficients
        As ``workbench labels agreement`` tells it.
    """

    question: str
    n_labels: int
    n_people: int
    clips: Share
    cannot_tell: Share
    agreement: Coefficients


def progress_of(labels: pd.DataFrame, n_clips: int) -> list[QuestionProgress]:
    """Return how far each question is that anybody answered, in the questions' order.

    Parameters
    ----------
    labels : pd.DataFrame
        See :func:`standing_labels`.
    n_clips : int
        Of the whole project.
    """
    found = []
    for question in QUESTIONS:
        rows = labels[labels["question"] == question]
        if len(rows):
            told = rows[rows["value"] != CANNOT_TELL]
            done = int(rows["clip"].nunique())
            found.append(
                QuestionProgress(
                    question=question,
                    n_labels=len(rows),
                    n_people=int(rows["annotator"].nunique()),
                    clips=part_of(done, max(n_clips, done)),
                    cannot_tell=part_of(len(rows) - len(told), len(rows)),
                    agreement=coefficients(ratings_of(rows, classes_of(question))),
                )
            )
    return found


def part_of(k: int, n: int) -> Share:
    """Return a share with Wilson's interval."""
    return share(k, n, wilson(k, n) if n else (0, 0), undefined="there is nothing to count")
