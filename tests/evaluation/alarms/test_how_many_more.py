"""How many more clips would do: with so many, drawn anew, the interval is that narrow and the difference is seen."""

import re

import numpy as np
import pandas as pd
import pytest

from tests.evaluation.alarms.drawn import alarm, codes, decided, drawn_table
from tests.evaluation.tables import clip_table
from workbench.evaluation.alarms.said import roughly
from workbench.evaluation.alarms.telling_apart import clips_to_tell_apart, needed_to_tell
from workbench.evaluation.alarms.width import clips_needed
from workbench.evaluation.comparison import compare
from workbench.evaluation.intervals import wilson
from workbench.evaluation.judgement import judge
from workbench.sentiment import SENTIMENTS


def half_width(rng, n_speakers, n_each, **drawn):
    rows = decided(drawn_table(rng, n_speakers, n_each, **drawn))
    accuracy = judge(rows, classes=SENTIMENTS, unit="clip", seed=0).accuracy
    return (accuracy.high - accuracy.low) / 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n_speakers", "n_each", "accuracy", "alike"), [(8, 8, 0.7, 0.15), (12, 5, 0.6, 0.3), (8, 6, 0.75, 0.0)]
)
def test_with_as_many_as_told_the_interval_is_as_narrow_as_told(rng, n_speakers, n_each, accuracy, alike):
    drawn = {"accuracy": accuracy, "alike": alike}
    told = [clips_needed(decided(drawn_table(rng, n_speakers, n_each, **drawn))).n for _ in range(25)]
    widths = [half_width(rng, int(np.median(told)), n_each, **drawn) for _ in range(7)]
    assert np.median(widths) == pytest.approx(0.10, rel=0.25)


def test_clips_without_speakers_are_counted_as_wilson_does():
    needed = clips_needed(decided(clip_table(20, wrong=(1, 5, 9, 13, 17), n_speakers=0)))
    assert needed.of == "clip" and needed.design_effect == 1
    for n, narrow in ((needed.n_clips, True), (needed.n_clips - 1, False)):
        low, high = wilson(0.75 * n, n)
        assert ((high - low) / 2 <= 0.10) == narrow


@pytest.mark.slow
def test_speakers_who_differ_need_more_clips_than_speakers_who_are_alike(rng):
    alike, differing = (
        np.median(
            [clips_needed(decided(drawn_table(rng, 10, 8, accuracy=0.7, alike=a))).n_clips for _ in range(20)]
        )
        for a in (0.0, 0.3)
    )
    assert differing > 1.5 * alike


@pytest.mark.slow
def test_the_design_effect_is_one_plus_the_clips_beyond_the_first_times_their_likeness(rng):
    effects = [
        clips_needed(decided(drawn_table(rng, 40, 8, accuracy=0.6, alike=0.2))).design_effect
        for _ in range(10)
    ]
    assert np.mean(effects) == pytest.approx(1 + 7 * 0.2, rel=0.15)


def test_a_wide_interval_says_its_width_and_how_many_more_clips_of_whom(rng):
    found = alarm(drawn_table(rng, 6, 6, accuracy=0.6, alike=0.2), "wide_interval")
    assert re.search(r"known to \d+ points only \(95% interval .*%\)", found.message)
    assert re.search(r"Test on about \d+ more clips?, of \d+ more speakers?", found.message)
    assert found.evidence["n_more_clips"] == found.evidence["n_clips"] - 36
    assert "wide_interval" not in codes(drawn_table(rng, 30, 12))
    assert [roughly(n) for n in (1, 78, 100, 113, 5_967)] == [1, 78, 100, 120, 6_000]


def test_one_clip_can_be_asked_too():
    needed = clips_needed(decided(clip_table(1, n_speakers=1)))
    assert needed.of == "clip" and 10 <= needed.n_more_clips <= 30


def paired(rng, n_speakers, n_each, *, only_a, only_b):
    """Who of two systems was right alone, clip by clip, and whose clips these are."""
    n = n_speakers * n_each
    drawn = rng.random(n)
    points = np.where(drawn < only_a, 1, np.where(drawn < only_a + only_b, -1, 0))
    rows = pd.DataFrame(
        {"clip": [f"c{i}" for i in range(n)], "speaker": [f"s{i // n_each}" for i in range(n)]}
    )
    return rows, points


def exact(n_speakers, n_each, *, only_a, only_b):
    """The same with just the shares told, spread evenly over the clips."""
    rows, _ = paired(np.random.default_rng(0), n_speakers, n_each, only_a=only_a, only_b=only_b)
    order = (np.arange(len(rows)) * 0.6180339887) % 1
    return rows, np.where(order < only_a, 1, np.where(order < only_a + only_b, -1, 0))


@pytest.mark.slow
def test_with_as_many_as_told_four_of_five_tests_tell_two_systems_apart(rng):
    rows, points = exact(8, 10, only_a=0.20, only_b=0.10)
    n_more, n_more_clips, of = clips_to_tell_apart(rows, points)
    assert of == "speaker" and n_more_clips == 10 * n_more
    told = 0
    for _ in range(40):
        new, drawn = paired(rng, 8 + n_more, 10, only_a=0.20, only_b=0.10)
        told += distinguishable(new, drawn)
    assert 0.65 <= told / 40 <= 0.95


def distinguishable(rows, points):
    tables = {}
    for name, wrong in (("a", points == -1), ("b", points == 1)):
        said = np.where(wrong, "neutral", "positive")
        chances = {f"p_{one}": np.where(said == one, 0.8, 0.1) for one in SENTIMENTS}
        tables[name] = rows.assign(truth="positive", **chances)
    return compare(tables).pairs[0].distinguishable


def test_systems_right_equally_often_are_told_no_number_and_tiny_differences_no_absurd_one(rng):
    rows, points = exact(8, 100, only_a=0.2, only_b=0.2)
    level = np.zeros_like(points)
    assert clips_to_tell_apart(rows, level) is None and needed_to_tell(rows, level) == ""
    nearly = level.copy()
    nearly[:11] = [1] * 6 + [-1] * 5
    assert "even 20,000 more clips" in needed_to_tell(rows, nearly)


def test_the_sentence_about_two_systems_says_how_many_more_only_where_they_cannot_be_told_apart():
    good, better = clip_table(wrong=(3, 9, 12, 25, 33, 44)), clip_table(wrong=(3,))
    sentence = compare({"a": good, "b": better}).pairs[0].sentence
    assert "cannot be told apart" in sentence and re.search(
        r"about \d+ more clips? of \d+ more speakers?", sentence
    )
    bad = clip_table(wrong=range(0, 54, 2))
    assert "more clip" not in compare({"a": bad, "b": better}).pairs[0].sentence
