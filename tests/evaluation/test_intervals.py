import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import InvalidInputError
from workbench.evaluation.intervals import (
    clusters_of,
    hull,
    percentile,
    posterior_confusions,
    resampled_sums,
    wilson,
)


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (49, 54, 0.801, 0.960),
        (43, 54, 0.671, 0.882),
        (6, 9, 0.354, 0.879),
        (0, 18, 0.0, 0.176),
        (18, 18, 0.824, 1.0),
    ],
)
def test_published_counts_have_the_intervals_worked_out_for_them(k, n, low, high):
    assert wilson(k, n) == pytest.approx((low, high), abs=5e-4)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_agrees_with_scipy(k_of_n):
    from scipy.stats import binomtest

    k, n = k_of_n
    reference = binomtest(k, n).proportion_ci(method="wilson")
    assert wilson(k, n) == pytest.approx((reference.low, reference.high), abs=1e-9)


@pytest.mark.parametrize(("k", "n"), [(1, 0), (-1, 5), (6, 5)])
def test_impossible_counts_are_refused(k, n):
    with pytest.raises(InvalidInputError, match="0 <= k <= n"):
        wilson(k, n)


def rows(speakers):
    return pd.DataFrame({"clip": [f"c{i}" for i in range(len(speakers))], "speaker": speakers})


def test_speakers_are_drawn_from_five_on_and_clips_below():
    assert (clusters_of(rows(list("aabbccddee"))).of, clusters_of(rows(list("aabbccddee"))).n) == (
        "speaker",
        5,
    )
    assert (clusters_of(rows(list("aabbccdd"))).of, clusters_of(rows(list("aabbccdd"))).n) == ("clip", 8)


def test_one_unknown_speaker_is_enough_to_fall_back_on_clips():
    assert clusters_of(rows(["a", "b", "c", "d", "e", ""])).of == "clip"


def test_drawing_again_keeps_the_mean_and_the_seed(rng):
    values = rng.integers(0, 5, size=(30, 2, 2))
    drawn = resampled_sums(values, seed=3)
    assert drawn.shape == (2000, 2, 2)
    np.testing.assert_allclose(drawn.mean(axis=0), values.sum(axis=0), rtol=0.05)
    np.testing.assert_array_equal(drawn, resampled_sums(values, seed=3))
    assert not np.array_equal(drawn, resampled_sums(values, seed=4))


def test_every_resample_draws_as_many_clusters_as_there_are():
    assert set(resampled_sums(np.ones(7), seed=0)) == {7.0}


def test_few_clusters_widen_the_interval():
    draws = np.random.default_rng(0).normal(size=2000)
    low, high = percentile(draws)
    wide_low, wide_high = percentile(draws, n_clusters=6)
    assert wide_low < low < high < wide_high
    assert percentile(draws, n_clusters=100_000) == pytest.approx((low, high), abs=1e-3)


def test_draws_that_are_mostly_undefined_give_no_interval():
    assert percentile(np.array([np.nan, np.nan, 0.5])) is None


def test_posterior_keeps_the_rows_sums_and_leaves_room_for_errors_not_yet_seen():
    draws = posterior_confusions(np.array([[20, 0], [0, 20]]), seed=0)
    np.testing.assert_allclose(draws.sum(axis=-1), 20)
    assert np.quantile(draws[:, 0, 0] / 20, 0.025) == pytest.approx(0.883, abs=0.02)  # Jeffreys: 0.8834


def test_hull_holds_the_value_and_all_intervals():
    assert hull(0.9, (0.5, 0.8), None, (0.6, 0.85)) == (0.5, 0.9)


@pytest.mark.slow
def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    rng, held = np.random.default_rng(5), 0
    for seed in range(300):
        chances = rng.beta(0.85 * 9, 0.15 * 9, size=6)  # six speakers, alike by 0.1
        right = rng.binomial(9, chances)
        drawn = resampled_sums(np.stack([right, np.full(6, 9)], axis=1), seed=seed)
        low, high = hull(
            right.sum() / 54, wilson(right.sum(), 54), percentile(drawn[:, 0] / drawn[:, 1], n_clusters=6)
        )
        held += low <= 0.85 <= high
    assert held / 300 >= 0.9


@pytest.mark.slow
def test_the_nominal_interval_over_speakers_holds_the_truth_in_95_of_100():
    """24 speakers of 9 clips (RAVDESS has 24), 80% right, speakers alike by 0.1: coverage 95% ± 1.5 of 1,500 draws."""
    rng, held, n_draws = np.random.default_rng(7), 0, 1500
    for seed in range(n_draws):
        chances = rng.beta(0.8 * 9, 0.2 * 9, size=24)
        right = rng.binomial(9, chances)
        drawn = resampled_sums(np.stack([right, np.full(24, 9)], axis=1), seed=seed, n_resamples=1000)
        bootstrap = percentile(drawn[:, 0] / drawn[:, 1], n_clusters=24)
        low, high = hull(right.sum() / 216, wilson(right.sum(), 216), bootstrap)
        held += low <= 0.8 <= high
    assert held / n_draws == pytest.approx(0.95, abs=0.015)
