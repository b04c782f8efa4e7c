import numpy as np
import pandas as pd
import pytest

from workbench.errors import InvalidInputError
from workbench.evaluation.trustworthiness import trustworthiness


def clips(n, *, n_speakers=6):
    number = np.arange(n)
    return pd.DataFrame({"clip": (number % 20).astype(str), "speaker": (number % n_speakers).astype(str)})


@pytest.mark.parametrize(("n", "k"), [(60, 5), (300, 12), (9, 4)])
def test_it_agrees_with_scikit_learn_to_1e_6(rng, n, k):
    from sklearn.manifold import trustworthiness as theirs

    features = rng.normal(7, 1, (n, 10))
    points = features[:, :2] + rng.normal(0, 0.5, (n, 2))
    ours = trustworthiness(features, points, k=k)
    assert ours.score.value == pytest.approx(theirs(features, points, n_neighbors=k), abs=1e-6)
    assert (ours.n_asked, ours.n, ours.k) == (n, n, k)


def test_points_asked_by_lot_stand_for_the_whole_map(rng):
    features = rng.normal(size=(1500, 6))
    points = features[:, :2]
    whole = trustworthiness(features, points, rows=clips(1500))
    some = trustworthiness(features, points, rows=clips(1500), most_asked=400, seed=2)
    assert (some.n_asked, some.n) == (400, 1500)
    assert some.score.value == pytest.approx(whole.score.value, abs=0.02)
    assert some.score.low < whole.score.value < some.score.high
    assert "400 of 1,500 points asked" in some.in_words()


def test_a_layout_by_lot_has_about_one_half_and_a_faithful_one_1(rng):
    features = rng.normal(size=(400, 5))
    assert trustworthiness(features, rng.normal(size=(400, 2))).score.value == pytest.approx(0.5, abs=0.03)
    assert trustworthiness(features[:, :2], features[:, :2] * 3 + 100).score.value == 1.0


def test_points_that_are_equal_in_the_layer_are_no_false_neighbours(rng):
    """A layer of ReLU units often says exactly the same of many moments."""
    features = np.repeat(rng.normal(size=(4, 3)), 30, axis=0)
    points = features[:, :2] * 10 + rng.normal(0, 0.01, (120, 2))
    assert trustworthiness(features, points).score.value == 1.0


def test_few_speakers_and_clips_give_no_interval(rng):
    features = rng.normal(size=(40, 3))
    few = pd.DataFrame({"clip": ["a", "b"] * 20, "speaker": [""] * 40})
    found = trustworthiness(features, features[:, :2], rows=few)
    assert found.score.low is None and "no interval" in found.in_words()
    assert found.as_json()["n"] == 40


def test_rows_that_do_not_belong_together_are_refused(rng):
    with pytest.raises(InvalidInputError, match="Received 4 points and 5 rows"):
        trustworthiness(rng.normal(size=(5, 3)), rng.normal(size=(4, 2)))
