"""What the figures of saliency show and say."""

import numpy as np
import pytest

from workbench.evaluation.estimates import Score
from workbench.evaluation.saliency_checks import Checked
from workbench.plots.saliency import plot_saliency
from workbench.plots.saliency_checks import plot_perturbation, plot_weight_check
from workbench.plots.saliency_shares import plot_modality_shares, plot_regions
from workbench.plots.saliency_sound import plot_bands, plot_spectrum, plot_time_frequency


def checked(value, low, high, answer):
    return Checked(Score(value, low, high), answer, 12, 6)


def words_of(ax):
    return [text.get_text() for text in ax.texts]


def test_every_level_of_the_weight_check_is_a_point_with_its_interval_and_figure():
    weights = {"answer": checked(0.9, 0.8, 1.0, "no"), "all": checked(0.12, 0.05, 0.2, "yes")}
    ax = plot_weight_check(weights)
    assert ax.lines[0].get_ydata().tolist() == [1.0, 0.9, 0.12]
    assert list(ax.lines[2].get_ydata()) == [0.05, 0.2]
    assert words_of(ax) == ["0.90", "0.12"]
    assert ax.get_xlabel() == "hatched: looks the same"
    assert [t.get_text() for t in ax.get_xticklabels()] == ["as\ntrained", "last\nlayer", "every\nlayer"]


def test_an_undefined_level_is_no_point():
    ax = plot_weight_check({"all": Checked(Score(None, None, None, "nothing"), "undecided", 0, 0)})
    assert np.isnan(ax.lines[0].get_ydata()[1])


def test_curves_carry_their_gain_and_mark_in_words():
    share = np.linspace(0, 1, 3)
    own, moved = np.array([[1.0, 0.2, 0.0]]), np.array([[1.0, 0.8, 0.0]])
    gains = {"deletion": checked(0.3, 0.2, 0.4, "yes"), "insertion": checked(-0.1, -0.2, -0.05, "no")}
    ax = plot_perturbation(share, (own, moved), (moved, own), gains)
    labels = [t.get_text() for t in ax.get_legend().get_texts()]
    assert labels[:2] == ["✓ deletion 0.30 (0.20 to 0.40)", "✗ insertion -0.10 (-0.20 to -0.05)"]
    assert ax.lines[0].get_marker() != ax.lines[3].get_marker()  # by shape as well as colour


def test_a_spectrum_runs_from_0_to_24000_hz_with_the_heat_where_it_belongs():
    heat = np.zeros(400)
    heat[-10:] = 1  # the last rows of the network's picture: the lowest frequencies
    ax = plot_spectrum(np.full(701, -80.0), heat)
    (lines,) = ax.collections
    tall = [line[0, 0] for line in lines.get_segments() if np.ptp(line[:, 1]) > 1]
    assert len(tall) == 10
    assert max(tall) == pytest.approx(570)
    assert ax.get_xlim() == (0, 24_000)


def test_a_clip_without_some_moments_stays_white_there():
    values = np.random.default_rng(0).uniform(size=(400, 5))
    time_s = np.array([0.0, 0.03, 0.06, 0.30, 0.33])
    ax = plot_time_frequency(values, time_s)
    assert len(ax.collections) == 2
    assert ax.get_ylabel() == "frequency (Hz)"
    assert [t.get_text() for t in ax.get_yticklabels()][:2] == ["0", "4,000"]


def test_the_highest_frequency_is_drawn_at_the_top():
    values = np.zeros((400, 2))
    values[0] = 1
    (mesh,) = plot_time_frequency(values, np.array([0.0, 0.03])).collections
    top = mesh.get_coordinates()[0, 0, 1]
    assert top == 24_000 and mesh.get_array()[0, 0] == 1


def test_bands_and_regions_are_written_out():
    ax = plot_bands({(0, 1000): 0.25, (1000, 4000): 0.75})
    assert words_of(ax) == ["25%", "75%"]
    ax = plot_regions(
        {"mouth": (checked(0.41, 0.35, 0.47, "yes"), 0.12), "nose": (checked(0.02, 0.0, 0.04, "no"), 0.1)}
    )
    assert words_of(ax) == ["▲ 41%", "▼ 2%"]


def test_whose_say_it_is_stands_in_the_title():
    added = {"faces": np.array([3.0, 1.0]), "columns": np.array([-1.0, 3.0])}
    ax = plot_modality_shares(np.array([0.0, 0.03]), added, added["faces"] + added["columns"])
    assert ax.get_title("left") == (
        "face 50% of the say, the greater part at 1 of 2; voice 50% of the say, the greater part at 1 of 2"
    )
    assert [line.get_label() for line in ax.lines[1:]] == ["face", "voice", "both"]


def test_pictures_share_one_brightness_when_asked():
    faint, strong = np.full((4, 4), 0.1), np.full((4, 4), 1.0)
    alphas = [
        np.asarray(plot_saliency(np.zeros((4, 4)), heat, brightest=1.0).images[1].get_alpha()).max()
        for heat in (faint, strong)
    ]
    assert alphas[0] < 0.05 < 0.8 < alphas[1]
