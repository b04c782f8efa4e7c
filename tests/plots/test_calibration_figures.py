import numpy as np
import pytest

from tests.evaluation.tables import believable_table, clip_table
from workbench.evaluation.calibration_report import calibrate
from workbench.plots.calibration import plot_reliability, plot_risk_coverage
from workbench.plots.style import as_png, axes_to_draw_on


@pytest.fixture(scope="module")
def trust():
    rng = np.random.default_rng(20260101)
    make = {"temperature": 3.0, "n_speakers": 6}
    test, validation = (believable_table(rng, 120, name=name, **make) for name in ("test", "valid"))
    return calibrate(test, validation=validation, accuracy=0.6).clips


def texts(ax):
    return [text.get_text() for text in ax.texts]


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_every_bin_that_holds_answers_has_a_bar_with_its_count(trust):
    ax = plot_reliability(trust.before, title="clips")
    used = [one for one in trust.before.bins if one.accuracy.n]
    assert texts(ax) == [f"{one.accuracy.n:,}" for one in used]
    drawn = [
        bar.get_height() for bar in ax.patches if bar.get_width() > 0 and bar.get_height() == bar.get_height()
    ]
    assert drawn == [one.accuracy.value for one in used]
    assert ax.get_title("left").startswith(f"clips: ECE {trust.before.ece.value:.3f} (")


def test_too_sure_bins_are_told_by_hatch_and_word_not_by_colour_alone(trust):
    ax = plot_reliability(trust.before)
    assert "too sure" in legend(ax)
    assert "////" in {bar.get_hatch() for bar in ax.patches}


def test_given_axes_are_drawn_on(trust):
    ax = axes_to_draw_on(None)
    assert plot_reliability(trust.after, ax=ax) is ax
    other = axes_to_draw_on(None)
    assert plot_risk_coverage(trust.curve, ax=other) is other


def test_the_curve_shows_where_the_validations_threshold_lies_on_the_test(trust):
    ax = plot_risk_coverage(trust.curve, tried=trust.threshold, title="clips")
    accuracy = trust.threshold.accuracy
    assert any(f"{accuracy.n - accuracy.k:,} of {accuracy.n:,} wrong" in words for words in legend(ax))
    assert "wanted: 40.0% wrong at most" in legend(ax)
    assert ax.get_title("left") == f"clips: area {trust.curve.aurc.value:.3f}"
    assert ax.lines[0].get_ydata()[-1] == trust.curve.risk[-1]


def test_no_threshold_is_said():
    hopeless = clip_table(40, wrong=range(40))
    hopeless["clip"] = "v-" + hopeless["clip"]
    tried = calibrate(clip_table(), validation=hopeless).clips.threshold
    ax = plot_risk_coverage(calibrate(clip_table(wrong=(1, 2))).clips.curve, tried=tried)
    assert legend(ax)[-1] == "no threshold reaches that on validation"


def test_nothing_is_said_not_drawn():
    empty = calibrate(clip_table().iloc[:0]).clips
    for ax in (plot_reliability(empty.before), plot_risk_coverage(empty.curve)):
        assert texts(ax) == ["there is nothing to judge"]


def test_the_figures_render(trust):
    for ax in (plot_reliability(trust.before), plot_risk_coverage(trust.curve, tried=trust.threshold)):
        assert as_png(ax).startswith(b"\x89PNG")
