"""What the timeline and its page say to each other, without a browser: clips, labels, and what is chosen."""

import numpy as np
import pytest
from drawn_features import draw_dataset
from scripted_networks import networks, opened, surely
from timed_video import recorded_dataset

from workbench.labels.annotation import LabelEvent
from workbench.labels.store import LabelStore
from workbench.systems.judged_clips import ClipChoice
from workbench.widgets.selection import Selection, moment_id
from workbench.widgets.timeline_explorer import TimelineExplorer, timeline_of
from workbench.widgets.timeline_session import TimelineSession

RULES = {"mouth": opened(0.9, 0.2), "visual": surely(1), "audio": surely(0), "audiovisual": surely(2)}


@pytest.fixture
def dataset(project, rng):
    return recorded_dataset(project, rng, n_frames=30)


@pytest.fixture
def timeline(project, dataset):
    """Open the widget; ``timeline.tell(type=…)`` sends a message and returns what came back."""
    choices = [ClipChoice(c.clip, c.speaker, "positive", "neutral", c.duration_s) for c in dataset.clips()]
    session = TimelineSession(
        dataset, choices, lambda: networks(**RULES), LabelStore.open(project.labels), annotator="Ada"
    )
    widget = TimelineExplorer(session, selection=Selection(), project_id="0123")
    sent = []
    widget.send = lambda content, buffers=None: sent.append((content, buffers or []))
    widget.sent = sent

    def tell(**message):
        sent.clear()
        widget._receive(widget, message)
        return list(sent)

    widget.tell, widget.clips = tell, [choice.clip for choice in choices]
    yield widget
    session.store.close()


def answer(clip, number=1, **more):
    what = {"kind": "answer", "question": "sentiment", "op_id": f"operation-{number}", "clip": clip}
    return what | {"start_s": 0.3, "end_s": 0.3, "value": "positive", "after": ""} | more


def history(project):
    with LabelStore.open(project.labels, read_only=True) as store:
        return store.history()


def test_the_page_is_told_which_clips_there_are_and_gets_one_whole(timeline):
    ((state, _),) = timeline.tell(type="ready")
    assert [c["clip"] for c in state["clips"]] == timeline.clips and all(c["wrong"] for c in state["clips"])
    assert (state["alpha"], state["threshold"], state["annotator"]) == (0.1, 0.5, "Ada")
    *progress, (clip, buffers) = timeline.tell(type="open", clip=timeline.clips[1])
    assert [p["type"] for p, _ in progress] == ["progress"] * len(progress) and len(progress) >= 5
    assert clip["meta"]["view"] == (0.0, 0.0, 64.0, 48.0) and len(clip["meta"]["frame_times_s"]) == 30
    assert len(buffers) == 30 + 2 + 1 and clip["marked"]["times_s"] == []
    numbers = np.frombuffer(buffers[-1], "<f8")
    named, at = {}, 0
    for name, rows, columns in clip["layout"]:
        named[name] = numbers[at : (at := at + rows * columns)].reshape(rows, columns)
    assert at == len(numbers)
    opened_clip = timeline.session.open(timeline.clips[1])
    np.testing.assert_array_equal(named["audiovisual"], opened_clip.branches.audiovisual)
    np.testing.assert_array_equal(named["p_open"][:, 0], opened_clip.branches.p_open)


def test_without_the_recording_the_lanes_are_still_there(timeline, dataset):
    clip = dataset.clips()[0]
    clip.path.rename(clip.path.with_suffix(".gone"))
    message, buffers = next(m for m in timeline.tell(type="open", clip=clip.clip) if m[0]["type"] == "clip")
    assert "cannot be shown" in message["media_problem"] and len(buffers) == 1
    assert message["meta"]["to_s"] == clip.duration_s


def test_a_label_is_durable_with_what_was_in_view_and_is_taken_back(timeline, project):
    clip = timeline.clips[0]
    timeline.tell(type="open", clip=clip)
    ((said, _),) = timeline.tell(type="say", operations=[answer(clip, suggested="neutral", share=0.91234567)])
    assert said["results"] == [{"op_id": "operation-1", "state": "saved", "sequence": 1}]
    assert [(one["annotator"], one["value"], one["start_s"]) for one in said["labels"]] == [
        ("Ada", "positive", 0.3)
    ]
    with LabelStore.open(project.labels, read_only=True) as store:
        (details,) = store.answers("sentiment", clip=clip)["details"]
        assert store.answers("sentiment", clip=timeline.clips[1]).empty
    assert details == {
        "dataset": "sample",
        "unit": "timeline",
        "reveal": "before",
        "n_moments": 1,
        "suggested": "neutral",
        "suggested_share": 0.9123,
    }
    undo = answer(clip, 2, kind="undo", undoes="operation-1")
    ((said, _),) = timeline.tell(type="say", operations=[undo])
    assert said["results"][0]["state"] == "saved" and said["labels"] == []
    assert history(project)["kind"].tolist() == ["answer", "undo"]


