"""The analyst's figures: what they show is what is stored, and networks here have learnt nothing."""

import shutil

import numpy as np
import pandas as pd
import pytest

from tests.drawn_features import draw_face
from tests.reports.world import write_comparison
from workbench.errors import InvalidInputError
from workbench.files import read_json
from workbench.models.architectures import build
from workbench.models.backend import seed_everything
from workbench.reports import understanding
from workbench.sentiment import SENTIMENTS
from workbench.systems.explanation import Explained, explain

N_MOMENTS = 12
MOST_RIGHT = np.arange(N_MOMENTS) % 4 != 3


def words_of(ax):
    return [text.get_text() for text in ax.texts]


def grid_of(drawing, *, n_columns=3):
    return np.reshape(drawing.figure.axes, (-1, n_columns))


@pytest.fixture(scope="module")
def networks():
    seed_everything(0)
    return {name: build(name) for name in ("visual", "audio")}


@pytest.fixture
def drawn(networks, runs, rng):
    """Drawn moments with answers given by hand: right but for every fourth, the last ones the surest."""

    def explained(name, *, right=MOST_RIGHT):
        truth = np.array(SENTIMENTS)[np.arange(N_MOMENTS) % 3]
        other = np.array(SENTIMENTS)[(np.arange(N_MOMENTS) + 1) % 3]
        moments = pd.DataFrame(
            {
                "clip": [f"clip-{i:02}" for i in range(N_MOMENTS)],
                "time_s": np.arange(N_MOMENTS) * 0.03,
                "truth": truth,
                "predicted": np.where(right, truth, other),
                "confidence": np.linspace(0.4, 0.999, N_MOMENTS),
                "right": right,
            }
        )
        faces = np.stack([draw_face(opening=i / N_MOMENTS) for i in range(N_MOMENTS)])
        columns = rng.normal(-75, 15, (N_MOMENTS, 701)).astype(np.float16)
        arrays = {"visual": {"faces": faces}, "audio": {"columns": columns}}[name]
        return Explained(runs[name], networks[name], moments, arrays)

    return explained


def test_nothing_to_understand_before_a_training_is_said_in_words(project):
    with pytest.raises(InvalidInputError, match="No comparison of sample.*workbench train sample"):
        understanding.newest_comparison(project, "sample")


def test_the_newest_comparison_of_the_dataset_is_taken(project, runs):
    write_comparison(project, runs, name="20991121-101500-other", dataset="other")
    newest = write_comparison(project, runs, name="20271121-101500-sample")
    assert understanding.newest_comparison(project, "sample").name == newest


def test_confusions_show_the_counts_of_the_stored_evaluations(project, runs):
    stored = understanding.newest_comparison(project, "sample")
    drawing = understanding.confusions(project, stored)
    assert len(drawing.figure.axes) == len(runs)
    for ax, (network, run) in zip(drawing.figure.axes, runs.items(), strict=True):
        judged = read_json(run.folder / "evaluation.json")["clips"]
        counts = np.array(judged["confusion"]["counts"])
        assert [int(words.split("\n")[0]) for words in words_of(ax)[:9]] == counts.ravel().tolist()
        right = judged["accuracy"]
        assert ax.get_title("left") == f"{network}: {right['k']} of {right['n']} right"


def test_a_compared_run_that_is_gone_is_named(project, runs):
    stored = understanding.newest_comparison(project, "sample")
    shutil.rmtree(runs["audio"].folder)
    with pytest.raises(InvalidInputError, match=f"{runs['audio'].id}.*train again"):
        understanding.confusions(project, stored)


def test_faces_are_shown_one_column_per_class_and_one_line_per_method(drawn):
    grid = grid_of(understanding.saliency_gallery(drawn("visual"), methods=("gradient", "grad_cam")))
    assert grid.shape == (3, 3)
    assert [words_of(ax)[0].split(":")[0] for ax in grid[0]] == list(SENTIMENTS)
    assert [words_of(ax)[-1] for ax in grid[:, 0]] == ["input", "gradient", "Grad-CAM"]
    for ax in grid[1:].ravel():
        assert len(ax.images) == 2  # the face in greys and the heat


