"""Another alpha, another threshold: what a clip is decided to be, and where that flips."""

import numpy as np
import pytest

from workbench.errors import InvalidInputError
from workbench.evaluation.accumulate import accumulate
from workbench.evaluation.decision import (
    ALPHAS,
    THRESHOLDS,
    Branches,
    decide,
    gate,
    stretches,
    stretches_in_words,
    winners_over_alphas,
    winners_over_thresholds,
)

CLASSES = ("negative", "neutral", "positive")
NEGATIVE, NEUTRAL, POSITIVE = np.eye(3)


def branches_of(visual, audiovisual=None, p_open=None):
    visual = np.asarray(visual, float)
    audiovisual = np.full_like(visual, np.nan) if audiovisual is None else np.asarray(audiovisual, float)
    return Branches(
        np.zeros(len(visual)) if p_open is None else np.asarray(p_open, float), visual, audiovisual
    )


def drawn(rng, n=40):
    """Any clip: some moments without a face, some without sound."""
    p_open, face, both = rng.random(n), rng.dirichlet((1, 1, 1), n), rng.dirichlet((1, 1, 1), n)
    lost, unheard = rng.random(n) < 0.2, rng.random(n) < 0.2
    p_open[lost], face[lost] = np.nan, np.nan
    both[lost | unheard] = np.nan
    return Branches(p_open, face, both)


def test_an_open_mouth_lets_the_voice_speak_too_where_there_is_one():
    branches = branches_of(
        [NEGATIVE, NEGATIVE, NEGATIVE], [POSITIVE, POSITIVE, [np.nan] * 3], p_open=[0.4, 0.6, 0.6]
    )
    said, fused = gate(branches)
    assert fused.tolist() == [False, True, False]
    assert said.tolist() == [list(NEGATIVE), list(POSITIVE), list(NEGATIVE)]


def test_a_mouth_exactly_at_the_threshold_counts_as_closed():
    branches = branches_of([NEGATIVE], [POSITIVE], p_open=[0.5])
    assert not gate(branches, threshold=0.5)[1].any() and gate(branches, threshold=0.49)[1].all()


def test_moments_without_a_face_add_nothing_and_stop_nothing():
    with_gap = decide(branches_of([NEGATIVE, [np.nan] * 3, POSITIVE]), alpha=0.3)
    assert np.isnan(with_gap.accumulated[1]).all()
    without = accumulate(np.array([NEGATIVE, POSITIVE]), alpha=0.3)
    np.testing.assert_array_equal(with_gap.accumulated[[0, 2]], without)
    nobody = branches_of(np.full((3, 3), np.nan))
    assert decide(nobody).winner == -1
    assert set(winners_over_alphas(nobody)) == set(winners_over_thresholds(nobody)) == {-1}


def test_trying_all_values_at_once_is_deciding_with_each(rng):
    for _ in range(5):
        branches = drawn(rng)
        each = [decide(branches, alpha=a, threshold=0.4).winner for a in ALPHAS]
        assert winners_over_alphas(branches, threshold=0.4).tolist() == each
        each = [decide(branches, alpha=0.2, threshold=t).winner for t in THRESHOLDS]
        assert winners_over_thresholds(branches, alpha=0.2).tolist() == each


def test_the_flip_is_where_arithmetic_says_it_is():
    # Ten positive moments and one negative: negative wins once alpha > 1 - alpha, beyond a half.
    branches = branches_of([POSITIVE] * 10 + [NEGATIVE])
    winners = winners_over_alphas(branches)
    assert stretches(ALPHAS, winners) == [(0.01, 0.49, 2), (0.5, 1.0, 0)]  # equal at 0.5: the first class
    assert stretches_in_words("alpha", ALPHAS, winners, CLASSES) == "positive up to alpha 0.49, then negative"


def test_moving_the_gate_flips_where_a_mouth_is_just_so_open():
    branches = branches_of([NEUTRAL] * 3, [POSITIVE] * 3, p_open=[0.305] * 3)
    words = stretches_in_words("threshold", THRESHOLDS, winners_over_thresholds(branches), CLASSES)
    assert words == "positive up to threshold 0.30, then neutral"


@pytest.mark.parametrize(
    ("winners", "words"),
    [
        ([1, 1, 1, 1, 1, 1], "neutral at every alpha"),
        ([2, 1, 1, 0, 0, 0], "positive up to alpha 0.10, neutral up to 0.30, then negative"),
        (
            [0, 1, 0, 1, 0, 1],
            "negative up to alpha 0.10, neutral up to 0.20, negative up to 0.30, then neutral, and 2 more flips after 0.40",
        ),
        ([-1] * 6, "no decision: no moment has a face"),
        ([], "no decision: no moment has a face"),
    ],
)
def test_flips_are_said_in_words(winners, words):
    values = np.arange(1, len(winners) + 1) / 10
    assert stretches_in_words("alpha", values, np.array(winners, int), CLASSES) == words


def test_values_out_of_range_and_arrays_that_do_not_fit_are_refused():
    branches = branches_of([NEGATIVE])
    with pytest.raises(InvalidInputError, match="threshold must lie in"):
        gate(branches, threshold=1.5)
    with pytest.raises(InvalidInputError, match="alpha must lie in"):
        winners_over_alphas(branches, alphas=np.array([0.0, 0.5]))
    with pytest.raises(InvalidInputError, match="one row per moment"):
        Branches(np.zeros(2), np.zeros((3, 3)), np.zeros((3, 3)))