def test_labels_of_others_and_verdicts_are_shown_and_another_word_in_between_is_a_conflict(timeline, project):
    clip, store = timeline.clips[0], timeline.session.store
    common = {"question": "sentiment", "schema_version": 2, "clip": clip, "start_s": 0.3, "end_s": 0.3}
    store.record(LabelEvent(op_id="of-bob-000", annotator="Bob", kind="answer", value="neutral", **common))
    store.record(LabelEvent(op_id="by-eve-000", annotator="Eve", kind="verdict", value="neutral", **common))
    store.record(LabelEvent(op_id="mine-0000", annotator="Ada", kind="answer", value="neutral", **common))
    shown = {(one["annotator"], one["verdict"]) for one in timeline.session.labels(clip)}
    assert shown == {("Bob", False), ("Eve", True), ("Ada", False)}
    (unseen,) = timeline.session.say([answer(clip)])
    assert unseen["state"] == "conflict" and unseen["stands"]["value"] == "neutral"
    (seen,) = timeline.session.say([answer(clip, 2, after="mine-0000")])
    assert seen["state"] == "saved"


def test_wrong_labels_are_refused_and_the_others_kept(timeline, project):
    clip = timeline.clips[0]
    said = [
        answer(clip, 1, end_s=99.0),
        answer(clip, 2, question="sentiment_voice"),
        answer(clip, 3, value="happy"),
        {"kind": "answer"},
        answer("stranger", 4),
        answer(clip, 5, end_s=0.36),
    ]
    states = [result["state"] for result in timeline.session.say(said)]
    assert states == ["not_saved"] * 5 + ["saved"]
    assert history(project)["op_id"].tolist() == ["operation-5"]


def test_a_span_chosen_here_is_chosen_everywhere_and_one_moment_chosen_elsewhere_moves_the_cursor(timeline):
    clip, other = timeline.clips
    timeline.tell(type="open", clip=clip)
    assert timeline.tell(type="chosen", clip=clip, start_s=0.3, end_s=0.36) == []
    chosen = timeline.selection
    assert chosen.moments == tuple(moment_id(clip, t) for t in (0.3, 0.33, 0.36))
    assert chosen.source == "timeline" and "0.30 to 0.36 s" in chosen.words
    timeline.tell(type="chosen", clip=clip, start_s=None, end_s=None)
    assert chosen.moments == ()
    chosen.choose([moment_id(clip, 0.6)], source="map", words="one point")
    timeline.tell(type="chosen", clip=clip, start_s=None, end_s=None)
    assert chosen.moments  # what another view has chosen is not this one's to drop
    chosen.choose([], source="map")
    chosen.choose([moment_id(clip, 0.6)], source="map", words="one point")
    assert timeline.sent[-1][0] == {
        "type": "marked",
        "clip": clip,
        "times_s": [0.6],
        "only": (clip, 0.6),
        "words": "one point",
    }
    chosen.choose([moment_id(clip, 0.6), moment_id(other, 0.3)], source="map")
    assert timeline.sent[-1][0]["times_s"] == [0.6] and timeline.sent[-1][0]["only"] is None
    chosen.choose([moment_id(other, 0.3)], source="map")
    assert timeline.sent[-1][0]["only"] == (other, 0.3)
    message = timeline.tell(type="open", clip=other)[-1][0]
    assert (message["marked"]["times_s"], message["marked"]["only"]) == ([0.3], (other, 0.3))
    chosen.choose([moment_id("of another dataset", 0.3)], source="map")
    assert timeline.sent[-1][0]["only"] is None


def test_names_and_wrong_messages_are_answered_in_words(project, dataset):
    session = TimelineSession(dataset, [], lambda: networks(**RULES), LabelStore.open(project.labels))
    widget = TimelineExplorer(session)
    sent = []
    widget.send = lambda content, buffers=None: sent.append(content)
    for message in ({"type": "say", "operations": []}, {"type": "nonsense"}, {"type": "open", "clip": "a"}):
        widget._receive(widget, message)
        assert sent[-1]["type"] == "trouble"
    widget._receive(widget, {"type": "begin", "annotator": "=1"})
    assert sent[-1]["type"] == "refused"
    widget._receive(widget, {"type": "begin", "annotator": " Ada "})
    assert sent[-1] == {"type": "begun", "annotator": "Ada"}


def test_what_stands_in_the_way_is_said_in_the_widget(project):
    assert "workbench train" in timeline_of(project)._problem
    draw_dataset(project, np.random.default_rng(1))
    assert "must be named by its id" in timeline_of(project, "nothing")._problem


def test_the_page_is_one_module_without_imports():
    assert not [line for line in str(TimelineExplorer._esm).splitlines() if line.startswith("import ")]
