"""What a trained run would answer to a labelling question: predicted in batches, kept beside the run.

A suggestion is a machine's guess and is never stored as a label. Predictions lie in
``reports/runs/<id>/suggestions/<clip>.npz`` and are made anew when the network or the clip's features have changed.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.moments import moments_table
from workbench.errors import InvalidInputError
from workbench.files import atomic_file
from workbench.labels.said import REACH_S
from workbench.models.runs import Run, latest_run
from workbench.models.settings import CLASSES
from workbench.progress import Progress, silent
from workbench.project import Project
from workbench.systems.judging import predictions_on

NETWORK_OF = {
    "mouth": "mouth",
    "sentiment": "visual",
    "sentiment_face": "visual",
    "sentiment_voice": "audio",
    "sentiment_both": "audiovisual",
}
"""The network that answers each question by what the question shows."""
_CLIPS_AT_ONCE = 20


class Suggestions:
    """Guesses of one run about one dataset.

    Parameters
    ----------
    project : Project
    run : Run
        A finished one.
    dataset : Dataset
        Any whose features were extracted; it need not be the one the run learnt from.
    """

    def __init__(self, project: Project, run: Run, dataset: Dataset) -> None:
        facts = run.facts()
        if facts.get("status") != "finished":
            raise InvalidInputError(
                f"Only a finished run can suggest. {run.id} is {facts.get('status', 'damaged')}: "
                f"go on with `workbench train --resume {run.id}`."
            )
        self.run = run
        self.classes = CLASSES[facts["network"]]
        self._network = facts["network"]
        self._weights = str(facts["weights_hash"])
        self._companions = {name: Run.open(project, other) for name, other in facts["companions"].items()}
        self._dataset = dataset
        self._features = FeatureStore(dataset.features)
        self._known: dict[str, tuple[np.ndarray, np.ndarray]] = {}

    @classmethod
    def open(
        cls, project: Project, dataset: Dataset, question: str, *, run: str | None = None
    ) -> Suggestions:
        """Open the suggestions of a run for a question.

        Parameters
        ----------
        run : str, optional
            Its id or a part of it; the newest finished one of the question's network when left out, of this dataset
            where there is one.

        Raises
        ------
        InvalidInputError
            There is no such run, it is of another network, or nothing was trained yet.
        """
        if question not in NETWORK_OF:
            raise InvalidInputError(
                f"Suggestions are made for {', '.join(NETWORK_OF)}. Received {question!r}."
            )
        network = NETWORK_OF[question]
        found = (
            Run.open(project, run)
            if run
            else latest_run(project, network=network, dataset=dataset.name)
            or latest_run(project, network=network)
        )
        if found is None:
            raise InvalidInputError(
                f"Suggestions about {question} come from a trained {network} network. There is none yet: "
                f"run `workbench train {dataset.name} --network {network}`."
            )
        if CLASSES[found.facts()["network"]] != CLASSES[network]:
            raise InvalidInputError(
                f"Suggestions about {question} must be of its classes. {found.id} is a {found.facts()['network']} run."
            )
        return cls(project, found, dataset)

    def prepare(self, clips: Iterable[str], *, progress: Progress = silent) -> None:
        """Predict, in batches, all moments of those clips that were not predicted yet; what is known is read."""
        waiting = [clip for clip in dict.fromkeys(clips) if clip not in self._known and not self._read(clip)]
        for first in range(0, len(waiting), _CLIPS_AT_ONCE):
            progress(first, len(waiting), "suggestions")
            self._predict(waiting[first : first + _CLIPS_AT_ONCE])
        if waiting:
            progress(len(waiting), len(waiting), "suggestions: ready")

    def of(self, clip: str, start_s: float, end_s: float) -> dict[str, float] | None:
        """Return the probability of each class for a moment, or its mean over a span.

        None where the run says nothing: no face, no voice, or a clip without features.
        """
        self.prepare([clip])
        times, probabilities = self._known[clip]
        covered = (times >= start_s - REACH_S) & (times <= end_s + REACH_S)
        if not covered.any():
            return None
        mean = probabilities[covered].mean(axis=0)
        return {name: float(p) for name, p in zip(self.classes, mean, strict=True)}

    def _predict(self, clips: list[str]) -> None:
        n_classes = len(self.classes)
        nothing = (np.zeros(0), np.zeros((0, n_classes)))
        there = [clip for clip in clips if self._features.has(clip)]
        self._known |= dict.fromkeys(clips, nothing)
        if not there:
            return
        moments = moments_table(self._dataset, clips=there)
        usable = moments["heard"] if self._network == "audio" else moments["face_row"] >= 0
        moments = moments[usable].assign(answer="")
        if len(moments):
            table = predictions_on(self._dataset, moments, run=self.run, companions=self._companions)
            columns = [f"p_{name}" for name in self.classes]
            for clip, rows in table.groupby("clip", sort=False):
                rows = rows.sort_values("start_s")
                self._known[str(clip)] = (rows["start_s"].to_numpy(), rows[columns].to_numpy(float))
        for clip in there:
            self._write(clip)

    def _path(self, clip: str) -> Path:
        return self.run.folder / "suggestions" / f"{clip}.npz"

    def _origin(self, clip: str) -> str:
        """Return what the predictions of a clip depend on: the weights and how its features were made."""
        report = self._features.read_report(clip)
        return f"{self._weights}|{report.get('recipe', '')}|{report.get('source_sha256', '')}"

    def _write(self, clip: str) -> None:
        times, probabilities = self._known[clip]
        with atomic_file(self._path(clip)) as temporary, temporary.open("wb") as stream:
            np.savez_compressed(
                stream,
                time_s=times,
                probabilities=probabilities.astype(np.float32),
                origin=np.array(self._origin(clip)),
            )

    def _read(self, clip: str) -> bool:
        """Take over what was predicted before; False where there is nothing that still holds."""
        if not self._path(clip).is_file() or not self._features.has(clip):
            return False
        try:
            with np.load(self._path(clip), allow_pickle=False) as kept:
                if str(kept["origin"]) != self._origin(clip):
                    return False
                self._known[clip] = (kept["time_s"], kept["probabilities"].astype(float))
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            return False  # a damaged copy of what can be computed again
        return True
