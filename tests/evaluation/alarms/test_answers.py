"""Alarms about answers: planted faults are caught, clean drawn answers raise none."""

import numpy as np
import pytest
from scipy.stats import binomtest

from tests.evaluation.alarms.drawn import alarm, codes, decided, drawn_table, say
from tests.evaluation.tables import moment_table
from workbench.evaluation.alarms.column_order import best_reading
from workbench.evaluation.alarms.speakers import influence, one_speaker
from workbench.evaluation.report import evaluate
from workbench.evaluation.warnings import severity_of
from workbench.sentiment import SENTIMENTS

FAULTS = {"collapsed", "not_above_majority", "one_speaker", "class_order"}


def swapped(table, a="p_negative", b="p_positive"):
    return table.rename(columns={a: b, b: a})


@pytest.mark.slow
@pytest.mark.parametrize(("accuracy", "alike"), [(0.8, 0.0), (0.8, 0.1), (0.65, 0.05)])
def test_clean_drawn_answers_raise_no_alarm_about_what_they_mean(rng, accuracy, alike):
    raised = sum(
        bool(FAULTS & set(codes(drawn_table(rng, accuracy=accuracy, alike=alike)))) for _ in range(30)
    )
    assert binomtest(raised, 30, 0.05, alternative="greater").pvalue > 0.01  # 5% of false alarms at the most


def test_clean_answers_of_many_people_raise_nothing_at_all(rng):
    assert codes(drawn_table(rng, 24, 12), split="speaker") == []


def test_a_class_never_said_is_said_with_its_counts_and_what_to_do(rng):
    table = drawn_table(rng)
    said = say(table, (table["p_positive"] == 0.8).to_numpy(), np.full(len(table), "neutral"))
    found = alarm(said, "collapsed")
    assert "0 of 120 clips were called positive, though 40 of them are" in found.message
    assert "learn from more positive" in found.message
    assert found.severity == "serious" and found.evidence["true"] == 40


def test_always_saying_one_word_is_collapsed_and_chance_but_no_matter_of_columns(rng):
    table = drawn_table(rng)
    always = say(table, np.ones(len(table), bool), np.full(len(table), "neutral"))
    found = codes(always)
    assert found.count("collapsed") == 2 and "not_above_majority" in found
    assert "class_order" not in found


@pytest.mark.slow
def test_guessing_is_called_chance_nearly_always(rng):
    caught = sum("not_above_majority" in codes(drawn_table(rng, accuracy=1 / 3)) for _ in range(30))
    assert caught >= 27


def test_a_score_that_few_people_make_is_not_above_chance_though_so_many_clips_would_be(rng):
    table = drawn_table(rng, 6, 20, accuracy=1 / 3)
    known = table["speaker"].isin(["actor-001", "actor-004"]).to_numpy()
    table = say(table, known, table["truth"].to_numpy())
    right = (decided(table)["truth"] == decided(table)["predicted"]).sum()
    assert binomtest(int(right), 120, 1 / 3, alternative="greater").pvalue < 0.001
    assert "not_above_majority" in codes(table)


# one speaker


def carried(rng, n_speakers=6, n_each=18, **drawn):
    table = drawn_table(rng, n_speakers, n_each, accuracy=1 / 3, **drawn)
    return say(table, (table["speaker"] == "actor-002").to_numpy(), table["truth"].to_numpy())


def test_one_speaker_who_carries_the_score_is_named_with_the_others_figures(rng):
    found = alarm(carried(rng), "one_speaker")
    assert "actor-002 is told right on 18 of 18 clips, the other 5 speakers on" in found.message
    assert "of 90 (" in found.message and "95% interval" in found.message
    assert found.evidence["speaker"] == "actor-002" and found.evidence["p"] < 0.05
    assert found.severity == "serious"


@pytest.mark.slow
def test_one_speaker_is_caught_in_most_draws_and_never_where_all_are_alike(rng):
    caught = sum("one_speaker" in codes(carried(rng)) for _ in range(20))
    assert caught >= 14

    def alarms(table):
        return one_speaker(decided(table), classes=SENTIMENTS, unit="clip", seed=0)

    for accuracy, alike in ((0.8, 0.1), (1 / 3, 0.0)):
        false = sum(bool(alarms(drawn_table(rng, 8, 9, accuracy=accuracy, alike=alike))) for _ in range(40))
        assert binomtest(false, 40, 0.05, alternative="greater").pvalue > 0.01


def test_three_speakers_are_too_few_to_call_one_of_them_special(rng):
    assert "one_speaker" not in codes(carried(rng, n_speakers=3))


def test_influence_adds_up(rng):
    table = influence(decided(drawn_table(rng, 6, 9)))
    assert table["share"].sum() == pytest.approx(1)
    assert (table["k"] + table["k_without"]).nunique() == 1
    assert list(table["gain"]) == sorted(table["gain"], reverse=True)


# the order of the columns


def test_swapped_columns_are_named_and_read_right(rng):
    found = alarm(swapped(drawn_table(rng)), "class_order")
    assert "p_negative ↔ p_positive" in found.message and "mend the columns' names" in found.message
    assert found.evidence["read_as"]["negative"] == "positive"
    right = evaluate(drawn_table(np.random.default_rng(20260101))).clips.accuracy
    assert found.evidence["k"] == right.k  # read so, it is the accuracy of the unswapped table


def test_columns_turned_round_are_named_one_by_one(rng):
    names = dict(
        zip(("p_negative", "p_neutral", "p_positive"), ("p_neutral", "p_positive", "p_negative"), strict=True)
    )
    found = alarm(drawn_table(rng).rename(columns=names), "class_order")
    assert found.message.count("is really") == 3


@pytest.mark.slow
def test_swapped_columns_are_caught_in_nearly_every_draw_even_at_a_modest_accuracy(rng):
    caught = sum(
        "class_order" in codes(swapped(drawn_table(rng, accuracy=0.65, alike=0.05))) for _ in range(10)
    )
    assert caught >= 9


def test_a_swap_in_moments_is_caught_per_clip(rng):
    table = swapped(drawn_table(rng, 8, 6, accuracy=0.7, n_moments=8))
    assert "class_order" in codes(table)


def test_a_few_clips_read_better_the_other_way_are_no_alarm():
    table = moment_table({"a": ["negative"] * 4, "b": ["negative"] * 4, "c": ["negative"] * 4})
    assert "class_order" not in codes(table)


def test_the_best_reading_is_found_and_of_equals_the_one_as_given():
    np.testing.assert_array_equal(best_reading(np.array([[0, 9, 1], [8, 1, 0], [0, 0, 7]])), [1, 0, 2])
    np.testing.assert_array_equal(best_reading(np.full((3, 3), 5)), [0, 1, 2])
    np.testing.assert_array_equal(best_reading(np.array([[0, 9, 0], [0, 0, 9], [9, 0, 0]])), [2, 0, 1])


def test_severity_is_that_of_the_code_alone():
    assert severity_of("leak_near_duplicates") == severity_of("class_order") == "serious"
    assert severity_of("wide_interval") == severity_of("silent_sound") == "careful"
