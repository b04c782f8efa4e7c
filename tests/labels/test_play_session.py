from itertools import pairwise

import pytest

from workbench.errors import InvalidInputError
from workbench.labels.annotation import LabelEvent
from workbench.labels.play_session import PlayPiece, PlaySession, SpanOperation, pieces_of
from workbench.labels.schema import schema_of
from workbench.labels.store import LabelStore

PIECES = [PlayPiece("a", 0.0, 3.0), PlayPiece("b", 0.0, 2.0)]


@pytest.fixture
def store(tmp_path):
    with LabelStore.open(tmp_path) as store:
        yield store


@pytest.fixture
def session(store):
    return PlaySession(store, PIECES, schema_of("mouth"), "Ada", dataset="sample")


def say(op_id, start_s, end_s, value="open", clip="a", **more):
    return SpanOperation("answer", f"operation-{op_id}", clip, start_s, end_s, value, **more)


def take_back(op_id, undone):
    return SpanOperation(
        "undo", f"operation-{op_id}", undone.clip, undone.start_s, undone.end_s, undoes=undone.op_id
    )


def bounds(session, clip="a"):
    return [(span.start_s, span.end_s, span.value) for span in session.spans(clip)]


def test_spans_are_kept_and_are_there_when_one_comes_back(session, store):
    session.record([say(1, 0.9, 1.2, "open"), say(2, 0.0, 0.87, "closed", after="")])
    expected = [(0.0, 0.87, "closed"), (0.9, 1.2, "open")]
    assert bounds(session) == expected
    again = PlaySession(store, PIECES, schema_of("mouth"), "Ada", dataset="sample")
    assert bounds(again) == expected and again.spans("b") == []
    assert bounds(PlaySession(store, PIECES, schema_of("mouth"), "Grace", dataset="sample")) == []


def test_a_moved_edge_is_an_undo_and_a_new_answer_and_both_stay_in_the_history(session, store):
    first = say(1, 0.3, 0.6)
    session.record([first])
    session.record([take_back(2, first), say(3, 0.3, 0.69, after="", details={"edited": True})])
    assert bounds(session) == [(0.3, 0.69, "open")]
    assert store.history("mouth")["kind"].tolist() == ["answer", "undo", "answer"]


def test_what_was_done_is_kept_with_a_span_and_nothing_else(session, store):
    session.record([say(1, 0.3, 0.6, details={"speed": 0.5, "reaction_s": 0.2, "face": "x"})])
    (details,) = store.answers("mouth")["details"]
    assert details == {"dataset": "sample", "unit": "play", "n_moments": 11, "speed": 0.5, "reaction_s": 0.2}


def test_effective_labels_are_spans_not_their_moments(session):
    session.record([say(1, 0.0, 0.57, "closed"), say(2, 0.6, 0.6), say(3, 0.0, 0.27, clip="b")])
    counts = session.effective()
    assert (counts.n_spans, counts.n_moments, counts.n_clips) == (3, 20 + 1 + 10, 2)


def test_sending_again_changes_nothing(session, store):
    operations = [say(1, 0.3, 0.6), say(2, 0.9, 1.2)]
    session.record(operations)
    assert all(recorded.repeated for recorded in session.record(operations))
    assert len(bounds(session)) == 2 and len(store.history("mouth")) == 2


def test_a_change_made_in_ignorance_of_another_page_is_a_conflict_and_does_not_stand(session, store):
    session.record([say(1, 0.3, 0.6, "open", after="")])
    other = PlaySession(store, PIECES, schema_of("mouth"), "Ada", dataset="sample")
    (recorded,) = other.record([say(2, 0.3, 0.6, "closed", after="")])
    assert recorded.conflicts_with == "operation-1"
    assert bounds(other) == [(0.3, 0.6, "open")]
    session.refresh()
    assert bounds(session) == [(0.3, 0.6, "open")]


@pytest.mark.parametrize(
    "wrong",
    [
        say(9, 2.0, 4.0),
        say(9, 0.9, 0.3),
        say(9, 0.0, 0.3, clip="c"),
        say(9, 0.0, 0.3, "shut"),
        say(9, 0.0, 0.3, details={"reaction_s": -1}),
        say(9, 0.0, 0.3, details={"reaction_s": "x"}),
        SpanOperation("flag", "operation-9", "a", 0.0, 0.3),
    ],
)
def test_a_wrong_operation_is_refused_and_spoils_the_whole_commit(session, wrong):
    with pytest.raises(InvalidInputError):
        session.record([say(1, 0.3, 0.6), wrong])
    assert bounds(session) == []


def test_labels_of_single_frames_are_no_spans(session, store):
    session.record([say(1, 0.3, 0.3)])
    assert bounds(session) == [(0.3, 0.3, "open")]  # one moment, labelled while it played
    store.record(LabelEvent("a-frame-1", "Ada", "mouth", 2, "a", 0.9, 0.9, "answer", "closed"))
    session.refresh()
    assert bounds(session) == [(0.3, 0.3, "open")]


@pytest.mark.parametrize("duration_s", [0.02, 3.2, 30.0, 30.01, 95.0])
def test_a_long_clip_is_cut_into_pieces_that_cover_it(duration_s):
    pieces = pieces_of("a", duration_s)
    assert (pieces[0].from_s, pieces[-1].to_s) == (0.0, duration_s)
    assert all(one.to_s == other.from_s for one, other in pairwise(pieces))
    assert all(0 < piece.to_s - piece.from_s <= 30.02 for piece in pieces)
