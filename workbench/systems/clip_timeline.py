"""One clip as the running system sees it: every branch asked at every moment, so that gate and memory can be moved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.known_answers import NO_VERDICTS, answers_for_moments
from workbench.datasets.moments import moments_table
from workbench.evaluation.accumulate import ALPHA
from workbench.evaluation.decision import Branches, Decision, decide
from workbench.features.clip_features import ClipFeatures
from workbench.models.inference import Predictor
from workbench.models.runs import Run
from workbench.progress import Progress, silent
from workbench.project import Project
from workbench.sentiment import OPEN_THRESHOLD, SENTIMENTS
from workbench.systems.lightweight_fusion import FusionNetworks, load_fusion

KNOWN_QUESTIONS = ("sentiment", "mouth")


@dataclass(frozen=True)
class TimelineNetworks:
    """The running system, and the voice alone beside it.

    Attributes
    ----------
    fusion : FusionNetworks
    audio : Predictor or None
        The audio run that the fused network was made with; None where the run names none.
    """

    fusion: FusionNetworks
    audio: Predictor | None


@dataclass(frozen=True, eq=False)
class ClipTimeline:
    """Everything about one clip on its 30 ms grid of n moments; NaN where there is nothing.

    Attributes
    ----------
    clip : str
    time_s, frame_time_s : np.ndarray, shape (n,)
        The moments, and when the picture seen at each was first shown.
    box : np.ndarray, shape (n, 4)
        x, y, width, height of the face in pixels of the upright picture.
    landmarks : np.ndarray, shape (n, 68, 2)
        Pixels of the upright picture.
    branches : Branches
        Mouth, face, and face with voice.
    audio : np.ndarray, shape (n, 3)
        The voice alone: shown beside the others, no part of the decision.
    known : dict of str to tuple of str
        For ``sentiment`` and ``mouth`` the recording's own truth at each moment, ``""`` where it is not known.
    """

    clip: str
    time_s: np.ndarray
    frame_time_s: np.ndarray
    box: np.ndarray
    landmarks: np.ndarray
    branches: Branches
    audio: np.ndarray
    known: dict[str, tuple[str, ...]]

    def decide(self, *, alpha: float = ALPHA, threshold: float = OPEN_THRESHOLD) -> Decision:
        """Return what the system makes of the clip with another memory or another gate."""
        return decide(self.branches, alpha=alpha, threshold=threshold)


def load_timeline_networks(project: Project, reference: str | None = None) -> TimelineNetworks:
    """Load an audiovisual run and the runs it was made with; parameters and errors as :func:`load_fusion`."""
    fusion = load_fusion(project, reference)
    companions = Run.open(project, fusion.runs["audiovisual"]).facts()["companions"]
    voice = Run.open(project, companions["audio"]).predictor() if "audio" in companions else None
    return TimelineNetworks(fusion, voice)


def clip_timeline(
    dataset: Dataset, clip: str, networks: TimelineNetworks, *, progress: Progress = silent
) -> ClipTimeline:
    """Ask every network about every moment of an extracted clip, in batches.

    Parameters
    ----------
    progress : Progress
        Told before each of the four networks.

    Raises
    ------
    InvalidInputError
        The clip was not extracted, or is not in the catalog.
    """
    moments = moments_table(dataset, clips=[clip])
    features = FeatureStore(dataset.features).read(clip)
    branches, audio = _ask(features, networks, progress)
    landmarks = np.full((len(features.found), 68, 2), np.nan)
    landmarks[features.found] = features.landmarks
    return ClipTimeline(
        clip=clip,
        time_s=features.time_s,
        frame_time_s=features.frame_time_s,
        box=features.box.astype(float),
        landmarks=landmarks,
        branches=branches,
        audio=audio,
        known={question: _known(dataset, moments, question) for question in KNOWN_QUESTIONS},
    )


def _ask(
    features: ClipFeatures, networks: TimelineNetworks, progress: Progress
) -> tuple[Branches, np.ndarray]:
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
    return Branches(p_open, visual, audiovisual), audio


def _known(dataset: Dataset, moments: pd.DataFrame, question: str) -> tuple[str, ...]:
    told = answers_for_moments(moments, question=question, dataset=dataset, hand=NO_VERDICTS, source="known")
    return tuple(told["answer"])
