import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.evaluation.tables import clip_table, moment_table, row
from workbench.errors import InvalidInputError
from workbench.evaluation.comparison import compare, independent_difference, mcnemar_exact

BASE = range(54)


@pytest.mark.parametrize(
    ("a", "b", "p"),
    [(6, 0, 0.03125), (7, 1, 0.0703125), (8, 2, 0.109375), (5, 0, 0.0625), (0, 0, 1.0), (3, 3, 1.0)],
)
def test_mcnemar_worked_by_hand(a, b, p):
    assert mcnemar_exact(a, b) == mcnemar_exact(b, a) == pytest.approx(p)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 200), st.integers(0, 200))
def test_mcnemar_is_the_exact_binomial_test(only_a, only_b):
    from scipy.stats import binomtest

    if only_a + only_b:
        reference = binomtest(only_a, only_a + only_b, 0.5).pvalue
        assert mcnemar_exact(only_a, only_b) == pytest.approx(reference, rel=1e-9)


@pytest.mark.parametrize(("only_a", "only_b"), [(6, 0), (7, 1), (25, 11), (121, 59), (3, 3)])
def test_mcnemar_agrees_with_statsmodels(only_a, only_b):
    from statsmodels.stats.contingency_tables import mcnemar

    reference = mcnemar([[40, only_a], [only_b, 8]], exact=True).pvalue
    assert mcnemar_exact(only_a, only_b) == pytest.approx(reference, abs=1e-9)


def test_six_to_nothing_is_told_apart_and_says_so():
    fused, visual = (
        clip_table(wrong=(9, 18, 27, 36, 45)),
        clip_table(wrong=(9, 18, 27, 36, 45, 0, 13, 22, 31, 40, 49)),
    )
    pair = compare({"audiovisual": fused, "visual": visual}).pairs[0]
    assert (pair.both, pair.only_a, pair.only_b, pair.neither) == (43, 6, 0, 5)
    assert pair.mcnemar_p == pytest.approx(0.03125)
    assert pair.distinguishable and pair.difference.low > 0
    assert pair.sentence.startswith("audiovisual is better than visual on these 54 clips of 6 speakers")
    assert (
        "49 of 54 (90.7%)" in pair.sentence
        and "43 of 54 (79.6%)" in pair.sentence
        and "11.1 points" in pair.sentence
    )


def test_seven_to_one_is_not_told_apart_though_the_gain_is_the_same():
    fused, visual = (
        clip_table(wrong=(9, 18, 27, 36, 45)),
        clip_table(wrong=(18, 27, 36, 45, 0, 13, 22, 31, 40, 49, 50)),
    )
    pair = compare({"audiovisual": fused, "visual": visual}).pairs[0]
    assert (pair.only_a, pair.only_b) == (7, 1)
    assert pair.mcnemar_p == pytest.approx(0.0703, abs=1e-4)
    assert not pair.distinguishable
    assert "cannot be told apart" in pair.sentence


def test_a_gain_from_one_speaker_only_is_not_told_apart():
    fused, visual = clip_table(), clip_table(wrong=range(7))  # all seven gains are actor-0's
    pair = compare({"fused": fused, "visual": visual}).pairs[0]
    assert pair.mcnemar_p < 0.05
    assert pair.difference.low <= 0
    assert not pair.distinguishable


def test_the_better_one_is_named_whatever_the_order():
    good, bad = clip_table(), clip_table(wrong=range(0, 54, 3))
    sentence = compare({"bad": bad, "good": good}).pairs[0].sentence
    assert sentence.startswith("good is better than bad") and "a difference of 33.3 points" in sentence


