"""Settling what people answered differently: order, blindness, provenance, and that hiding loses nothing."""

import hashlib
import itertools

import pytest

from workbench.errors import InvalidInputError
from workbench.labels.adjudication import REASONS, Adjudication
from workbench.labels.schema import MOUTH

PEOPLE = ("Ada", "Bob", "Cy")


@pytest.fixture
def say(store, event):
    """Record answers: ``say(0.3, "open", "closed")`` by Ada, Bob, …"""

    def record(start_s, *values, end_s=None, clip="c.1a2b3c4d", people=PEOPLE):
        return [
            store.record(
                event(
                    annotator=who,
                    value=value,
                    clip=clip,
                    start_s=start_s,
                    end_s=start_s if end_s is None else end_s,
                    details={"seconds_taken": 1.5},
                    schema_version=2,
                )
            ).event.op_id
            for who, value in zip(people, values, strict=False)
        ]

    return record


def court(store, judge="Judge", **changes):
    return Adjudication(store, MOUTH, judge, **changes)


def test_only_what_differs_or_was_flagged_is_asked_the_most_disputed_first(store, event, say):
    say(0.3, "open", "open", "closed")
    say(0.6, "open", "open", "open")
    say(0.9, "open", "closed")
    say(1.2, "closed", "closed")
    store.record(
        event("flag", annotator="Ada", clip="c.1a2b3c4d", start_s=1.2, end_s=1.2, details={"note": "why?"})
    )
    items = court(store).items()
    assert [item.start_s for item in items] == [0.9, 0.3, 1.2]
    assert [round(item.disagreement, 3) for item in items] == [1.0, 0.667, 0.0]
    assert items[2].flags[0].note == "why?"


def test_a_span_against_frames_is_one_item_for_each_stretch_that_differs(store, say):
    say(0.0, "open", end_s=0.27)
    for k in range(3):
        say(0.09 + 0.03 * k, "closed", people=("Bob",))
    items = court(store).items()
    assert [(round(i.start_s, 2), round(i.end_s, 2)) for i in items] == [(0.09, 0.15)]
    assert {a.value for a in items[0].answers} == {"open", "closed"}


def test_cannot_tell_differs_from_a_class_too(store, say):
    say(0.3, "open", "cannot tell")
    assert len(court(store).items()) == 1


def test_a_verdict_keeps_its_reason_and_what_it_settles_and_goes_before_votes(store, say):
    operations = say(0.3, "open", "open", "closed")
    state = court(store)
    item = state.items()[0]
    recorded = state.settle(item.item_id, "closed", "slip", note=" lips touch ", seconds_taken=2.25)
    assert recorded.event.kind == "verdict"
    assert dict(recorded.event.details) == {
        "reason": "slip",
        "settles": sorted(operations),
        "note": "lips touch",
        "seconds_taken": 2.25,
    }
    assert store.verdicts("mouth")["value"].tolist() == ["closed"]
    assert sorted(store.answers("mouth")["value"]) == ["closed", "open", "open"]
    assert state.progress() == {"total": 1, "settled": 1}
    assert court(store, "Other").items()[0].verdict.judge == "Judge"


@pytest.mark.parametrize(
    ("blind", "settled", "value", "reason"),
    list(itertools.product([True, False], [True, False], ["open", "cannot tell"], REASONS[:2])),
)
def test_what_is_hidden_in_the_view_is_never_lost(store, say, blind, settled, value, reason):
    operations = say(0.3, "open", "open", "closed")
    say(0.9, "open", "closed")
    state = court(store, blind=blind)
    item = next(i for i in state.items() if i.start_s == 0.3)
    if settled:
        state.settle(item.item_id, "open", "ambiguous")
    before = store.answers("mouth")
    shown = state.view(item.item_id)
    assert ("Ada" in str(shown)) is not blind
    recorded = state.settle(shown["item_id"], value, reason)
    assert recorded.event.details["settles"] == sorted(operations)
    assert store.answers("mouth").equals(before)
    assert [a["value"] for a in state.view(item.item_id)["answers"]] == [a["value"] for a in shown["answers"]]


def test_a_blind_view_has_answers_times_and_notes_but_no_name_anywhere(store, event, say):
    say(0.3, "open", "closed")
    store.record(
        event("flag", annotator="Cy", clip="c.1a2b3c4d", start_s=0.3, end_s=0.3, details={"note": "hm"})
    )
    state = court(store)
    state.settle(state.items()[0].item_id, "open", "slip")
    shown = court(store, "Other").view(state.items()[0].item_id)
    assert not [name for name in (*PEOPLE, "Judge") if name in str(shown)]
    assert {a["value"] for a in shown["answers"]} == {"open", "closed"}
    assert {a["seconds_taken"] for a in shown["answers"]} == {1.5}
    assert shown["flags"][0]["note"] == "hm"
    assert shown["verdict"]["mine"] is False


def test_who_is_person_1_changes_from_item_to_item(store, say):
    for k in range(12):
        say(0.3 * (k + 1), "open", "closed")
    firsts = {item.answers[0].annotator for item in court(store).items()}
    assert firsts == {"Ada", "Bob"}


def test_a_verdict_is_taken_back_by_its_author_alone_and_an_earlier_one_stands_again(store, say):
    say(0.3, "open", "closed")
    first, second = court(store, "Judge"), court(store, "Other")
    item_id = first.items()[0].item_id
    with pytest.raises(InvalidInputError, match="none yet"):
        first.undo(item_id)
    first.settle(item_id, "open", "ambiguous")
    second.reload()
    with pytest.raises(InvalidInputError, match="author only"):
        second.undo(item_id)
    second.settle(item_id, "closed", "slip")
    second.undo(item_id)
    assert second.item(item_id).verdict.value == "open"
    first.reload()
    first.undo(item_id)
    assert first.item(item_id).verdict is None
    assert len(store.verdicts("mouth")) == 0


def test_sending_a_verdict_again_records_it_once(store, say):
    say(0.3, "open", "closed")
    state = court(store)
    item_id = state.items()[0].item_id
    for _ in range(2):
        state.settle(item_id, "open", "slip", op_id="verdict-000001")
    assert (store.history("mouth")["kind"] == "verdict").sum() == 1


def test_an_unknown_reason_item_or_answer_is_refused_and_nothing_is_kept(store, say):
    say(0.3, "open", "closed")
    state = court(store)
    item_id = state.items()[0].item_id
    for item, value, reason in (
        (item_id, "open", "because"),
        (item_id, "ajar", "slip"),
        ("x", "open", "slip"),
    ):
        with pytest.raises(InvalidInputError):
            state.settle(item, value, reason)
    assert len(store.verdicts("mouth")) == 0


def test_only_wanted_clips_are_asked_about(store, say):
    say(0.3, "open", "closed", clip="a.1")
    say(0.3, "open", "closed", clip="b.1")
    assert [i.clip for i in court(store, wanted=lambda clip: clip == "b.1").items()] == ["b.1"]


def test_a_crowd_s_answers_are_settled_too(store, say):
    people = [f"Annotator {k:02}" for k in range(400)]
    operations = say(0.3, *["open", "closed"] * 200, people=people)
    state = court(store)
    details = state.settle(state.items()[0].item_id, "open", "ambiguous", note="x" * 600).event.details
    assert details["settles_number"] == 400
    assert details["settles_sha256"] == hashlib.sha256("\n".join(sorted(operations)).encode()).hexdigest()
