import pandas as pd

from workbench.evaluation.agreement.reliability import Reliability, gold_accuracy, self_agreement


def test_being_asked_again_is_told_per_person_with_counts_and_interval():
    twice = pd.DataFrame(
        {"annotator": ["Ada", "Ada", "Ada", "Bob"], "first": list("oocc"), "again": list("occo")}
    )
    found = self_agreement(twice)
    assert (found["Ada"].k, found["Ada"].n, found["Bob"].k) == (2, 3, 0)
    assert found["Ada"].low < 2 / 3 < found["Ada"].high


def test_gold_items_are_counted_per_person():
    judged = pd.DataFrame({"annotator": ["Ada", "Ada"], "value": ["o", "c"], "settled": ["o", "o"]})
    told = Reliability(gold=gold_accuracy(judged))
    assert told.as_json()["gold"]["Ada"]["k"] == 1
    assert "1 of 2" in told.lines()[0]


def test_nothing_asked_twice_says_nothing():
    assert self_agreement(pd.DataFrame(columns=["annotator", "first", "again"])) == {}
    assert Reliability().lines() == []
