import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from workbench.evaluation import metrics

BY_HAND = np.array([[3, 1, 0], [0, 4, 2], [0, 0, 0]])


def test_scores_worked_by_hand():
    assert metrics.accuracy(BY_HAND) == pytest.approx(7 / 10)
    np.testing.assert_allclose(metrics.precision(BY_HAND), [1, 4 / 5, 0])
    np.testing.assert_allclose(metrics.recall(BY_HAND), [3 / 4, 4 / 6, np.nan])
    np.testing.assert_allclose(metrics.f1(BY_HAND), [6 / 7, 8 / 11, np.nan])
    assert metrics.macro_f1(BY_HAND) == pytest.approx((6 / 7 + 8 / 11) / 2)


def test_a_class_never_found_has_f1_zero_and_a_class_without_cases_none():
    counts = np.array([[5, 0], [3, 0]])
    np.testing.assert_allclose(metrics.f1(counts), [10 / 13, 0])
    assert np.isnan(metrics.precision(counts)[1])
    assert np.isnan(metrics.f1(np.array([[5, 2], [0, 0]]))[1])


def test_nothing_has_no_score_and_never_zero():
    empty = np.zeros((3, 3))
    assert np.isnan(metrics.accuracy(empty))
    assert np.isnan(metrics.macro_f1(empty))


@settings(deadline=None, max_examples=40)
@given(arrays(np.int64, (3, 3), elements=st.integers(0, 20)))
def test_agrees_with_scikit_learn_wherever_every_class_occurs(counts):
    from sklearn.metrics import f1_score, precision_recall_fscore_support

    assume((counts.sum(axis=1) > 0).all())
    rows, columns = np.indices(counts.shape)
    truth, said = np.repeat(rows.ravel(), counts.ravel()), np.repeat(columns.ravel(), counts.ravel())
    precision, recall, f1, _ = precision_recall_fscore_support(truth, said, labels=[0, 1, 2], zero_division=0)
    np.testing.assert_allclose(np.nan_to_num(metrics.precision(counts)), precision)
    np.testing.assert_allclose(metrics.recall(counts), recall)
    np.testing.assert_allclose(metrics.f1(counts), f1)
    assert metrics.macro_f1(counts) == pytest.approx(
        f1_score(truth, said, labels=[0, 1, 2], average="macro", zero_division=0)
    )


def test_many_matrices_at_once_give_what_one_by_one_gives(rng):
    many = rng.integers(0, 9, size=(7, 3, 3))
    np.testing.assert_array_equal(metrics.macro_f1(many), [metrics.macro_f1(one) for one in many])
