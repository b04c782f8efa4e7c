"""Near-duplicates stand far apart in the order."""

import numpy as np
from drawn_features import draw_dataset

from workbench.datasets.frame_tasks import frame_tasks
from workbench.datasets.near_duplicates import farthest_first, task_features


def test_the_first_of_many_copies_come_from_different_groups(rng):
    centres = rng.normal(size=(6, 10)) * 20
    features = np.repeat(centres, 30, axis=0) + rng.normal(size=(180, 10)) * 0.1
    order = farthest_first(features, seed=1)
    assert sorted(order) == list(range(180))
    assert sorted(k // 30 for k in order[:6]) == list(range(6))


def test_only_as_many_as_wanted_are_chosen_and_nothing_of_nothing():
    assert len(farthest_first(np.eye(9), n_wanted=4)) == 4
    assert farthest_first(np.zeros((0, 3))) == []


def test_all_equal_rows_are_all_asked_once():
    assert sorted(farthest_first(np.zeros((5, 2)))) == list(range(5))


def test_mouths_that_look_alike_lie_near_each_other(project, rng):
    dataset = draw_dataset(project, rng, clips_each=1)
    tasks = frame_tasks(dataset, "mouth", n_tasks=60)
    features = task_features(dataset, tasks, "mouth")
    assert features.shape == (60, 65)
    assert np.isfinite(features).all()
    again = task_features(dataset, list(reversed(tasks)), "mouth")[::-1]
    np.testing.assert_allclose(features, again)
    unlike, by_lot = farthest_first(features, n_wanted=8), rng.permutation(60)[:8]
    assert closest(features[unlike]) > 2 * closest(features[by_lot])


def closest(rows):
    distances = np.linalg.norm(rows[:, None] - rows, axis=2)
    return distances[np.triu_indices(len(rows), 1)].min()
