import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from workbench.errors import InvalidInputError
from workbench.evaluation.accumulate import accumulate
from workbench.evaluation.confusion import Confusion
from workbench.evaluation.estimates import Share
from workbench.plots.comparison import plot_accuracies
from workbench.plots.confusion import plot_confusion
from workbench.plots.embedding import plot_embedding, plot_moment_map
from workbench.plots.history import plot_history
from workbench.plots.saliency import plot_saliency
from workbench.plots.style import as_png, as_svg, axes_to_draw_on
from workbench.plots.timeline import plot_timeline
from workbench.sentiment import SENTIMENT_COLOURS, SENTIMENTS

VISUAL = Share(43 / 54, 0.671, 0.882, k=43, n=54)
FUSED = Share(49 / 54, 0.801, 0.960, k=49, n=54)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def history(n_epochs):
    epochs = np.arange(1, n_epochs + 1)
    columns = {
        "loss": 1 / epochs,
        "accuracy": 1 - 1 / epochs,
        "val_loss": 2 / epochs,
        "val_accuracy": 1 - 2 / epochs,
    }
    return pd.DataFrame({"epoch": epochs, **columns})


def moments():
    rng = np.random.default_rng(0)
    chances = rng.dirichlet([1, 1, 1], 20)
    chances[5:8] = np.nan
    table = pd.DataFrame({f"p_{name}": chances[:, i] for i, name in enumerate(SENTIMENTS)})
    is_open = np.arange(20) % 10 > 4
    return table.assign(
        start_s=np.arange(20) * 0.03,
        mouth_open=is_open * 0.9,
        branch=np.where(is_open, "audiovisual", "visual"),
    )


def test_a_cell_says_its_count_and_its_share_of_the_row():
    counts = np.array([[15, 3, 0], [0, 17, 1], [1, 0, 17]])
    ax = plot_confusion(Confusion(SENTIMENTS, counts))
    assert texts(ax)[:3] == ["15\n83%", "3\n17%", "0\n0%"]
    assert [t.get_text() for t in ax.get_xticklabels()] == list(SENTIMENTS)
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("true", "predicted")


def test_rows_with_few_cases_are_grey_and_a_row_without_any_has_no_share():
    ax = plot_confusion(Confusion(("closed", "open"), np.array([[3, 1], [0, 0]])))
    assert "Grey rows: fewer than 10 cases." in texts(ax)
    assert {"3\n75%", "0"} <= set(texts(ax))


def test_every_accuracy_carries_its_counts():
    ax = plot_accuracies(
        {"visual": VISUAL, "audiovisual": FUSED}, words={"visual": "face only"}, baseline=1 / 3
    )
    assert [t.get_text() for t in ax.get_yticklabels()] == ["face only", "audiovisual"]
    assert "80%  (43 of 54)" in texts(ax) and "91%  (49 of 54)" in texts(ax)
    intervals = [tuple(line.get_xdata()) for line in ax.lines if len(line.get_xdata()) == 2]
    assert (0.671, 0.882) in intervals


def test_a_leaking_systems_point_is_hollow_and_its_figure_marked():
    ax = plot_accuracies({"visual": VISUAL, "audiovisual": FUSED}, leaking=["visual"])
    assert "80%  (43 of 54)  ⚠ leaks" in texts(ax) and "91%  (49 of 54)" in texts(ax)


def test_an_undefined_accuracy_is_written_not_drawn():
    ax = plot_accuracies({"audio": Share(None, None, None, "there is nothing to judge")})
    assert texts(ax) == ["undefined: there is nothing to judge"]


def test_no_system_is_refused():
    with pytest.raises(InvalidInputError, match="one system or more"):
        plot_accuracies({})


def test_the_same_axes_are_drawn_on_again_after_every_epoch():
    ax = plot_history(history(3))
    assert plot_history(history(4), ax=ax) is ax
    assert [len(line.get_xdata()) for line in ax.lines] == [4, 4]
    assert {line.get_linestyle() for line in ax.lines} == {"-", "--"}


def test_no_epoch_yet_says_so():
    assert texts(plot_history(history(0))) == ["no epoch finished yet"]


def test_a_history_of_something_else_is_refused():
    with pytest.raises(InvalidInputError, match="epoch"):
        plot_history(pd.DataFrame({"epoch": [1]}), of="accuracy")


def test_the_drawn_opinion_is_the_one_that_decides_the_clip():
    table = moments()
    ax = plot_timeline(table, alpha=0.2)
    drawn = {line.get_label(): line.get_ydata() for line in ax.lines}
    values = table[[f"p_{name}" for name in SENTIMENTS]].to_numpy()
    known = np.isfinite(values).all(axis=1)
    expected = accumulate(values[known], alpha=0.2)
    for i, name in enumerate(SENTIMENTS):
        np.testing.assert_allclose(np.asarray(drawn[name])[known], expected[:, i])
        assert np.isnan(np.asarray(drawn[name])[~known]).all()


def test_the_gate_and_both_branches_are_named_in_the_legend():
    labels = [t.get_text() for t in plot_timeline(moments()).get_legend().get_texts()]
    assert labels == [*SENTIMENTS, "mouth open", "visual branch", "audiovisual branch"]


