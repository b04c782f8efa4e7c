import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.evaluation.tables import believable_table, clip_table, moment_table, sure_answers
from workbench.errors import InvalidInputError
from workbench.evaluation.calibration import measure_calibration
from workbench.evaluation.calibration_error import bin_edges
from workbench.evaluation.confidence import confidences_of
from workbench.evaluation.intervals import wilson
from workbench.evaluation.predictions import validate
from workbench.evaluation.report import evaluate

HAND_CONFIDENCE = [0.95] * 4 + [0.6] * 5 + [0.7]
HAND_RIGHT = [True, True, True, False, True, True, True, True, False, False]


def sure_of(table, unit="clip"):
    return confidences_of(validate(table), unit=unit)


def by_loops(confidence, right, n_bins):
    """Guo's equation 3 and the largest gap, as one would write them down first."""
    total, largest = 0.0, 0.0
    for m in range(1, n_bins + 1):
        members = [i for i, c in enumerate(confidence) if (m - 1) / n_bins < c <= m / n_bins]
        if members:
            accuracy = sum(bool(right[i]) for i in members) / len(members)
            mean = sum(confidence[i] for i in members) / len(members)
            total += len(members) / len(confidence) * abs(accuracy - mean)
            largest = max(largest, abs(accuracy - mean))
    return total, largest


def test_an_example_worked_by_hand():
    found = measure_calibration(sure_of(sure_answers(HAND_CONFIDENCE, HAND_RIGHT)))
    assert found.ece.value == pytest.approx((4 * 0.2 + 5 * 0.2 + 1 * 0.7) / 10, abs=1e-9)
    assert found.mce.value == pytest.approx(0.7, abs=1e-9)
    assert found.brier.value == pytest.approx(0.48, abs=1e-9)
    logs = 3 * math.log(0.95) + math.log(0.05) + 4 * math.log(0.6) + math.log(0.4) + math.log(0.3)
    assert found.nll.value == pytest.approx(-logs / 10, abs=1e-9)
    assert (found.accuracy.k, found.accuracy.n) == (7, 10)
    assert found.confidence == pytest.approx(0.75)
    assert found.overconfidence.value == pytest.approx(0.05)


def test_every_bin_knows_its_counts_and_wilsons_interval():
    found = measure_calibration(sure_of(sure_answers(HAND_CONFIDENCE, HAND_RIGHT)))
    assert len(found.bins) == 15
    used = [one for one in found.bins if one.accuracy.n]
    assert [(one.accuracy.k, one.accuracy.n) for one in used] == [(4, 5), (0, 1), (3, 4)]
    assert (used[0].accuracy.low, used[0].accuracy.high) == pytest.approx(wilson(4, 5))
    assert sum(one.accuracy.n for one in found.bins) == 10
    empty = found.bins[0]
    assert empty.confidence is None and empty.accuracy.undefined == "no clip was this sure"


@settings(deadline=None, max_examples=8)
@given(st.integers(0, 10_000), st.integers(5, 60), st.integers(2, 30))
def test_agrees_with_a_loop_and_with_scikit_learn(seed, n, n_bins):
    from sklearn.calibration import calibration_curve

    rng = np.random.default_rng(seed)
    confidence = rng.uniform(0.5, 1, n)
    right = rng.random(n) < confidence**2
    for binning, strategy in (("width", "uniform"), ("mass", "quantile")):
        found = measure_calibration(sure_of(sure_answers(confidence, right)), n_bins=n_bins, binning=binning)
        used = [one for one in found.bins if one.accuracy.n]
        accuracy, mean = calibration_curve(right, confidence, n_bins=n_bins, strategy=strategy)
        np.testing.assert_allclose([one.accuracy.value for one in used], accuracy, atol=1e-6)
        np.testing.assert_allclose([one.confidence for one in used], mean, atol=1e-6)
        if binning == "width":
            assert (found.ece.value, found.mce.value) == pytest.approx(
                by_loops(confidence, right, n_bins), abs=1e-6
            )


def test_proper_scores_are_those_of_scikit_learn(rng):
    from sklearn.metrics import brier_score_loss, log_loss

    table = believable_table(rng, 150, temperature=2.0)
    found, sure = measure_calibration(sure_of(table)), sure_of(table)
    labels = list(range(3))
    assert found.nll.value == pytest.approx(log_loss(sure.truth, sure.probabilities, labels=labels), abs=1e-6)
    hot = np.eye(3)[sure.truth]
    one_by_one = sum(brier_score_loss(hot[:, k], sure.probabilities[:, k]) for k in labels)
    assert found.brier.value == pytest.approx(one_by_one, abs=1e-6)


def test_accuracy_and_its_interval_are_those_of_evaluate(rng):
    for table in (clip_table(wrong=(3, 12, 25)), believable_table(rng, 40, n_moments=5)):
        judged = evaluate(table, seed=4)
        for unit, level in (("clip", judged.clips), ("moment", judged.frames)):
            if level is not None:
                assert measure_calibration(sure_of(table, unit), seed=4).accuracy == level.accuracy


