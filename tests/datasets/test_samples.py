import numpy as np
import pandas as pd
import pytest

from workbench.datasets.samples import Samples, choose_evenly
from workbench.errors import InvalidInputError

CLASSES = ("negative", "neutral", "positive")


def table(counts):
    return pd.DataFrame([{"clip": c, "answer": a} for (a, c), n in counts.items() for _ in range(n)])


def test_every_class_gives_as_many_as_the_rarest_and_long_clips_do_not_crowd_out_short_ones():
    counts = {("negative", "a"): 100, ("negative", "b"): 5, ("neutral", "c"): 60, ("positive", "d"): 12}
    chosen = choose_evenly(table(counts), per_class=50, classes=CLASSES, seed=0)
    assert chosen["answer"].value_counts().to_dict() == {"negative": 12, "neutral": 12, "positive": 12}
    assert chosen[chosen["answer"] == "negative"]["clip"].value_counts().to_dict() == {"a": 7, "b": 5}


def test_the_limit_holds_and_the_choice_is_the_same_for_the_same_seed():
    many = table({(a, c): 40 for a in CLASSES for c in "abc"})
    first = choose_evenly(many, per_class=30, classes=CLASSES, seed=1)
    assert len(first) == 90
    assert first.index.equals(choose_evenly(many, per_class=30, classes=CLASSES, seed=1).index)
    assert not first.index.equals(choose_evenly(many, per_class=30, classes=CLASSES, seed=2).index)


def test_a_class_without_moments_is_named():
    with pytest.raises(InvalidInputError, match="none of positive"):
        choose_evenly(
            table({("negative", "a"): 3, ("neutral", "b"): 3}), per_class=3, classes=CLASSES, seed=0
        )


def test_what_is_learnt_from_is_counted_in_runs_not_copies():
    table = pd.DataFrame({"clip": list("aaab"), "run": [0, 0, 1, 2], "part": ["train"] * 4, "answer": "open"})
    samples = Samples(table, {}, ("closed", "open"))
    assert samples.effective() == {"n_moments": 4, "n_runs": 3, "n_clips": 2}


def test_soft_labels_go_with_their_rows_and_into_the_hash():
    table = pd.DataFrame(
        {"clip": "a", "moment": range(3), "part": ["train", "test", "train"], "answer": "open"}
    )
    soft = np.array([[0, 1], [0.5, 0.5], [0.25, 0.75]], np.float32)
    samples = Samples(table, {}, ("closed", "open"), soft)
    assert samples.part("train").soft.tolist() == [[0, 1], [0.25, 0.75]]
    assert samples.content_hash() != Samples(table, {}, ("closed", "open")).content_hash()
    assert samples.content_hash() != Samples(table, {}, ("closed", "open"), soft[::-1]).content_hash()
