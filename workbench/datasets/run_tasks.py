"""Runs of near-identical moments to be labelled by one key: one answer, one effective label, as many moments as it has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from workbench.datasets.catalog import Dataset
from workbench.datasets.crop_shelf import CropShelf
from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.film_strip import Strip
from workbench.datasets.frame_runs import RULES, Run, RunRule, find_runs
from workbench.datasets.frame_tasks import (
    NEIGHBOURS,
    PICTURES,
    Picture,
    check_request,
    hashes_of,
    pictures_of,
    strip_of,
)
from workbench.datasets.moment_context import MomentContext, moment_context
from workbench.datasets.task_choice import clips_in_turn, in_turn, spread
from workbench.errors import InvalidInputError
from workbench.features.mouth import mouth_opening
from workbench.labels.schema import Modality, schema_of


@dataclass(frozen=True)
class RunTask:
    """A run waiting for one label.

    Attributes
    ----------
    task_id : str
        Clip, start and end, the same in every session.
    clip : str
    start_s, end_s : float
        First and last moment of the run; equal for a run of one.
    dataset : str
        Name of the dataset.
    modality : {"mouth", "face", "both"}
        What is shown and heard.
    run : Run
        The moments as indexes on the clip's grid.
    """

    task_id: str
    clip: str
    start_s: float
    end_s: float
    dataset: str
    modality: Modality
    run: Run
    _shelf: CropShelf = field(repr=False, compare=False)

    @property
    def middle(self) -> int:
        """The moment that is shown large."""
        return (self.run.first + self.run.last) // 2

    def pictures(self) -> tuple[Picture, ...]:
        """Return what is shown: first the crop the question's network gets at the middle of the run."""
        return pictures_of(self._shelf, self.clip, self.middle)

    def strip(self) -> Strip | None:
        """Return all moments of the run, marked, with their neighbours."""
        return strip_of(self._shelf, self.clip, self.run.first, self.run.last)

    def context(self, *, radius_s: float = 1.0) -> MomentContext:
        """Return the clip around the run, without what the question leaves out; raises as ``moment_context``."""
        return moment_context(
            self._shelf.dataset,
            self.clip,
            self.start_s,
            self.end_s,
            radius_s=radius_s,
            modality=self.modality,
        )

    def details(self) -> Mapping[str, Any]:
        """Return what is kept with an answer: that it is one for a run, of how many moments, and their hash."""
        moments = list(range(self.run.first, self.run.last + 1))
        hashes = hashes_of(self._shelf, self.clip, moments, self.modality)
        return {"dataset": self.dataset, "unit": "run", "n_moments": len(self.run), **hashes}

    def split(self, at: int) -> tuple[RunTask, RunTask]:
        """Return the run as two, the first with ``at`` moments.

        Raises
        ------
        InvalidInputError
            One of the two would be empty.
        """
        if not 1 <= at < len(self.run):
            raise InvalidInputError(
                f"A run of {len(self.run)} moments must be split after moment 1 to {len(self.run) - 1}. Received {at}."
            )
        first, last = self.run.first, self.run.last
        return self._part(Run(first, first + at - 1)), self._part(Run(first + at, last))

    def _part(self, run: Run) -> RunTask:
        times = self._shelf.grid(self.clip).time_s
        start_s, end_s = float(times[run.first]), float(times[run.last])
        return replace(
            self, task_id=_task_id(self.clip, start_s, end_s), start_s=start_s, end_s=end_s, run=run
        )


def run_tasks(
    dataset: Dataset, question: str, *, n_tasks: int = 200, seed: int = 0, rule: RunRule | None = None
) -> list[RunTask]:
    """Choose runs: speakers take turns, then their clips, then spread-out runs of each clip.

    Parameters
    ----------
    question : str
        One that is seen: what is asked about a voice alone has no near-identical pictures.
    n_tasks : int
        At most so many; fewer when the dataset has fewer runs.
    seed : int
        Another one chooses others.
    rule : RunRule, optional
        What counts as the same; by default the one of the question's modality.

    Raises
    ------
    InvalidInputError
        A question that is unknown or only heard, ``n_tasks`` below 1, or no extracted clip with a face.
    """
    check_request(question, n_tasks)
    modality = schema_of(question).modality
    if modality not in RULES:
        raise InvalidInputError(
            f"Runs are grouped by what is seen. {question!r} is only heard: ask about its frames instead."
        )
    store = FeatureStore(dataset.features)
    shown = PICTURES[question]

    def runs_of(clip: str) -> list[tuple[Run, float, float]]:
        runs = clip_runs(store, clip, shown[0], rule=rule or RULES[modality])
        return [runs[place] for place in spread(clip, len(runs), seed=seed)]

    chosen = in_turn(clips_in_turn(dataset, seed=seed), n_tasks, runs_of)
    if not chosen:
        raise InvalidInputError(
            f"Runs to label must have a face. Extraction found none in {dataset.name}: see its report."
        )
    wanted: dict[str, set[int]] = defaultdict(set)
    for clip, (run, _, _) in chosen:
        wanted[clip].update(range(run.first - NEIGHBOURS, run.last + NEIGHBOURS + 1))
    shelf = CropShelf(dataset, shown, wanted)
    return [
        RunTask(_task_id(clip, start_s, end_s), clip, start_s, end_s, dataset.name, modality, run, shelf)
        for clip, (run, start_s, end_s) in chosen
    ]


def clip_runs(store: FeatureStore, clip: str, crops: str, *, rule: RunRule) -> list[tuple[Run, float, float]]:
    """Return the runs of an extracted clip with start and end in seconds; ``crops`` is ``"mouths"`` or ``"faces"``."""
    arrays = store.arrays(clip, ("time_s", "found", "landmarks", crops))
    moments = np.flatnonzero(arrays["found"])
    if moments.size == 0:
        return []
    runs = find_runs(moments, mouth_opening(arrays["landmarks"]), arrays[crops], rule=rule)
    times = arrays["time_s"]
    return [(run, float(times[run.first]), float(times[run.last])) for run in runs]


def _task_id(clip: str, start_s: float, end_s: float) -> str:
    return f"{clip}@{start_s:.3f}-{end_s:.3f}"
