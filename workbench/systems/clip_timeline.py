"""One clip as the running system sees it, whole: gate and memory can be moved without asking a network again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.known_answers import NO_VERDICTS, answers_for_moments
from workbench.datasets.moments import moments_table
from workbench.evaluation.accumulate import ALPHA
from workbench.evaluation.decision import Branches, Decision, decide
from workbench.progress import Progress, silent
from workbench.sentiment import OPEN_THRESHOLD
from workbench.systems.branch_answers import AnswerShelf, TimelineNetworks, ask_branches

KNOWN_QUESTIONS = ("sentiment", "mouth")


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


def clip_timeline(
    dataset: Dataset,
    clip: str,
    networks: Callable[[], TimelineNetworks],
    *,
    shelf: AnswerShelf | None = None,
    progress: Progress = silent,
) -> ClipTimeline:
    """Bring together what was found in an extracted clip and what every network says about every moment of it.

    Parameters
    ----------
    networks : callable
        Returns the networks; not called where the shelf has the answers.
    shelf : AnswerShelf, optional
        Where answers are kept.
    progress : Progress
        Told before each of the four networks.

    Raises
    ------
    InvalidInputError
        The clip was not extracted, or is not in the catalog.
    """
    moments = moments_table(dataset, clips=[clip])
    features = FeatureStore(dataset.features).read(clip)
    answers = shelf.read(clip) if shelf else None
    if answers is None:
        progress(0, 4, "loading the networks")
        answers = ask_branches(features, networks(), progress=progress)
        if shelf:
            shelf.write(clip, answers)
    landmarks = np.full((len(features.found), 68, 2), np.nan)
    landmarks[features.found] = features.landmarks
    return ClipTimeline(
        clip=clip,
        time_s=features.time_s,
        frame_time_s=features.frame_time_s,
        box=features.box.astype(float),
        landmarks=landmarks,
        branches=answers.branches,
        audio=answers.audio,
        known={question: _known(dataset, moments, question) for question in KNOWN_QUESTIONS},
    )


def _known(dataset: Dataset, moments: pd.DataFrame, question: str) -> tuple[str, ...]:
    told = answers_for_moments(moments, question=question, dataset=dataset, hand=NO_VERDICTS, source="known")
    return tuple(told["answer"])
