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
from workbench.labels.said import grid_times
from workbench.labels.tasks import Place
from workbench.media.timeline import GRID_STEP_S
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
_MOST_MOMENTS = 5


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
        self._known: dict[str, dict[int, np.ndarray]] = {}

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

    def prepare(self, places: Iterable[Place], *, progress: Progress = silent) -> None:
        """Predict in one go what will be asked about and was not predicted yet; what is known is read.

        Parameters
        ----------
        places : iterable of (str, float, float)
            Clip, start and end of moments or spans. Of a long span, five moments spread over it are predicted.
        """
        missing: dict[str, set[int]] = {}
        for clip, start_s, end_s in places:
            known = self._known_of(clip)
            wanted = [moment for moment in _moments(start_s, end_s) if moment not in known]
            if wanted:
                missing.setdefault(clip, set()).update(wanted)
        if missing:
            progress(0, len(missing), "suggestions")
            self._predict(missing)
            progress(len(missing), len(missing), "suggestions: ready")

    def of(self, clip: str, start_s: float, end_s: float) -> dict[str, float] | None:
        """Return the probability of each class for a moment, or its mean over a span.

        None where the run says nothing: no face, no voice, or a clip without features.
        """
        self.prepare([(clip, start_s, end_s)])
        said = np.array([self._known[clip][moment] for moment in _moments(start_s, end_s)])
        said = said[np.isfinite(said).all(axis=1)]
        if not len(said):
            return None
        return {name: float(p) for name, p in zip(self.classes, said.mean(axis=0), strict=True)}

    def _predict(self, missing: dict[str, set[int]]) -> None:
        silence = np.full(len(self.classes), np.nan)
        for clip, wanted in missing.items():
            self._known[clip] |= dict.fromkeys(wanted, silence)
        there = [clip for clip in missing if self._features.has(clip)]
        if not there:
            return
        moments = moments_table(self._dataset, clips=there)
        asked = [row.moment in missing[row.clip] for row in moments.itertuples()]
        usable = moments["heard"] if self._network == "audio" else moments["face_row"] >= 0
        moments = moments[usable & np.array(asked, bool)].assign(answer="")
        if len(moments):
            table = predictions_on(self._dataset, moments, run=self.run, companions=self._companions)
            said = table[[f"p_{name}" for name in self.classes]].to_numpy(float)
            numbers = np.rint(table["start_s"] / GRID_STEP_S).astype(int)
            for clip, moment, shares in zip(table["clip"], numbers, said, strict=True):
                self._known[clip][moment] = shares
        for clip in there:
            self._write(clip)

    def _known_of(self, clip: str) -> dict[int, np.ndarray]:
        if clip not in self._known:
            self._known[clip] = self._read(clip)
        return self._known[clip]

    def _path(self, clip: str) -> Path:
        return self.run.folder / "suggestions" / f"{clip}.npz"

    def _origin(self, clip: str) -> str:
        """Return what the predictions of a clip depend on: the weights and how its features were made."""
        report = self._features.read_report(clip)
        return f"{self._weights}|{report.get('recipe', '')}|{report.get('source_sha256', '')}"

    def _write(self, clip: str) -> None:
        known = self._known[clip]
        with atomic_file(self._path(clip)) as temporary, temporary.open("wb") as stream:
            np.savez_compressed(
                stream,
                moments=np.array(sorted(known)),
                probabilities=np.array([known[moment] for moment in sorted(known)], np.float32),
                origin=np.array(self._origin(clip)),
            )

    def _read(self, clip: str) -> dict[int, np.ndarray]:
        """Return what was predicted before; nothing where it no longer holds, or a copy is damaged."""
        if not self._path(clip).is_file() or not self._features.has(clip):
            return {}
        try:
            with np.load(self._path(clip), allow_pickle=False) as kept:
                if str(kept["origin"]) != self._origin(clip):
                    return {}
                return dict(zip(kept["moments"].tolist(), kept["probabilities"].astype(float), strict=True))
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            return {}  # it can be computed again


def _moments(start_s: float, end_s: float) -> list[int]:
    """Return the moments that speak for a span, as numbers on the grid: all of a short one, else some."""
    numbers = np.rint(grid_times(start_s, end_s) / GRID_STEP_S).astype(int)
    if len(numbers) > _MOST_MOMENTS:
        numbers = numbers[np.linspace(0, len(numbers) - 1, _MOST_MOMENTS).round().astype(int)]
    return [int(number) for number in numbers]
