"""How often people changed their mind, counted only where their own answer came first."""

import pandas as pd

from workbench.evaluation.agreement.influence import influence_of


def answers(*rows):
    table = [
        {
            "clip": f"c{k % 6}",
            "value": value,
            "details": {"own": own, "suggested": suggested, "reveal": reveal, "changed_mind": own != value},
        }
        for k, (own, suggested, value, reveal) in enumerate(rows)
    ]
    return pd.DataFrame(table, columns=["clip", "value", "details"])


def test_those_who_changed_are_counted_among_those_who_differed():
    found = influence_of(
        answers(
            ("open", "open", "open", "after"),
            ("open", "closed", "closed", "after"),
            ("open", "closed", "open", "after"),
            ("open", "closed", "open", "after"),
            ("open", "closed", "cannot tell", "after"),
        )
    )
    assert (found.agreed.k, found.agreed.n) == (1, 5)
    assert (found.changed.k, found.changed.n) == (2, 4)
    assert (found.adopted.k, found.adopted.n) == (1, 4)
    assert found.changed.low < 0.5 < found.changed.high
    assert "2 of 4" in found.lines()[1]


def test_answers_after_a_suggestion_was_already_in_view_tell_nothing():
    found = influence_of(answers(("open", "closed", "closed", "before"), ("open", "closed", "open", "never")))
    assert found.agreed.n == 0
    assert "no such answer" in found.changed.undefined
    assert found.lines() == []


def test_labels_without_suggestions_are_passed_over():
    found = influence_of(pd.DataFrame({"clip": ["a"], "value": ["open"], "details": [{}]}))
    assert found.as_json()["agreed"]["n"] == 0
