"""Deletion and insertion tell a map of what matters from one of what does not."""

import numpy as np
import pytest

from tests.models.saliency.worlds import DECOY, PATCH, SIZE, patch_network, patch_pictures
from workbench.models.saliency.cut import Cut
from workbench.models.saliency.perturbation import perturb

ANSWERED = np.ones(8, int)


@pytest.fixture(scope="module")
def cut():
    return Cut(patch_network())


def marking(place):
    maps = np.zeros((8, SIZE, SIZE), np.float32)
    maps[:, place[0], place[1]] = 1
    return maps


def curves(cut, maps, **options):
    return perturb(cut, patch_pictures(), ANSWERED, "picture", maps, **options)


def test_a_good_map_beats_the_same_map_moved_elsewhere(cut):
    gains = curves(cut, marking(PATCH)).gains()
    assert (gains["deletion"] > 0.1).all() and (gains["insertion"] > 0.1).all()


def test_a_map_of_a_place_that_does_not_matter_is_worse_than_elsewhere(cut):
    gains = curves(cut, marking(DECOY), n_moved=12).gains()
    assert gains["deletion"].mean() < 0 and gains["insertion"].mean() < 0


def test_curves_begin_and_end_where_they_must(cut):
    found = curves(cut, marking(PATCH), n_steps=9)
    assert found.share[[0, -1]].tolist() == [0, 1]
    whole = 1 / (1 + np.exp(-cut.log_odds(patch_pictures(), ANSWERED).astype(float)))
    np.testing.assert_allclose(found.deletion[:, 0], whole, atol=1e-6)
    np.testing.assert_allclose(found.insertion[:, -1], whole, atol=1e-6)
    assert (found.deletion[:, 1] < 0.5).all()  # a ninth of the picture, and it is all that counts
    assert (found.insertion[:, 1] > 0.5).all()
    np.testing.assert_allclose(found.moved_deletion[:, [0, -1]], found.deletion[:, [0, -1]], atol=1e-6)


def test_what_speaks_against_a_class_is_taken_away_last(cut):
    against = curves(cut, -marking(PATCH))
    np.testing.assert_allclose(
        against.deletion[:, 0], against.deletion[:, -3], atol=0.01
    )  # the patch is still there
    assert (against.deletion[:, -1] < 0.5).all()


def test_a_map_without_any_order_gains_nothing_on_average(cut):
    gains = curves(cut, np.zeros((8, SIZE, SIZE), np.float32), n_moved=8).gains()
    assert abs(gains["deletion"].mean()) < 0.1 and abs(gains["insertion"].mean()) < 0.1
