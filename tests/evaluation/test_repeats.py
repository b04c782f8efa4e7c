"""Several seeds on the same clips: their mean, spread and an interval that holds."""

import json

import numpy as np
import pandas as pd
import pytest

from tests.evaluation.tables import clip_table, row
from workbench.errors import InvalidInputError
from workbench.evaluation.intervals import wilson
from workbench.evaluation.repeats import Repeats, judge_repeats


def test_mean_and_spread_are_those_of_the_accuracies():
    wrong = {"seed 0": range(5), "seed 1": range(3, 12), "seed 2": range(40, 53)}
    repeats = judge_repeats({name: clip_table(wrong=set(some)) for name, some in wrong.items()})
    accuracies = np.array([49, 45, 41]) / 54
    assert [share.k for share in repeats.each.values()] == [49, 45, 41]
    assert repeats.mean.value == pytest.approx(accuracies.mean(), abs=1e-12)
    assert (repeats.mean.k, repeats.mean.n) == (135, 162)
    assert repeats.spread == pytest.approx(accuracies.std(ddof=1), abs=1e-12)
    assert (repeats.n_clips, repeats.n_speakers) == (54, 6)


def test_training_often_does_not_make_the_clips_more():
    repeats = judge_repeats({f"seed {k}": clip_table(wrong=set(range(0, 54, 6))) for k in range(3)})
    low, high = wilson(45, 54)
    assert repeats.spread == 0
    assert repeats.mean.low <= low and repeats.mean.high >= high


def test_seeds_that_differ_widen_the_interval():
    alike = judge_repeats({f"seed {k}": clip_table(wrong=set(range(0, 54, 2))) for k in range(4)})
    apart = judge_repeats(
        {f"seed {k}": clip_table(wrong=set(range(0, 54)) if k % 2 else set()) for k in range(4)}
    )
    assert alike.mean.value == apart.mean.value == 0.5
    assert apart.mean.high - apart.mean.low > 2 * (alike.mean.high - alike.mean.low)


def test_other_clips_are_refused():
    with pytest.raises(InvalidInputError, match="same clips.*54.*40"):
        judge_repeats({"a": clip_table(54), "b": clip_table(54).iloc[:40]})
    with pytest.raises(InvalidInputError, match="Received none"):
        judge_repeats({})


def test_the_order_of_the_clips_says_nothing():
    table = clip_table(wrong={1, 7, 30})
    repeats = judge_repeats({"a": table, "b": table.sample(frac=1, random_state=1)})
    assert repeats.mean.k == 102


def test_mouths_are_judged_by_moments():
    rows = [
        row("c", ("closed", "open")[k % 2], "open", start_s=0.03 * k, end_s=0.03 * k + 0.03, classes=("closed", "open"))
        for k in range(8)
    ]  # fmt: skip
    repeats = judge_repeats({"a": pd.DataFrame(rows), "b": pd.DataFrame(rows)})
    assert (repeats.unit, repeats.mean.k, repeats.mean.n) == ("moment", 8, 16)


def test_it_is_kept_as_strict_json_and_comes_back():
    repeats = judge_repeats({"seed 0": clip_table(wrong={3}), "seed 1": clip_table()})
    again = Repeats.from_json(json.loads(json.dumps(repeats.as_json(), allow_nan=False)))
    assert again == repeats
    assert repeats.lines()[-2].startswith("mean of 2: 99.1% (107 of 108 answers)")
    assert judge_repeats({"seed 0": clip_table()}).spread is None
