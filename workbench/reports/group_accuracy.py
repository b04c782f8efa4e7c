"""How often a run was right about each group of people and recordings: by speaker, sex, and intensity."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.evaluation.clips import clips_with_changing_truth
from workbench.evaluation.confidence import Confidences, confidences_of
from workbench.evaluation.estimates import Share
from workbench.evaluation.resampling import share_of
from workbench.files import file_stamp
from workbench.models.groups import Group
from workbench.models.runs import Run
from workbench.project import Project
from workbench.reports.stored import stored_predictions

GROUPINGS = ("sex", "intensity", "speaker")
"""By what, in the order in which they are shown."""
NOT_KNOWN = ""
"""The group of those about whom the catalog does not say it."""


@dataclass(frozen=True)
class GroupAccuracy:
    """How often the answers about one group are right.

    Attributes
    ----------
    of, value : str
        Such as ``"sex"`` and ``"female"``; the value is :data:`NOT_KNOWN` where the catalog says nothing.
    right : Share
        ``k`` of ``n`` with the interval that ``evaluate`` gives such a share.
    unit : str
        What ``n`` counts: ``"clip"``, or ``"moment"`` where the truth changes within a clip.
    n_speakers, n_clips : int
        How many people and recordings the group has; unknown speakers are not counted.
    """

    of: str
    value: str
    right: Share
    unit: str
    n_speakers: int
    n_clips: int

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        plain = {name: getattr(self, name) for name in ("of", "value", "unit", "n_speakers", "n_clips")}
        return plain | {"right": self.right.as_json()}


def group_accuracies(project: Project, run: Run | Group) -> dict[str, tuple[GroupAccuracy, ...]]:
    """Return the groups of each of :data:`GROUPINGS` that tells the test's clips apart, in the order of their values.

    Every clip is in exactly one group of each grouping, so the counts of a grouping add up to the run's own. Nothing
    is suppressed here: what an audience may see of it is decided where it is shown.

    Parameters
    ----------
    run : Run or Group
        Its stored predictions are read, and the catalog of its dataset where that is still there.

    Raises
    ------
    InvalidInputError
        The run is not finished.
    StorageError
        The catalog is damaged.
    """
    predictions = run.folder / "predictions.csv"
    if not predictions.is_file():
        stored_predictions(run)  # says what is missing, and how to go on
    facts = run.facts()
    catalog = project.dataset_folder(facts["dataset"]) / "catalog.csv"
    return dict(
        _counted(
            run, file_stamp(predictions), Dataset(catalog.parent), file_stamp(catalog), int(facts["seed"])
        )
    )


@lru_cache(maxsize=64)  # pages ask again and again; a file written anew has another stamp
def _counted(
    run: Run | Group, _predictions: tuple[int, int], dataset: Dataset, _catalog: tuple[int, int], seed: int
) -> tuple[tuple[str, tuple[GroupAccuracy, ...]], ...]:
    table = stored_predictions(run)
    unit = "moment" if clips_with_changing_truth(table) else "clip"
    sure = confidences_of(table, unit=unit)
    about = _about(sure.rows, dataset)
    found = []
    for of in GROUPINGS:
        values = sorted(set(about[of]), key=lambda value: (value == NOT_KNOWN, value))
        if len(values) > 1:
            found.append((of, tuple(_group(sure, about[of], value, seed=seed) for value in values)))
    return tuple(found)


def _about(rows: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """Return, row by row, what the catalog says of each clip; a grouping it does not know is empty."""
    catalog = dataset.table().drop_duplicates("clip").set_index("clip")
    about = pd.DataFrame({"speaker": rows["speaker"]})
    for of in GROUPINGS:
        if of != "speaker":
            known = catalog[of] if of in catalog else pd.Series(dtype=str)
            about[of] = rows["clip"].map(known).fillna(NOT_KNOWN)
    return about


def _group(sure: Confidences, values: pd.Series, value: str, *, seed: int) -> GroupAccuracy:
    part = sure.where(np.asarray(values == value))
    right = share_of(part.right, part, seed=seed, undefined="nobody of this group was tested")
    return GroupAccuracy(str(values.name), value, right, part.unit, part.n_speakers, part.n_clips)
