"""Every method finds the one place a network is known to look at, and says no to what does not fit."""

import numpy as np
import pytest

from tests.models.saliency.worlds import DECOY, PATCH, patch_network, patch_pictures, share_in
from workbench.errors import InvalidInputError
from workbench.models.architectures import build_mouth, build_visual
from workbench.models.saliency import METHODS, attribute
from workbench.models.saliency.cut import Cut

SALIENCY = [name for name in METHODS if name != "edges"]


@pytest.fixture(scope="module")
def cut():
    return Cut(patch_network())


@pytest.mark.parametrize("method", SALIENCY)
def test_a_network_that_looks_at_one_place_is_explained_by_that_place(cut, method):
    maps = attribute(cut, patch_pictures(), 1, method).maps["picture"]
    assert maps.shape == (8, 24, 24)
    assert (share_in(PATCH, maps) > 0.6).all()  # it is a ninth of the picture
    assert (share_in(DECOY, maps) < 0.15).all()


def test_the_control_sees_both_places_alike(cut):
    maps = attribute(cut, patch_pictures(), 1, "edges").maps["picture"]
    np.testing.assert_allclose(share_in(PATCH, maps), share_in(DECOY, maps), rtol=0.3)


def test_each_row_is_explained_for_its_own_class(cut):
    pictures, classes = patch_pictures(3), np.array([0, 1, 2])
    together = attribute(cut, pictures, classes, "integrated_gradients").maps["picture"]
    for row, number in enumerate(classes):
        alone = attribute(
            cut, {"picture": pictures["picture"][row : row + 1]}, number, "integrated_gradients"
        )
        np.testing.assert_allclose(together[row], alone.maps["picture"][0], atol=1e-6)
    assert together[0].sum() < 0 < together[1].sum()  # red speaks against class 0 and for class 1


def test_the_noise_of_a_smoothed_map_hangs_on_the_seed_alone(cut):
    first, again, other = (
        attribute(cut, patch_pictures(2), 1, "smooth_gradient", seed).maps["picture"] for seed in (0, 0, 5)
    )
    np.testing.assert_array_equal(first, again)
    maps = [
        attribute(build_small(), patch_pictures(2), 1, "smooth_gradient", seed).maps["picture"]
        for seed in (0, 5)
    ]
    assert np.abs(maps[0] - maps[1]).max() > 0
    assert other.shape == first.shape


def build_small():
    """A network whose slope is not the same everywhere: its weights are by lot."""
    from workbench.models.backend import seed_everything
    from workbench.models.saliency.random_weights import draw_anew

    seed_everything(0)
    full = patch_network()
    draw_anew(full, "all", np.random.default_rng(0))
    return full


def test_an_answer_that_is_all_but_certain_still_has_a_slope():
    visual = build_visual()
    kernel, bias = visual.layers[-1].get_weights()
    visual.layers[-1].set_weights(
        [kernel, bias + np.array([200, 0, 0])]
    )  # softmax is 1, 0, 0 to the last digit
    face = np.random.default_rng(0).uniform(0, 1, (1, 96, 96, 3)).astype(np.float32)
    assert (np.asarray(visual(face))[0] == [1, 0, 0]).all()
    assert attribute(visual, {"faces": face}, 0, "gradient").strengths()["faces"].max() == 1


def test_the_log_odds_are_those_of_the_networks_own_probabilities():
    rng = np.random.default_rng(0)
    visual, mouth = build_visual(), build_mouth()
    face, lips = (rng.uniform(0, 1, (2, size, size, 3)).astype(np.float32) for size in (96, 28))
    chances = np.asarray(visual(face))[:, 2].astype(float)
    expected = np.log(chances / (1 - chances))
    seeing, speaking = Cut(visual), Cut(mouth)
    np.testing.assert_allclose(seeing.log_odds({"faces": face}, np.array([2, 2])), expected, atol=1e-4)
    chances = np.asarray(mouth(lips))[:, 0].astype(float)
    closed, opened = (speaking.log_odds({"mouths": lips}, np.array([k, k])) for k in (0, 1))
    np.testing.assert_allclose(opened, np.log(chances / (1 - chances)), atol=1e-4)
    np.testing.assert_allclose(closed, -opened, atol=1e-6)
    np.testing.assert_allclose(seeing.probabilities({"faces": face}), np.asarray(visual(face)), atol=1e-5)
    np.testing.assert_allclose(speaking.probabilities({"mouths": lips})[:, 1], chances, atol=1e-5)


def test_wrong_requests_are_named(cut):
    pictures = patch_pictures(1)
    with pytest.raises(InvalidInputError, match="gradient, smooth_gradient, integrated_gradients.*'lime'"):
        attribute(cut, pictures, 0, "lime")
    with pytest.raises(InvalidInputError, match="0 to 2. Received 3"):
        attribute(cut, pictures, 3, "gradient")
    with pytest.raises(InvalidInputError, match=r"picture \(24, 24, 3\).*picture \(1, 20, 24, 3\)"):
        attribute(cut, {"picture": pictures["picture"][:, :20]}, 0, "gradient")
    with pytest.raises(InvalidInputError, match="Received nothing"):
        attribute(cut, {}, 0, "gradient")
