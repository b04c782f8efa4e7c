"""Integrated gradients share out exactly what was gained; the fused network's inputs get their honest parts."""

import numpy as np
import pytest

from tests.models.saliency.worlds import patch_network, patch_pictures
from workbench.errors import InvalidInputError
from workbench.features.colour_map import VIRIDIS
from workbench.models.architectures import build
from workbench.models.backend import seed_everything
from workbench.models.saliency.cut import Cut
from workbench.models.saliency.gradients import N_PIECES, baseline_of
from workbench.models.saliency.modalities import modality_shares
from workbench.models.saliency.path import TOLERANCE, integrated_gradients
from workbench.models.saliency.random_weights import draw_anew


@pytest.mark.parametrize("trained", [True, False], ids=["made by hand", "random weights"])
def test_attributions_add_up_to_what_the_pictures_gain_over_the_baseline(trained):
    full = patch_network()
    if not trained:
        draw_anew(full, "all", np.random.default_rng(3))
    cut, pictures, classes = Cut(full), patch_pictures(6), np.array([0, 1, 2, 0, 1, 2])
    maps, gained, gap = integrated_gradients(cut, pictures, classes)
    expected = cut.log_odds(pictures, classes) - cut.log_odds(baseline_of(pictures), classes)
    np.testing.assert_allclose(gained, expected, atol=1e-6)
    np.testing.assert_allclose(maps["picture"].sum(axis=(1, 2)), gained + gap, rtol=1e-4, atol=1e-5)
    assert (np.abs(gap) <= TOLERANCE * (1 + np.abs(gained))).all()
    assert np.abs(gained).max() > 0.05  # there is something to share out


def test_the_way_is_walked_in_shorter_steps_only_where_long_ones_do_not_add_up(monkeypatch):
    full = patch_network()
    full.get_layer("answer").kernel.assign(
        300 * full.get_layer("answer").kernel
    )  # its log-odds bend on the way
    cut, pictures = Cut(full), patch_pictures(2)
    pictures["picture"][1] = 0.5  # the baseline itself: nothing to share out
    asked, walk = [], cut.log_odds_and_slopes
    monkeypatch.setattr(
        cut, "log_odds_and_slopes", lambda batch, classes: asked.append(len(classes)) or walk(batch, classes)
    )
    _, gained, gap = integrated_gradients(cut, pictures, np.array([2, 2]))
    assert gained[1] == 0 and abs(gained[0]) > 100
    assert abs(gap[0]) <= TOLERANCE * (1 + abs(gained[0]))
    assert asked[0] == 2 * N_PIECES
    assert 0 < sum(asked[1:]) < N_PIECES  # the bend is at one place


def test_the_baseline_is_grey_and_silence():
    start = baseline_of({"faces": np.zeros((1, 96, 96, 3), np.float32), "columns": np.ones((1, 400, 1, 3))})
    assert (start["faces"] == 0.5).all()
    np.testing.assert_array_equal(start["columns"][0, 7, 0], VIRIDIS[0])


def moments(n=2):
    rng = np.random.default_rng(0)
    faces = rng.uniform(0, 1, (n, 96, 96, 3)).astype(np.float32)
    return {"faces": faces, "columns": rng.uniform(0, 1, (n, 400, 1, 3)).astype(np.float32)}


@pytest.mark.slow
def test_face_and_voice_get_their_honest_shares():
    seed_everything(0)
    full = build("audiovisual")  # untrained; its last layer reads of the two branches what is written here
    cut, answer = Cut(full), full.get_layer("fused_sentiment")
    answer.set_weights([np.concatenate([40 * np.eye(3), np.zeros((3, 3))]), np.zeros(3)])
    face_alone = modality_shares(cut, moments(), np.array([0, 2]))
    assert (face_alone.added["columns"] == 0).all() and (face_alone.shapley["columns"] == 0).all()
    np.testing.assert_array_equal(face_alone.shares()["faces"], [1, 1])

    answer.set_weights([np.concatenate([30 * np.eye(3), 60 * np.eye(3)]), np.zeros(3)])
    both = modality_shares(cut, moments(), np.array([0, 2]))
    np.testing.assert_allclose(sum(both.added.values()), both.gained + both.gap, atol=1e-4)
    np.testing.assert_allclose(sum(both.shapley.values()), both.gained, atol=1e-4)
    for name in ("faces", "columns"):  # two ways of counting agree
        np.testing.assert_allclose(both.added[name], both.shapley[name], atol=0.1 * np.abs(both.gained).max())
    np.testing.assert_allclose(sum(both.shares().values()), 1)


@pytest.mark.slow
def test_softmaxes_within_that_switch_over_on_the_way_do_not_spoil_the_sums():
    seed_everything(0)
    full = build("audiovisual")
    for name in ("visual", "audio"):  # as sure as trained ones: log-odds of hundreds
        kernel, bias = full.get_layer(name).layers[-1].get_weights()
        full.get_layer(name).layers[-1].set_weights([3000 * kernel, bias])
    _, gained, gap = integrated_gradients(Cut(full), moments(), np.array([0, 2]))
    assert (np.abs(gap) <= TOLERANCE * (1 + np.abs(gained))).all()


def test_a_network_with_one_input_has_no_shares():
    with pytest.raises(InvalidInputError, match="two inputs.*tiny network takes picture"):
        modality_shares(patch_network(), patch_pictures(1), np.array([0]))
