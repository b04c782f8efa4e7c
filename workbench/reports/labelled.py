"""How much people have labelled: counts only, and nobody by name."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.labels.said import effective_labels
from workbench.labels.schema import CANNOT_TELL
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
    if not LabelStore.exists(project.labels):
        return []
    with LabelStore.open(project.labels, read_only=True) as store:
        table = store.current()
    aliases = {name: f"annotator {i}" for i, name in enumerate(sorted(table["annotator"].unique()), start=1)}
    return [
        LabelCount(
            str(question),
            aliases[annotator],
            len(rows),
            int(rows["clip"].nunique()),
            *effective_labels(rows[rows["value"] != CANNOT_TELL]),
        )
        for (question, annotator), rows in table.groupby(["question", "annotator"], sort=True)
    ]