def test_the_moment_shown_is_the_surest_right_one_and_says_where_it_lies(drawn):
    explained = drawn("visual")
    assert explained.examples() == {"negative": 9, "neutral": 10, "positive": 8}
    grid = grid_of(understanding.saliency_gallery(explained, methods=("gradient",)))
    sure = explained.moments["confidence"][10]
    assert words_of(grid[0, 1])[:2] == [f"neutral: {sure:.0%} sure", "clip-10 at 0.30 s"]
    np.testing.assert_allclose(grid[0, 1].images[0].get_array(), explained.arrays["faces"][10] / 255)


def test_saliency_is_of_what_the_network_answered(drawn, networks):
    from workbench.models.saliency import attribute

    explained = drawn("visual")
    asked = explained.saliency([3, 4])
    assert explained.moments["predicted"][3] == "neutral"  # a wrong answer
    expected = attribute(networks["visual"], {"faces": explained.pictures()[3:4]}, 1, "gradient").strengths()
    np.testing.assert_allclose(asked[0], expected["faces"][0], rtol=1e-4, atol=1e-6)


def test_a_class_never_told_right_is_said_in_its_column(drawn):
    right = np.arange(N_MOMENTS) % 3 != 2
    grid = grid_of(understanding.saliency_gallery(drawn("visual", right=right), methods=("grad_cam",)))
    assert words_of(grid[0, 2])[0].startswith("positive: never right")
    assert not grid[1, 2].images


def test_a_network_that_is_never_right_is_said_in_words(drawn):
    never = drawn("visual", right=np.zeros(N_MOMENTS, bool))
    with pytest.raises(InvalidInputError, match=f"{never.run.id} is right about none of these {N_MOMENTS}"):
        understanding.saliency_gallery(never)


def test_sound_has_milliseconds_across_and_kilohertz_upward_from_zero(drawn):
    grid = grid_of(understanding.saliency_gallery(drawn("audio"), methods=("gradient",)))
    assert [ax.get_xlabel() for ax in grid[-1]] == ["time (ms)"] * 3
    assert [ax.get_ylabel() for ax in grid[:, 0]] == ["frequency (kHz)"] * 2
    for ax in grid.ravel():
        assert (ax.get_xlim(), ax.get_ylim()) == ((0, 30), (0, 24))


def test_a_low_tone_is_drawn_at_the_bottom_and_saliency_does_not_vary_along_time(drawn):
    explained = drawn("audio")
    explained.arrays["columns"][:] = -120
    explained.arrays["columns"][:, 20:40] = -20  # 0.7 to 1.4 kHz
    grid = grid_of(understanding.saliency_gallery(explained, methods=("gradient",)))
    picture = grid[0, 0].images[0]
    assert picture.origin == "upper"
    bright = np.flatnonzero(np.asarray(picture.get_array())[:, 0, 1] > 0.7)
    assert 360 < bright.min() <= bright.max() < 395  # of 400 rows, 24 kHz first
    heat = np.asarray(grid[1, 0].images[1].get_array())
    assert heat.max() > 0 and np.ptp(heat, axis=1).max() == 0


def test_where_nothing_speaks_for_the_answer_it_is_said(drawn, monkeypatch):
    monkeypatch.setattr(Explained, "saliency", lambda self, rows, method: np.zeros((len(rows), 96, 96)))
    grid = grid_of(understanding.saliency_gallery(drawn("visual"), methods=("grad_cam",)))
    assert any("nothing speaks" in words for words in words_of(grid[1, 0]))


def test_the_map_shows_every_moment_and_a_cross_for_each_wrong_answer(drawn, monkeypatch):
    monkeypatch.setattr("workbench.systems.explanation.tsne_map", lambda units, seed: units[:, :2])  # slow
    (ax,) = understanding.map_of_moments(drawn("visual")).figure.axes
    counts = [len(part.get_offsets()) for part in ax.collections]
    assert counts == [4, 4, 4, 3]
    assert ax.get_title("left") == f"visual: {N_MOMENTS} test moments"


def test_a_figure_shows_itself_in_a_notebook(drawn):
    png, how = understanding.saliency_gallery(drawn("visual"), methods=("gradient",))._repr_png_()
    assert png.startswith(b"\x89PNG")
    assert 600 < how["width"] < 1000


def test_a_run_of_another_network_is_refused(project, runs):
    with pytest.raises(InvalidInputError, match="visual and audio runs.*audiovisual network"):
        explain(project, runs["audiovisual"].id)