def test_three_tables_make_three_pairs_and_the_json_has_the_contracts_keys():
    comparison = compare(
        {"visual": clip_table(wrong=(1, 2)), "audio": clip_table(wrong=(3,)), "audiovisual": clip_table()}
    )
    content = json.loads(json.dumps(comparison.as_json(), allow_nan=False))
    assert [(p["a"], p["b"]) for p in content["pairs"]] == [
        ("visual", "audio"),
        ("visual", "audiovisual"),
        ("audio", "audiovisual"),
    ]
    assert set(content["pairs"][0]) == {
        "a",
        "b",
        "n",
        "both",
        "only_a",
        "only_b",
        "neither",
        "difference",
        "mcnemar_p",
        "distinguishable",
        "sentence",
    }
    assert set(content["pairs"][0]["difference"]) == {"value", "low", "high"}
    assert len(comparison.lines()) == 3


def test_no_disagreement_is_no_difference_and_not_certainty():
    pair = compare({"a": clip_table(), "b": clip_table()}).pairs[0]
    assert pair.mcnemar_p == 1 and not pair.distinguishable
    assert pair.difference.low < 0 == pair.difference.value < pair.difference.high
    assert "right and wrong on the same ones" in pair.sentence


def test_fewer_than_six_disagreements_are_said_to_be_too_few():
    sentence = compare({"a": clip_table(), "b": clip_table(wrong=(0, 9, 18))}).pairs[0].sentence
    assert "Fewer than 6 disagreements" in sentence


def test_only_common_clips_count_and_the_others_are_said():
    pair = compare({"a": clip_table(54), "b": clip_table(54).iloc[:40]}).pairs[0]
    assert pair.n == 40
    assert "Left out: 14 clips only a has." in pair.sentence


def test_nothing_in_common_is_refused():
    other = clip_table().assign(clip=lambda t: "x" + t["clip"])
    with pytest.raises(InvalidInputError, match="clips in common"):
        compare({"a": clip_table(), "b": other})


def test_two_truths_for_one_clip_are_refused():
    other = clip_table()
    other.loc[0, "truth"] = "positive"
    with pytest.raises(InvalidInputError, match=r"agree on the truth.*clip-000"):
        compare({"a": clip_table(), "b": other})


def test_other_classes_are_refused():
    with pytest.raises(InvalidInputError, match="same classes"):
        compare({"a": clip_table(4), "b": clip_table(4, classes=("negative", "neutral"))})


def test_one_table_is_no_comparison():
    with pytest.raises(InvalidInputError, match="two predictions tables"):
        compare({"a": clip_table()})


def test_moments_against_a_row_per_clip_compare_as_clips():
    moments = moment_table({"c": ["positive"] * 5})
    whole = pd.DataFrame([row("c", "positive", "negative")])
    pair = compare({"network": moments, "person": whole}).pairs[0]
    assert (pair.n, pair.only_a) == (1, 1)


def test_tables_whose_truth_changes_compare_by_moment():
    mouth = ("closed", "open")
    truths = [mouth[i % 2] for i in range(12)]
    good = pd.DataFrame(
        row("c", t, t, start_s=i * 0.03, end_s=i * 0.03 + 0.03, classes=mouth) for i, t in enumerate(truths)
    )
    flat = pd.DataFrame(
        row("c", t, "open", start_s=i * 0.03, end_s=i * 0.03 + 0.03, classes=mouth)
        for i, t in enumerate(truths)
    )
    pair = compare({"network": good, "always open": flat}).pairs[0]
    assert (pair.n, pair.only_a, pair.only_b) == (12, 6, 0)
    assert "12 moments" in pair.sentence


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 60))
def test_the_independent_interval_turns_round_with_its_sides(only_a, only_b, agreed):
    n = only_a + only_b + agreed
    if n == 0:
        return
    low, high = independent_difference(only_a, only_b, n)
    turned_low, turned_high = independent_difference(only_b, only_a, n)
    assert (low, high) == pytest.approx((-turned_high, -turned_low))
    assert -1 <= low < high <= 1


@pytest.mark.slow
def test_equal_systems_are_seldom_told_apart():
    rng, claimed = np.random.default_rng(2), 0
    for seed in range(200):
        tables = {name: clip_table(wrong=set(np.flatnonzero(rng.random(54) < 0.25))) for name in "ab"}
        claimed += compare(tables, seed=seed).pairs[0].distinguishable
    assert claimed / 200 <= 0.06
