import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import InvalidInputError
from workbench.evaluation.accumulate import accumulate


def test_three_moments_worked_by_hand():
    moments = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    by_hand = [[1, 0, 0], [0.9, 0.1, 0], [0.81, 0.09, 0.1]]
    np.testing.assert_allclose(accumulate(moments, alpha=0.1), by_hand)


def test_the_first_moment_counts_in_full_as_in_the_running_system():
    np.testing.assert_array_equal(accumulate(np.array([[0.2, 0.8]]), alpha=0.1), [[0.2, 0.8]])


def test_alpha_one_forgets_everything_before():
    moments = np.array([[1.0, 0.0], [0.3, 0.7]])
    np.testing.assert_array_equal(accumulate(moments, alpha=1.0), moments)


def test_nothing_in_nothing_out():
    assert accumulate(np.zeros((0, 3))).shape == (0, 3)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.floats(0.01, 1))
def test_what_sums_to_one_keeps_summing_to_one(firsts, alpha):
    moments = np.stack([firsts, 1 - np.array(firsts)], axis=1)
    np.testing.assert_allclose(accumulate(moments, alpha=alpha).sum(axis=1), 1)


@pytest.mark.parametrize("alpha", [0, -0.1, 1.5, float("nan")])
def test_alpha_outside_its_range_is_refused(alpha):
    with pytest.raises(InvalidInputError, match="alpha must lie in"):
        accumulate(np.ones((2, 2)) / 2, alpha=alpha)


def test_one_flat_row_is_refused():
    with pytest.raises(InvalidInputError, match="n_moments, n_classes"):
        accumulate(np.ones(3))
