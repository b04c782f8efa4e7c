"""Corrections are votes: kept at once, taken back in turn, never doubled, never somebody else's."""

import pytest

from workbench.errors import InvalidInputError
from workbench.labels.corrections import Corrections
from workbench.labels.schema import schema_of
from workbench.labels.store import LabelStore


@pytest.fixture
def store(tmp_path):
    with LabelStore.open(tmp_path / "labels") as opened:
        yield opened


@pytest.fixture
def ada(store):
    return Corrections(store, schema_of("sentiment"), "Ada")


def relabel(corrections, value, op_id, *, start_s=0.3, end_s=0.3):
    return corrections.relabel("clip", start_s, end_s, value, op_id=op_id, details={"from": "test"})


def test_a_correction_is_in_the_store_before_it_stands(ada, store):
    relabel(ada, "positive", "operation-1")
    assert store.current("sentiment")[["clip", "start_s", "annotator", "value"]].values.tolist() == [
        ["clip", 0.3, "Ada", "positive"]
    ]
    assert ada.answers["value"].tolist() == ["positive"]
    assert ada.own("clip", 0.3) == {
        "op_id": "operation-1",
        "value": "positive",
        "whole": False,
        "flag": "",
        "note": "",
    }


def test_the_same_operation_again_changes_nothing(ada, store):
    relabel(ada, "positive", "operation-1")
    relabel(ada, "positive", "operation-1")
    assert len(store.history()) == 1
    assert len(ada.answers) == 1


def test_what_was_said_before_stands_again_when_a_correction_is_taken_back(ada, store):
    relabel(ada, "positive", "operation-1")
    relabel(ada, "neutral", "operation-2")
    assert ada.own("clip", 0.3)["value"] == "neutral"
    ada.undo("operation-2", op_id="operation-3")
    assert ada.own("clip", 0.3)["value"] == "positive"
    assert ada.answers["value"].tolist() == store.answers("sentiment")["value"].tolist() == ["positive"]
    ada.undo("operation-1", op_id="operation-4")
    assert ada.answers.empty and store.answers("sentiment").empty


def test_a_whole_clip_covers_its_moments_until_a_moment_is_said_otherwise(ada):
    relabel(ada, "negative", "operation-1", start_s=0.0, end_s=3.0)
    assert ada.own("clip", 1.5)["whole"] and ada.own("clip", 1.5)["value"] == "negative"
    relabel(ada, "neutral", "operation-2", start_s=1.5, end_s=1.5)
    assert [ada.own("clip", t)["value"] for t in (1.47, 1.5, 3.03)] == ["negative", "neutral", ""]


def test_flags_leave_answers_alone_and_are_taken_back(ada, store):
    relabel(ada, "positive", "operation-1")
    ada.flag("clip", 0.3, 0.3, "  a hand over the mouth ", op_id="operation-2")
    assert ada.own("clip", 0.3)["note"] == "a hand over the mouth"
    assert len(store.flags("sentiment")) == 1
    ada.undo("operation-2", op_id="operation-3")
    assert ada.own("clip", 0.3)["flag"] == "" and ada.own("clip", 0.3)["value"] == "positive"


def test_what_was_said_in_an_earlier_sitting_can_be_taken_back(ada, store):
    relabel(ada, "positive", "operation-1")
    again = Corrections(store, schema_of("sentiment"), "Ada")
    again.undo("operation-1", op_id="operation-2")
    assert again.answers.empty


def test_others_words_are_not_ones_own(ada, store):
    relabel(ada, "positive", "operation-1")
    bob = Corrections(store, schema_of("sentiment"), "Bob")
    assert bob.own("clip", 0.3)["value"] == ""
    with pytest.raises(InvalidInputError):
        bob.undo("operation-1", op_id="operation-2")
    assert bob.answers["value"].tolist() == ["positive"]


def test_nothing_is_corrected_without_a_name(store):
    nobody = Corrections(store, schema_of("sentiment"))
    with pytest.raises(InvalidInputError, match="A name must be given"):
        relabel(nobody, "positive", "operation-1")
    with pytest.raises(InvalidInputError, match="Nothing was under"):
        nobody.undo("operation-9", op_id="operation-2")
    assert store.history().empty