def test_bins_of_equal_mass_hold_about_equally_many_and_equals_stay_together(rng):
    found = measure_calibration(sure_of(believable_table(rng, 300)), n_bins=10, binning="mass")
    assert {one.accuracy.n for one in found.bins} == {30}
    assert len(bin_edges(np.full(9, 0.8), n_bins=10, binning="mass")) == 2
    same = measure_calibration(sure_of(sure_answers([0.8] * 9, [True] * 9)), n_bins=10, binning="mass")
    assert [one.accuracy.n for one in same.bins] == [9]


def test_believable_answers_are_told_from_too_sure_ones(rng):
    honest = measure_calibration(sure_of(believable_table(rng, 400)))
    boastful = measure_calibration(sure_of(believable_table(rng, 400, temperature=3.0)))
    assert honest.verdict == "" and honest.ece.value < honest.ece_if_calibrated.high
    assert honest.ece.low == pytest.approx(0, abs=0.02)
    assert boastful.verdict == "too sure" and boastful.ece.value > boastful.ece_if_calibrated.high
    assert boastful.ece.low > 0.05
    assert "too sure" in {one.verdict for one in boastful.bins}


def test_too_cautious_answers_are_told(rng):
    shy = measure_calibration(sure_of(believable_table(rng, 400, temperature=0.3)))
    assert shy.verdict == "not sure enough" and shy.overconfidence.value < 0


def test_moments_of_a_clip_do_not_count_as_independent(rng):
    table = believable_table(rng, 60, n_moments=20, n_speakers=0)
    clips, moments = measure_calibration(sure_of(table)), measure_calibration(sure_of(table, "moment"))
    assert moments.accuracy.n == 20 * clips.accuracy.n
    assert moments.ece.value == pytest.approx(clips.ece.value)
    assert moments.ece_if_calibrated.value == pytest.approx(clips.ece_if_calibrated.value, rel=0.2)
    wide = [one.accuracy for one in moments.bins if one.accuracy.n]
    narrow = [one.accuracy for one in clips.bins if one.accuracy.n]
    assert [a.low for a in wide] == pytest.approx([a.low for a in narrow])
    assert moments.ece.high - moments.ece.low == pytest.approx(clips.ece.high - clips.ece.low, rel=0.3)


def test_whole_speakers_are_drawn_again():
    """One speaker is always wrong: that is much more uncertain than the same errors spread."""
    one = measure_calibration(sure_of(clip_table(wrong=range(9))))
    spread = measure_calibration(sure_of(clip_table(wrong=range(0, 54, 6))))
    assert one.ece.value == pytest.approx(spread.ece.value)
    assert one.overconfidence.high - one.overconfidence.low > 1.5 * (
        spread.overconfidence.high - spread.overconfidence.low
    )


def test_fewer_than_five_clips_have_figures_but_no_interval():
    found = measure_calibration(sure_of(clip_table(4, n_speakers=4)))
    assert found.ece.value is not None and found.ece.low is None
    assert found.accuracy.low is not None
    assert found.verdict == ""


@pytest.mark.parametrize("unit", ["clip", "moment"])
def test_nothing_has_undefined_figures_and_strict_json(unit):
    found = measure_calibration(sure_of(moment_table({"a": ["positive"]}).iloc[:0], unit))
    assert found.ece.value is found.brier.value is found.confidence is None
    assert found.ece.undefined == "there is nothing to judge"
    assert {one.accuracy.n for one in found.bins} == {0}
    json.dumps(found.as_json(), allow_nan=False)


def test_the_same_seed_gives_the_same_figures(rng):
    sure = sure_of(believable_table(rng, 60))
    assert measure_calibration(sure, seed=3) == measure_calibration(sure, seed=3)
    assert measure_calibration(sure, seed=3) != measure_calibration(sure, seed=4)


@pytest.mark.parametrize(("n_bins", "binning"), [(1, "width"), (101, "width"), (15, "quantile")])
def test_odd_bins_are_refused(n_bins, binning):
    with pytest.raises(InvalidInputError, match="Received"):
        measure_calibration(sure_of(clip_table()), n_bins=n_bins, binning=binning)


def test_the_interval_of_the_ece_holds_the_true_one_about_as_often_as_it_says():
    rng, held, n_times = np.random.default_rng(8), 0, 30
    levels = np.array([0.55, 0.7, 0.85, 0.95])
    for _ in range(n_times):  # every level is right 15 points less often than it says
        confidence = np.repeat(levels, 15)
        right = rng.random(confidence.size) < confidence - 0.15
        ece = measure_calibration(sure_of(sure_answers(confidence, right)), n_bins=10).ece
        held += ece.low <= 0.15 <= ece.high
    assert held / n_times >= 0.88
