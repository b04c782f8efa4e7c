import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.evaluation.tables import believable_table, clip_table, sure_answers
from workbench.evaluation.confidence import confidences_of
from workbench.evaluation.predictions import validate
from workbench.evaluation.risk_coverage import area_under, risk_coverage


def curve_of(table, unit="clip"):
    return risk_coverage(confidences_of(validate(table), unit=unit))


def by_loops(confidence, right):
    """Mean risk over all coverages, one answer after the other."""
    wrong, risks = 0, []
    for n, i in enumerate(np.argsort(-np.asarray(confidence), kind="stable"), 1):
        wrong += not right[i]
        risks.append(wrong / n)
    return float(np.mean(risks))


def test_an_example_worked_by_hand():
    curve = curve_of(sure_answers([0.9, 0.8, 0.7, 0.6], [True, False, True, False]))
    assert curve.threshold.tolist() == [0.9, 0.8, 0.7, 0.6]
    assert curve.coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    np.testing.assert_allclose(curve.risk, [0, 1 / 2, 1 / 3, 2 / 4])
    assert curve.aurc.value == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)
    assert curve.aurc_best == pytest.approx((0 + 0 + 1 / 3 + 2 / 4) / 4)


@settings(deadline=None, max_examples=8)
@given(st.integers(0, 10_000), st.integers(5, 90))
def test_without_equals_it_is_the_plain_mean_of_the_risks(seed, n):
    rng = np.random.default_rng(seed)
    confidence, right = rng.uniform(0.5, 1, n), rng.random(n) < 0.7
    curve = curve_of(sure_answers(confidence, right))
    assert curve.aurc.value == pytest.approx(by_loops(confidence, right), abs=1e-9)
    assert curve.aurc_best <= curve.aurc.value + 1e-12
    assert curve.aurc.low <= curve.aurc.value <= curve.aurc.high


def test_equally_sure_answers_give_the_mean_over_their_orders(rng):
    right = np.array([True, False, True, True, False])
    steps = np.array([[2.0, 1.0], [3.0, 1.0]])
    confidence = np.array([0.9, 0.9, 0.6, 0.6, 0.6])
    orders = []
    for _ in range(5_000):
        shuffled = np.concatenate([rng.permutation(2), 2 + rng.permutation(3)])
        orders.append((np.cumsum(~right[shuffled]) / np.arange(1, 6)).mean())
    assert area_under(steps) == pytest.approx(np.mean(orders), abs=0.01)
    assert curve_of(sure_answers(confidence, right)).aurc.value == pytest.approx(area_under(steps))


def test_answers_all_equally_sure_gain_nothing_by_choosing():
    curve = curve_of(clip_table(wrong=(1, 2, 3)))
    assert curve.coverage.tolist() == [1.0]
    assert curve.aurc.value == pytest.approx(3 / 54)


def test_the_interval_of_many_answers_holds_their_area(rng):
    curve = curve_of(believable_table(rng, 700, temperature=2.0))
    assert len(curve.threshold) == 700
    assert curve.aurc.low < curve.aurc.value < curve.aurc.high
    assert curve.aurc.value < 1.0 - curve.n_wrong[-1] / curve.n
    content = curve.as_json()
    assert len(content["points"]) == 50
    assert content["points"][-1]["answered"] == 700
    json.dumps(content, allow_nan=False)


def test_nothing_has_an_empty_curve():
    curve = curve_of(clip_table().iloc[:0])
    assert curve.aurc.undefined == "there is nothing to judge"
    assert curve.as_json()["points"] == []
