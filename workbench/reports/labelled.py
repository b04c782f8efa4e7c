"""How much people have labelled: counts only, and nobody by name."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.labels.store import LabelStore
from workbench.project import Project


@dataclass(frozen=True)
class LabelCount:
    """How many labels one person gave to one question.

    Attributes
    ----------
    annotator : str
        ``"annotator 1"``, … in the order of their names: who they are stays in the label store.
    n_labels, n_clips : int
        Labels that stand, and on how many clips.
    """

    question: str
    annotator: str
    n_labels: int
    n_clips: int


def count_labels(project: Project) -> list[LabelCount]:
    """Return the labels that stand per question and annotator; none when nothing was labelled yet."""
    if not LabelStore.exists(project.labels):
        return []
    with LabelStore.open(project.labels, read_only=True) as store:
        table = store.current()
    aliases = {name: f"annotator {i}" for i, name in enumerate(sorted(table["annotator"].unique()), start=1)}
    return [
        LabelCount(str(question), aliases[annotator], len(rows), int(rows["clip"].nunique()))
        for (question, annotator), rows in table.groupby(["question", "annotator"], sort=True)
    ]
