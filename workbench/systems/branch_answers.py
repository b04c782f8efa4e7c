"""What every branch of the running system says about every moment of a clip: asked in batches, kept beside the run.

Answers lie in ``reports/runs/<id>/timeline/<clip>.npz`` and are made anew when a network or the clip's features have
changed, so that a clip that was looked at before is there at once, without loading any network.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.evaluation.decision import Branches
from workbench.features.clip_features import ClipFeatures
from workbench.files import atomic_file
from workbench.models.asked import Asked
from workbench.models.runs import Run
from workbench.progress import Progress, silent
from workbench.project import Project
from workbench.sentiment import SENTIMENTS
from workbench.systems.lightweight_fusion import FusionNetworks, load_fusion


@dataclass(frozen=True)
class TimelineNetworks:
    """The running system, and the voice alone beside it.

    Attributes
    ----------
    fusion : FusionNetworks
    audio : Asked or None
        The audio run that the fused network was made with; None where the run names none.
    """

    fusion: FusionNetworks
    audio: Asked | None


@dataclass(frozen=True, eq=False)
class BranchAnswers:
    """What was said about the n moments of a clip.

    Attributes
    ----------
    branches : Branches
        Mouth, face, and face with voice.
    audio : np.ndarray, shape (n, 3)
        The voice alone; NaN where nothing was heard.
    """

    branches: Branches
    audio: np.ndarray


def load_timeline_networks(project: Project, reference: str | None = None) -> TimelineNetworks:
    """Load an audiovisual run and the runs it was made with; parameters and errors as :func:`load_fusion`."""
    fusion = load_fusion(project, reference)
    companions = Run.open(project, fusion.runs["audiovisual"]).facts()["companions"]
    voice = Run.open(project, companions["audio"]).runtime() if "audio" in companions else None
    return TimelineNetworks(fusion, voice)


def ask_branches(
    features: ClipFeatures, networks: TimelineNetworks, *, progress: Progress = silent
) -> BranchAnswers:
    """Ask every network about every moment that has what it looks at; progress is told before each of the four."""
    found, heard, rows = features.found, features.heard, features.face_rows()
    fusion, both = networks.fusion, found & heard
    n_moments = len(found)
    p_open = np.full(n_moments, np.nan)
    visual, audio, audiovisual = (np.full((n_moments, len(SENTIMENTS)), np.nan) for _ in range(3))
    progress(0, 4, "the mouth")
    p_open[found] = fusion.mouth.probabilities(mouths=features.mouths)[:, 1]
    progress(1, 4, "the face")
    visual[found] = fusion.visual.probabilities(faces=features.faces)
    progress(2, 4, "the voice")
    if networks.audio is not None and heard.any():
        audio[heard] = networks.audio.probabilities(columns=features.columns[heard])
    progress(3, 4, "face and voice together")
    if both.any():
        audiovisual[both] = fusion.audiovisual.probabilities(
            faces=features.faces[rows[both]], columns=features.columns[both]
        )
    progress(4, 4, "done")
    return BranchAnswers(Branches(p_open, visual, audiovisual), audio)


class AnswerShelf:
    """Answers that were made before.

    Parameters
    ----------
    project : Project
    run : Run
        The audiovisual one; its folder holds the answers.
    dataset : Dataset
    """

    def __init__(self, project: Project, run: Run, dataset: Dataset) -> None:
        facts = run.facts()
        runs = [run, *(Run.open(project, other) for _, other in sorted(facts["companions"].items()))]
        self._weights = "|".join(str(one.facts().get("weights_hash", "")) for one in runs)
        self._folder, self._features = run.folder / "timeline", FeatureStore(dataset.features)

    def read(self, clip: str) -> BranchAnswers | None:
        """Return what was said about a clip; None where that no longer holds, or the copy is damaged."""
        path = self._path(clip)
        if not path.is_file() or not self._features.has(clip):
            return None
        try:
            with np.load(path, allow_pickle=False) as kept:
                if str(kept["origin"]) != self._origin(clip):
                    return None
                branches = Branches(kept["p_open"], kept["visual"], kept["audiovisual"])
                return BranchAnswers(branches, kept["audio"])
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            return None  # it can be computed again

    def write(self, clip: str, answers: BranchAnswers) -> None:
        """Keep what was said about a clip."""
        with atomic_file(self._path(clip)) as temporary, temporary.open("wb") as stream:
            np.savez_compressed(
                stream,
                p_open=answers.branches.p_open,
                visual=answers.branches.visual,
                audiovisual=answers.branches.audiovisual,
                audio=answers.audio,
                origin=np.array(self._origin(clip)),
            )

    def _path(self, clip: str) -> Path:
        return self._folder / f"{clip}.npz"

    def _origin(self, clip: str) -> str:
        """Return what the answers depend on: the weights, and how the clip's features were made."""
        report = self._features.read_report(clip)
        return f"{self._weights}|{report.get('recipe', '')}|{report.get('source_sha256', '')}"
