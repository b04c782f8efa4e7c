"""Tasks unlike each other first: near-duplicates are asked far apart, or not at all when only some are asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.features.mouth import mouth_opening
from workbench.labels.schema import schema_of
from workbench.labels.tasks import Task

APPEARANCE_PX = 8
"""A crop is compared at this size: what is left tells likeness, not noise."""
_OPENING_WEIGHT = 4.0


def task_features(dataset: Dataset, tasks: Sequence[Task], question: str) -> np.ndarray:
    """Return what the middle moment of each task looks like, shape (n_tasks, 65), each part of about unit spread.

    The crop the question is about (mouth or face), 8 x 8 grey values, and how far the mouth is open.
    """
    crops = "mouths" if schema_of(question).modality == "mouth" else "faces"
    features = np.zeros((len(tasks), APPEARANCE_PX**2 + 1))
    of_clip: dict[str, list[int]] = defaultdict(list)
    for number, task in enumerate(tasks):
        of_clip[task.clip].append(number)
    store = FeatureStore(dataset.features)
    for clip, numbers in of_clip.items():
        arrays = store.arrays(clip, ("time_s", "found", "landmarks", crops))
        times = arrays["time_s"][arrays["found"]]
        if not len(times):
            continue
        middles = np.array([(tasks[k].start_s + tasks[k].end_s) / 2 for k in numbers])
        rows = np.abs(times[:, None] - middles).argmin(axis=0)
        features[numbers, :-1] = small_grey(arrays[crops][rows], size_px=APPEARANCE_PX)
        features[numbers, -1] = mouth_opening(arrays["landmarks"][rows])
    spread = features[:, :-1].std() or 1.0
    opening = features[:, -1]
    scaled = (opening - opening.mean()) / (opening.std() or 1.0) * _OPENING_WEIGHT
    return np.column_stack([(features[:, :-1] - features[:, :-1].mean()) / spread, scaled])


def farthest_first(features: np.ndarray, *, n_wanted: int | None = None, seed: int = 0) -> list[int]:
    """Order rows so that each is as far as possible from all before it (greedy k-centre, Gonzalez 1985).

    Parameters
    ----------
    features : np.ndarray, shape (n, n_features)
    n_wanted : int, optional
        Stop after so many.
    seed : int
        Chooses the first.
    """
    n = len(features)
    if n == 0:
        return []
    chosen = [int(np.random.default_rng([seed, 59]).integers(n))]
    nearest = np.full(n, np.inf)
    for _ in range(min(n, n if n_wanted is None else n_wanted) - 1):
        distances = ((features - features[chosen[-1]]) ** 2).sum(axis=1)
        nearest = np.minimum(nearest, distances)
        nearest[chosen[-1]] = -np.inf
        chosen.append(int(nearest.argmax()))
    return chosen


def small_grey(pictures: np.ndarray, *, size_px: int) -> np.ndarray:
    """Return pictures, shape (n, size, size, 3), as n rows of the mean grey values of ``size_px`` x ``size_px`` tiles."""
    grey = pictures[..., 0].astype(np.float32)
    for channel in range(1, pictures.shape[3]):  # ten times faster than a mean over the last axis
        grey += pictures[..., channel]
    grey /= pictures.shape[3]
    edges = np.linspace(0, grey.shape[1], size_px + 1).astype(int)[:-1]
    sums = np.add.reduceat(np.add.reduceat(grey, edges, axis=1), edges, axis=2)
    sizes = np.diff(np.append(edges, grey.shape[1]))
    return (sums / np.outer(sizes, sizes).astype(np.float32)).reshape(len(pictures), -1)
