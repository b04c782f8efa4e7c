"""A network forgets layer by layer, in a copy."""

import numpy as np
import pytest

from tests.models.saliency.worlds import patch_network, patch_pictures
from workbench.models.architectures import build
from workbench.models.saliency.random_weights import draw_anew, maps_with_random_weights

ANSWERED = np.ones(3, int)


def changed(full, level):
    """Names of the layers whose weights a level changes."""
    before = [np.array(variable) for variable in full.variables]
    draw_anew(full, level, np.random.default_rng(0))
    pairs = zip(full.variables, before, strict=True)
    return {new.path.split("/")[-2] for new, old in pairs if not np.array_equal(np.asarray(new), old)}


def test_levels_reach_from_the_answer_down_to_the_first_layer():
    assert changed(build("visual"), "answer") == {"sentiment"}
    assert changed(build("visual"), "dense") == {"sentiment", "dense_16"}
    assert changed(build("visual"), "all") >= {"sentiment", "dense_16", "convolution_1", "convolution_5"}
    assert changed(build("audiovisual"), "answer") == {"fused_sentiment"}


def test_normalisation_forgets_too():
    visual = build("visual")
    layer = visual.get_layer("normalization_3")
    layer.moving_mean.assign(np.full(layer.moving_mean.shape, 7.0))
    draw_anew(visual, "all", np.random.default_rng(0))
    assert (np.asarray(layer.moving_mean) == 0).all() and (np.asarray(layer.moving_variance) == 1).all()


def test_the_trained_network_is_left_as_it_is():
    full = patch_network()
    before = [np.array(w) for w in full.get_weights()]
    maps_with_random_weights(full, patch_pictures(3), ANSWERED, {"gradient": "gradient"}, n_draws=2)
    for old, new in zip(before, full.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_the_same_seed_draws_the_same_networks_and_draws_differ():
    methods = {"integrated gradients": "integrated_gradients"}
    first, again = (
        maps_with_random_weights(patch_network(), patch_pictures(3), ANSWERED, methods, n_draws=2, seed=4)
        for _ in range(2)
    )
    maps = first["integrated gradients"]["all"]["picture"]
    assert maps.shape == (2, 3, 24, 24)
    np.testing.assert_array_equal(maps, again["integrated gradients"]["all"]["picture"])
    assert np.abs(maps[0] - maps[1]).max() > 0


@pytest.mark.parametrize("level", ["answer", "dense", "all"])
def test_a_method_of_ones_own_is_asked_at_every_level(level):
    def constant(cut, pictures, classes, seed):
        return {"picture": np.ones(pictures["picture"].shape[:3])}

    found = maps_with_random_weights(
        patch_network(), patch_pictures(3), ANSWERED, {"own": constant}, n_draws=1
    )
    assert (found["own"][level]["picture"] == 1).all()
