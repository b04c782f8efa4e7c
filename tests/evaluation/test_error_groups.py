"""Errors by group: who, how, what was said; with intervals that respect who was recorded."""

import numpy as np
import pandas as pd

from workbench.evaluation.confidence import confidences_of
from workbench.evaluation.error_groups import error_groups
from workbench.evaluation.intervals import wilson


def answers(n_clips=8, n_moments=10):
    """Moments of two speakers; all of speaker 2 are wrong."""
    rows = [
        {
            "clip": f"c{c}",
            "speaker": str(1 + c % 2),
            "start_s": 0.03 * k,
            "end_s": 0.03 * k + 0.03,
            "truth": "a",
        }
        for c in range(n_clips)
        for k in range(n_moments)
    ]
    table = pd.DataFrame(rows)
    right = np.where(table["speaker"] == "1", 0.9, 0.2)
    return table.assign(p_a=right, p_b=1 - right)


def test_each_value_has_its_share_of_errors_and_its_clips():
    table = answers()
    about = table[["speaker"]].assign(sex="", intensity=["normal", "strong"] * 40, statement="01")
    found = error_groups(confidences_of(table, unit="moment"), about)
    assert set(found) == {"speaker", "intensity"}
    one, two = found["speaker"]
    assert [(g.value, g.wrong.k, g.wrong.n, g.n_clips) for g in (one, two)] == [
        ("1", 0, 40, 4),
        ("2", 40, 40, 4),
    ]
    assert [g.wrong.k for g in found["intensity"]] == [20, 20]


def test_moments_of_few_clips_are_no_surer_than_those_clips():
    table = answers()
    share = error_groups(confidences_of(table, unit="moment"), table[["speaker"]])["speaker"][1].wrong
    assert (share.low, share.high) == wilson(4, 4)


def test_what_is_shown_carries_name_and_words():
    table = answers()
    shown = error_groups(confidences_of(table, unit="moment"), table[["speaker"]])["speaker"][1].as_json()
    assert (shown["of"], shown["name"], shown["k"], shown["n"]) == ("speaker", "2", 40, 40)
    assert shown["words"].startswith("40 of 40 (100.0%, 95% interval")
