import pytest

from workbench.evaluation.intervals import wilson
from workbench.evaluation.robustness import Held, curves_of
from workbench.plots.robustness import plot_robustness
from workbench.plots.style import as_png


def rows(n_clips, *, found=10, same=8, kept=True):
    return [
        Held(f"c{clip}", "roll", amount, False, 10, found, same - clip % 3, kept if amount else True)
        for clip in range(n_clips)
        for amount in (0.0, 30.0)
    ]


def test_shares_are_counted_over_pictures_and_labels_over_clips():
    found, mouth, label = curves_of(rows(6, kept=False))
    assert (found.what, mouth.what, label.what) == ("face found", "mouth held", "label held")
    assert found.amounts == (0.0, 30.0) and (found.shares[1].k, found.shares[1].n) == (60, 60)
    assert (mouth.shares[0].k, mouth.shares[0].n) == (42, 60)
    assert [(one.k, one.n) for one in label.shares] == [(6, 6), (0, 6)]


def test_the_interval_is_that_of_whole_clips_and_wider_than_that_of_pictures():
    mouth = curves_of(rows(6))[1].shares[0]
    naive = wilson(42, 60)
    assert mouth.low < 0.7 < mouth.high
    same_everywhere = curves_of(rows(6))[0].shares[0]
    assert same_everywhere.low == pytest.approx(wilson(6, 6)[0]) and same_everywhere.low < naive[1]
    few = curves_of(rows(3))[1].shares[0]
    assert few.high - few.low > naive[1] - naive[0]


def test_upright_and_plain_are_curves_of_their_own_and_can_be_read():
    upright = [Held("a", "roll", 30.0, True, 10, 10, 9, True)]
    curves = curves_of([*rows(2), *upright])
    assert len(curves) == 6
    assert curves[-2].lines()[0] == "roll, cut out upright: mouth held"
    assert "9/10 95% interval" in curves[-2].lines()[1]


def test_curves_are_drawn_one_panel_for_each_disturbance():
    curves = curves_of([*rows(3), Held("a", "covered from below", 0.2, False, 10, 0, 0, False)])
    axes = plot_robustness(curves)
    titles = [ax.get_title(loc="left") for ax in axes.figure.axes]
    assert titles == ["roll", "covered from below"] and as_png(axes).startswith(b"\x89PNG")
