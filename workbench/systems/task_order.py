"""Put tasks into the order that was asked for, with what a run or people are unsure of looked up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.near_duplicates import farthest_first, task_features
from workbench.datasets.ordering import (
    ORDERS,
    RANDOM_SHARE,
    ChosenTask,
    Order,
    by_score,
    divergence,
    entropy,
    mix,
)
from workbench.datasets.votes import votes_about
from workbench.errors import InvalidInputError
from workbench.labels.said import classes_of
from workbench.labels.store import LabelStore
from workbench.labels.tasks import place_of
from workbench.models.runs import latest_run
from workbench.progress import Progress, silent
from workbench.project import Project
from workbench.systems.suggestions import Suggestions

_SIDES = {"sentiment_face": "visual", "sentiment_voice": "audio"}


def order_tasks(
    project: Project,
    dataset: Dataset,
    question: str,
    tasks: Sequence[Any],
    order: Order,
    *,
    run: str | None = None,
    n_tasks: int | None = None,
    random_share: float = RANDOM_SHARE,
    seed: int = 0,
    progress: Progress = silent,
) -> list[ChosenTask]:
    """Order tasks of a dataset.

    Parameters
    ----------
    tasks : sequence of Task
        All that could be asked, spread out as they come from ``frame_tasks`` or ``run_tasks``.
    order : {"spread", "random", "uncertainty", "disagreement", "diversity"}
        ``spread``: as they come. ``uncertainty``: where a trained run is least sure (entropy). ``disagreement``: where
        people's votes so far, or else the face's and the voice's runs, differ most. ``diversity``: each as unlike
        all before it as possible.
    run : str, optional
        For ``uncertainty``: the run; the newest of the question's network when left out.
    n_tasks : int, optional
        How many will be asked; all when left out.
    random_share : float in [0, 1]
        Always drawn by lot, and flagged.

    Raises
    ------
    InvalidInputError
        Another order, or nothing is trained that could be unsure.
    """
    if order not in ORDERS:
        raise InvalidInputError(f"Tasks can be ordered by {', '.join(ORDERS)}. Received {order!r}.")
    ranking: list[int] = list(range(len(tasks)))
    if order == "uncertainty":
        suggestions = Suggestions.open(project, dataset, question, run=run)
        suggestions.prepare(map(place_of, tasks), progress=progress)
        ranking = by_score(entropy(_shares(suggestions, tasks)))
    elif order == "disagreement":
        ranking = by_score(_disagreement(project, dataset, question, tasks, progress=progress))
    elif order == "diversity":
        ranking = farthest_first(task_features(dataset, tasks, question), n_wanted=n_tasks, seed=seed)
    return mix(tasks, ranking, order=order, n_tasks=n_tasks, random_share=random_share, seed=seed)


def _shares(suggestions: Suggestions, tasks: Sequence[Any]) -> np.ndarray:
    """Return what a run says about each task, shape (n_tasks, n_classes); NaN where it says nothing."""
    silence = dict.fromkeys(suggestions.classes, np.nan)
    found = [suggestions.of(task.clip, task.start_s, task.end_s) or silence for task in tasks]
    return np.array([[one[name] for name in suggestions.classes] for one in found]).reshape(len(tasks), -1)


def _disagreement(
    project: Project, dataset: Dataset, question: str, tasks: Sequence[Any], *, progress: Progress
) -> np.ndarray:
    """Return how far sources differ about each task: people where two have answered, else face and voice."""
    scores = _among_people(project, question, tasks)
    trained = [side for side, network in _SIDES.items() if latest_run(project, network=network)]
    if question == "mouth" or len(trained) < 2:
        if np.isnan(scores).all():
            raise InvalidInputError(
                "Disagreement needs two people's answers, or for sentiment a trained visual and audio network. There are "
                f"neither about these tasks: label first, or run `workbench train {dataset.name}`."
            )
        return scores
    sides = [Suggestions.open(project, dataset, side) for side in _SIDES]
    for side in sides:
        side.prepare(map(place_of, tasks), progress=progress)
    between = divergence(np.stack([_shares(side, tasks) for side in sides]))
    return np.where(np.isnan(scores), between, scores)


def _among_people(project: Project, question: str, tasks: Sequence[Any]) -> np.ndarray:
    """Return the entropy of the votes about each task's middle; NaN where fewer than two people voted."""
    if not LabelStore.exists(project.labels):
        return np.full(len(tasks), np.nan)
    with LabelStore.open(project.labels, read_only=True) as store:
        answers, verdicts = store.answers(question), store.verdicts(question)
    middles = pd.DataFrame(
        {
            "clip": [task.clip for task in tasks],
            "time_s": [(task.start_s + task.end_s) / 2 for task in tasks],
        }
    )
    votes = votes_about(middles, answers, verdicts, classes=classes_of(question))
    return np.where(votes.counts.sum(axis=1) >= 2, entropy(votes.shares()), np.nan)
