"""Every clip that two systems do not both tell right is listed once, and nothing else."""

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.evaluation.tables import clip_table, row
from workbench.evaluation.comparison import compare
from workbench.evaluation.disagreements import disagreements

SOME = st.sets(st.integers(0, 20))


@settings(max_examples=6)
@given(SOME, SOME)
def test_the_list_counts_what_the_comparison_counts(wrong_a, wrong_b):
    tables = {"a": clip_table(21, wrong=wrong_a), "b": clip_table(21, wrong=wrong_b)}
    pair, (listed,) = compare(tables).pairs[0], disagreements(tables)
    counts = listed.rows["outcome"].value_counts()
    assert counts.get("only_a", 0) == pair.only_a and counts.get("only_b", 0) == pair.only_b
    assert counts.get("neither", 0) == pair.neither
    assert set(listed.rows["clip"]) == {f"clip-{k:03}" for k in wrong_a | wrong_b}


def test_a_row_says_who_said_what_how_surely():
    a = pd.DataFrame([row("x", "positive", "positive", sure=0.7), row("y", "neutral", "negative", sure=0.6)])
    b = pd.DataFrame([row("x", "positive", "neutral", sure=0.9), row("y", "neutral", "positive", sure=0.5)])
    (listed,) = disagreements({"a": a, "b": b})
    first, second = listed.rows.to_dict("records")
    assert (first["outcome"], first["clip"], first["truth"]) == ("only_a", "x", "positive")
    assert (first["says_a"], first["sure_a"], first["says_b"], first["sure_b"]) == pytest.approx(
        ("positive", 0.7, "neutral", 0.9)
    )
    assert (second["outcome"], second["says_a"], second["says_b"]) == ("neither", "negative", "positive")
    lines = list(listed.lines())
    assert lines[0] == "a right, b wrong: 1 clip"
    assert lines[1] == "  x: is positive; a positive 70%, b neutral 90%"
    json.dumps(listed.as_json(), allow_nan=False)


def test_the_surest_contradiction_comes_first():
    a = pd.concat([clip_table(2).iloc[[0]], pd.DataFrame([row("sure", "neutral", "neutral", sure=0.95)])])
    b = a.assign(p_negative=0.1, p_neutral=0.1, p_positive=0.8)
    assert list(disagreements({"a": a, "b": b})[0].rows["clip"]) == ["sure", "clip-000"]


def test_moments_are_told_with_their_time():
    classes = ("closed", "open")

    def said(answer):
        return pd.DataFrame(
            row("c", classes[k % 2], answer, start_s=0.03 * k, end_s=0.03 * k + 0.03, classes=classes)
            for k in range(4)
        )

    (listed,) = disagreements({"a": said("open"), "b": said("closed")})
    assert listed.unit == "moment" and list(listed.rows["start_s"]) == pytest.approx([0.03, 0.09, 0.0, 0.06])
    assert "c at 0.03 s: is open" in list(listed.lines())[1]


def test_three_tables_make_three_lists():
    tables = {name: clip_table(6, wrong={k}) for k, name in enumerate("abc")}
    assert [(one.a, one.b, len(one.rows)) for one in disagreements(tables)] == [
        ("a", "b", 2),
        ("a", "c", 2),
        ("b", "c", 2),
    ]