def test_sentiments_keep_their_colours_and_shapes():
    ax = plot_embedding(np.zeros((3, 2)), SENTIMENTS, [True, True, False], classes=SENTIMENTS)
    from matplotlib.colors import to_hex

    faces = [to_hex(part.get_facecolor()[0][:3]).upper() for part in ax.collections[:3]]
    assert faces == [SENTIMENT_COLOURS[name] for name in SENTIMENTS]
    assert ax.get_legend().get_texts()[-1].get_text() == "told wrong (1 of 3)"


def test_a_map_with_other_lengths_is_refused():
    with pytest.raises(InvalidInputError, match="as many truths"):
        plot_embedding(np.zeros((3, 2)), ["negative"], [True], classes=SENTIMENTS)


def test_no_importance_anywhere_hides_nothing_of_the_picture():
    ax = plot_saliency(np.zeros((8, 8, 3), np.uint8), np.zeros((2, 2)))
    assert np.all(np.asarray(ax.images[1].get_alpha()) == 0)


def test_where_it_mattered_most_is_least_transparent():
    ax = plot_saliency(np.zeros((8, 8)), np.array([[0.0, 5.0], [2.5, -1.0]]), extent=(0, 30, 0, 24_000))
    np.testing.assert_allclose(ax.images[1].get_alpha(), [[0, 0.85], [0.304, 0]], atol=1e-3)
    assert ax.get_ylabel() == "frequency (Hz)"


def test_a_few_very_bright_pixels_do_not_darken_the_rest():
    heat = np.full((20, 20), 0.5)
    heat[0, 0] = 100
    assert np.all(np.asarray(plot_saliency(np.zeros((20, 20)), heat).images[1].get_alpha()) > 0.1)


def test_colours_of_the_picture_are_left_to_the_heat():
    red = np.zeros((4, 4, 3), np.uint8)
    red[..., 0] = 255
    under = np.asarray(plot_saliency(red, np.zeros((2, 2))).images[0].get_array())
    assert under.shape == (4, 4)
    assert 0.3 < under[0, 0] < 0.6


def test_a_heat_that_is_not_finite_is_refused():
    with pytest.raises(InvalidInputError, match="finite"):
        plot_saliency(np.zeros((8, 8, 3)), np.full((2, 2), np.nan))


@pytest.mark.parametrize("name", ["a $formula", "_hidden", "<script>", "näme 😀", "$x$"])
def test_names_from_data_are_drawn_as_they_stand(name):
    classes = (name, "other")
    for ax in (
        plot_confusion(Confusion(classes, np.full((2, 2), 20)), title=name),
        plot_accuracies({name: VISUAL}),
        plot_embedding(np.zeros((2, 2)), classes, [True, False], classes=classes),
    ):
        assert as_png(ax).startswith(b"\x89PNG")


def test_the_same_figure_gives_the_same_bytes():
    first, second = (as_svg(plot_accuracies({"visual": VISUAL})) for _ in range(2))
    assert first == second and b"<svg" in first


def test_drawing_leaves_no_figure_and_no_setting_behind():
    code = (
        "import matplotlib, sys; settings = lambda: {k: matplotlib.rcParams[k] for k in matplotlib.rcParams if k != 'backend'}\n"
        "before = settings()\n"
        "from workbench.plots.comparison import plot_accuracies; from workbench.plots.style import as_png\n"
        "from workbench.evaluation.estimates import Share\n"
        "as_png(plot_accuracies({'visual': Share(0.5, 0.2, 0.8, k=5, n=10)}))\n"
        "print('matplotlib.pyplot' in sys.modules, before == settings())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


def test_axes_handed_in_are_drawn_on_and_returned():
    mine = axes_to_draw_on(None)
    assert plot_accuracies({"visual": VISUAL}, ax=mine) is mine
    assert plot_confusion(Confusion(("a", "b"), np.full((2, 2), 20)), ax=axes_to_draw_on(None)) is not mine


def moment_map(n_known, n=12):
    from workbench.evaluation.projection import lay_out

    rng = np.random.default_rng(4)
    truth = [SENTIMENTS[k % 3] if k < n_known else "" for k in range(n)]
    moments = pd.DataFrame({"truth": truth, "predicted": ["neutral"] * n})
    return lay_out(rng.normal(size=(n, 4)), method="pca", layer="dense_16"), moments


@pytest.mark.parametrize("n_known", [12, 9, 0])
def test_a_map_of_moments_tells_what_is_not_known_and_how_far_it_can_be_believed(n_known):
    found, moments = moment_map(n_known)
    ax = plot_moment_map(found, moments, classes=SENTIMENTS, title="visual, layer dense_16")
    told = [text.get_text() for text in ax.get_legend().get_texts()]
    assert (f"not known ({12 - n_known})" in told) == (n_known < 12)
    assert f"told wrong ({n_known * 2 // 3} of {n_known})" in told
    assert (
        "two directions that vary most" in ax.get_xlabel()
        and found.trust.in_words() in ax.get_xlabel().replace("\n", " ")
    )
    assert as_png(ax).startswith(b"\x89PNG")
