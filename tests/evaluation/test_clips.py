import numpy as np
import pandas as pd
import pytest

from tests.evaluation.tables import moment_table, row
from workbench.errors import InvalidInputError
from workbench.evaluation.clips import clips_with_changing_truth, decide_clips, has_tie, predicted_classes
from workbench.evaluation.predictions import validate


def test_a_clip_is_decided_by_what_was_accumulated_not_by_the_majority_of_moments():
    early = ["positive"] * 6 + ["negative"] * 14
    decided = decide_clips(validate(moment_table({"c": early})))
    assert decided["predicted"].tolist() == ["negative"]
    late = ["positive"] * 14 + [
        "negative"
    ] * 6  # 14 of 20 say positive, and so does the memory: 0.9 ** 6 > 0.5
    assert decide_clips(validate(moment_table({"c": late})))["predicted"].tolist() == ["positive"]
    assert decide_clips(validate(moment_table({"c": late})), alpha=0.5)["predicted"].tolist() == ["negative"]


def test_moments_count_in_the_order_of_time_whatever_the_order_of_rows():
    table = validate(moment_table({"a": ["positive"] * 5 + ["neutral"] * 9, "b": ["negative"] * 3}))
    shuffled = table.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(decide_clips(table), decide_clips(shuffled))


def test_a_row_without_times_decides_its_clip_as_it_stands():
    decided = decide_clips(validate(pd.DataFrame([row("c", "neutral", "positive", sure=0.5)])))
    assert decided.loc[0, ["truth", "predicted", "p_positive"]].tolist() == ["neutral", "positive", 0.5]


def test_a_clip_with_two_truths_is_not_decided():
    table = validate(
        pd.DataFrame(
            [
                row("c", "open", "open", start_s=0, end_s=0.03, classes=("closed", "open")),
                row("c", "closed", "open", start_s=0.03, end_s=0.06, classes=("closed", "open")),
            ]
        )
    )
    assert clips_with_changing_truth(table) == ["c"]
    with pytest.raises(InvalidInputError, match="one truth"):
        decide_clips(table)


def test_of_equals_the_first_class_is_said_and_the_tie_is_seen():
    values = np.array([[1 / 3, 1 / 3, 1 / 3], [0.2, 0.4, 0.4], [0.1, 0.2, 0.7]])
    assert predicted_classes(values, ("a", "b", "c")).tolist() == ["a", "b", "c"]
    assert has_tie(values).tolist() == [True, True, False]


def test_no_rows_decide_no_clips():
    table = validate(moment_table({"c": ["neutral"]})).iloc[:0]
    assert decide_clips(table).empty
