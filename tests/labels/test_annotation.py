import pytest

from workbench.errors import InvalidInputError
from workbench.labels.annotation import check_annotator


def test_times_are_the_same_number_wherever_they_come_from(event):
    assert event(start_s=0.1 + 0.2, end_s=0.1 + 0.2).start_s == 0.3


def test_names_are_tidied_and_formulas_or_markup_refused():
    assert check_annotator("  Zoe\u0308   M. ") == "Zoë M."
    for name in ("", " ", "=1+1", "-x", "@a", "<b>", "a" * 65, "a,b", 'a"b', "a\nb<"):
        with pytest.raises(InvalidInputError):
            check_annotator(name)


@pytest.mark.parametrize(
    "changes",
    [
        {"op_id": "short"},
        {"op_id": "x' OR 1=1 --"},
        {"value": "ajar"},
        {"value": "positive"},
        {"kind": "skip", "value": "open"},
        {"kind": "undo"},
        {"undoes": "operation-0000"},
        {"kind": "delete"},
        {"clip": ""},
        {"clip": "a\nb"},
        {"start_s": 2.0},
        {"start_s": -1.0},
        {"end_s": float("nan")},
        {"schema_version": 9},
        {"annotator": " Ada"},
        {"details": {"x": float("inf")}},
        {"details": {"x": "y" * 5000}},
        {"details": {"x": {1}}},
    ],
    ids=str,
)
def test_an_event_that_breaks_a_rule_cannot_be_made(event, changes):
    with pytest.raises(InvalidInputError):
        event(**changes)


def test_what_was_done_cannot_be_changed_afterwards(event):
    one = event(details={"a": 1})
    with pytest.raises((TypeError, AttributeError)):
        one.details["a"] = 2
    with pytest.raises(AttributeError):
        one.value = "closed"
