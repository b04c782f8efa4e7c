"""How much people have labelled: counts only, and nobody by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from workbench.labels.said import effective_labels
from workbench.labels.schema import CANNOT_TELL
from workbench.project import Project
from workbench.reports.audience import Audience
from workbench.reports.labelling import standing_labels
from workbench.reports.pseudonyms import Pseudonyms


@dataclass(frozen=True)
class LabelCount:
    """How many labels one person gave to one question.

    Attributes
    ----------
    annotator : str
        ``"annotator 1"``, …: who they are stays in the label store. The same number on every page and report.
    n_labels, n_clips : int
        Labels that stand, and on how many clips.
    n_moments, n_runs : int
        Moments they cover, and how many runs of neighbouring moments with the same answer these are: copies inside
        a run are not independent labels. "Cannot tell" is in neither.
    """

    question: str
    annotator: str
    n_labels: int
    n_clips: int
    n_moments: int
    n_runs: int


def count_labels(project: Project) -> list[LabelCount]:
    """Return the labels that stand per question and annotator; none when nothing was labelled yet."""
    labels = standing_labels(project)
    names = Pseudonyms.of(project, Audience())
    return counts_of(labels, names.called("annotator", names.numbers("annotator", labels["annotator"])))


def counts_of(labels: pd.DataFrame, called: Mapping[str, str]) -> list[LabelCount]:
    """Return the counts of standing labels per question and annotator.

    Parameters
    ----------
    labels : pd.DataFrame
        See :func:`workbench.reports.labelling.standing_labels`.
    called : mapping of name to str
        What each annotator is called.
    """
    return [
        LabelCount(
            str(question),
            called[annotator],
            len(rows),
            int(rows["clip"].nunique()),
            *effective_labels(rows[rows["value"] != CANNOT_TELL]),
        )
        for (question, annotator), rows in labels.groupby(["question", "annotator"], sort=True)
    ]
