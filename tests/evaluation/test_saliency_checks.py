"""Verdicts about maps: an edge detector is turned down, a map that changes and points well is let through."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from workbench.evaluation.estimates import Score
from workbench.evaluation.saliency_checks import (
    Checked,
    MapChecks,
    check_gain,
    check_mean,
    check_weights,
    rank_correlations,
)


def rows(n, *, n_clips=None):
    clips = np.arange(n) % (n_clips or n)
    return pd.DataFrame({"clip": [f"c{k}" for k in clips], "speaker": ""})


def test_rank_correlations_are_scipys_on_absolute_values(rng):
    trained, random = rng.normal(size=(3, 5, 6)), rng.normal(size=(2, 3, 5, 6)).round(1)  # with ties
    expected = [
        [spearmanr(abs(trained[i]).ravel(), abs(random[d, i]).ravel()).statistic for i in range(3)]
        for d in range(2)
    ]
    np.testing.assert_allclose(rank_correlations(trained, random), expected, atol=1e-12)


def test_a_map_that_vanished_is_as_unlike_as_can_be_and_one_that_never_was_is_left_out(rng):
    trained = rng.normal(size=(2, 4, 4))
    trained[1] = 0
    found = rank_correlations(trained, np.zeros((3, 2, 4, 4)))
    assert (found[:, 0] == 0).all() and np.isnan(found[:, 1]).all()
    checked = check_weights(np.concatenate([found[:, :1]] * 7 + [found[:, 1:]], axis=1), rows(8))
    assert (checked.n_moments, checked.answer) == (7, "yes")


def test_maps_that_stay_the_same_do_not_follow_the_weights(rng):
    maps = rng.uniform(size=(8, 6, 6))
    checked = check_weights(rank_correlations(maps, np.stack([maps] * 3)), rows(8))
    assert checked.answer == "no"
    assert checked.figure.value == pytest.approx(1)
    assert check_weights(rank_correlations(maps, rng.uniform(size=(3, 8, 6, 6))), rows(8)).answer == "yes"


def test_around_the_limit_or_with_few_clips_nothing_is_decided(rng):
    assert check_weights(rng.normal(0.5, 0.3, (3, 10)), rows(10)).answer == "undecided"
    few = check_weights(np.ones((3, 10)), rows(10, n_clips=4))
    assert (few.answer, few.figure.low, few.in_words()) == ("undecided", None, "1.00 (no interval)")
    assert check_gain(np.full(0, np.nan), rows(0)).in_words() == "undefined (there is no moment)"


def test_a_gain_is_decided_by_its_interval(rng):
    assert check_gain(rng.normal(0.2, 0.1, 12), rows(12)).answer == "yes"
    assert check_gain(rng.normal(-0.2, 0.1, 12), rows(12)).answer == "no"
    assert check_gain(rng.normal(0, 0.1, 12), rows(12)).answer == "undecided"


def test_the_interval_knows_that_moments_of_a_clip_are_alike(rng):
    of_clips = rng.normal(0, 1, 6)
    values = np.repeat(of_clips, 20)[None]
    crowd = pd.DataFrame({"clip": np.repeat([f"c{k}" for k in range(6)], 20), "speaker": ""})
    alike = check_mean(values, crowd, limit=0, undefined="").figure
    apart = check_mean(values, rows(120), limit=0, undefined="").figure
    assert alike.high - alike.low > 2 * (apart.high - apart.low)


def test_the_interval_knows_that_a_random_network_is_one_accident(rng):
    differing = rng.normal(0, 0.3, (3, 1)) + rng.normal(0, 0.01, (3, 12))
    alike = differing - differing.mean(axis=1, keepdims=True)
    wide, narrow = (check_mean(v, rows(12), limit=0, undefined="").figure for v in (differing, alike))
    assert wide.high - wide.low > 5 * (narrow.high - narrow.low)


@pytest.mark.slow
def test_the_interval_holds_the_truth_in_about_95_of_100(rng):
    held = 0
    for _ in range(300):
        values = rng.normal(0.1, 0.2, (1, 8)).repeat(2, axis=1) + rng.normal(0, 0.1, (1, 16))
        crowd = pd.DataFrame({"clip": np.repeat([f"c{k}" for k in range(8)], 2), "speaker": ""})
        figure = check_mean(values, crowd, limit=0, undefined="").figure
        held += figure.low <= 0.1 <= figure.high
    assert 0.91 <= held / 300 <= 0.99


def checks(dense, every, deletion, insertion):
    found = {name: Checked(Score(0.5, 0.4, 0.6), name, 8, 8) for name in ("yes", "no", "undecided")}
    weights = {"answer": found["no"], "dense": found[dense], "all": found[every]}
    return MapChecks(weights, found[deletion], found[insertion])


@pytest.mark.parametrize(
    ("answers", "verdict", "words"),
    [
        (
            ("yes", "yes", "yes", "yes"),
            "yes",
            "May be trusted: follows the weights; beats .*deletion and insertion",
        ),
        (("yes", "yes", "undecided", "yes"), "yes", r"May be trusted: .*elsewhere \(insertion\)\."),
        (
            ("no", "no", "yes", "yes"),
            "no",
            "Not to be trusted: .*looks the same with every layer random; beats",
        ),
        (
            ("no", "yes", "yes", "yes"),
            "no",
            "Not to be trusted: .*looks the same with its dense layers random",
        ),
        (("yes", "yes", "no", "yes"), "no", r".*elsewhere \(insertion\), but is worse .*\(deletion\)"),
        (("yes", "yes", "undecided", "undecided"), "undecided", "Not proven: .*not surely better"),
        (
            ("undecided", "yes", "yes", "yes"),
            "undecided",
            "Not proven: not surely different with its dense layers",
        ),
    ],
)
def test_the_verdict_needs_both_kinds_of_check(answers, verdict, words):
    found = checks(*answers)
    assert found.answer == verdict
    assert re.match(words, found.sentence)
