import pytest
from timed_video import recorded_dataset

from workbench.labels.store import LabelStore
from workbench.widgets.play_labeller import PlayLabeller, label_playing


@pytest.fixture
def dataset(project, rng):
    return recorded_dataset(project, rng, n_frames=30)


@pytest.fixture
def talk(project, dataset):
    """Open the widget for Ada; ``talk(message)`` sends and returns the answers with their buffers."""

    def open_it(question="mouth", annotator="Ada"):
        widget = label_playing(project, "sample", question, annotator=annotator)
        sent = []
        widget.send = lambda content, buffers=None: sent.append((content, buffers or []))

        def say(**message):
            sent.clear()
            widget._receive(widget, message)
            return list(sent)

        return say

    return open_it


def operation(clip, number=1, **more):
    what = {"kind": "answer", "op_id": f"operation-{number}", "clip": clip, "start_s": 0.3, "end_s": 0.6}
    return what | {"value": "open", "after": "", "details": {"speed": 0.5}} | more


def test_the_page_is_told_what_is_asked_what_is_played_and_what_there_is(talk, dataset):
    ((state, _),) = talk()(type="ready")
    assert (
        state["rest"] == "closed" and state["schema"]["question"] == "mouth" and state["annotator"] == "Ada"
    )
    assert {piece["clip"] for piece in state["pieces"]} == {clip.clip for clip in dataset.clips()}
    assert state["labelled"] == [False, False] and state["effective"]["n_spans"] == 0
    ((clip, buffers),) = talk()(type="clip", number=0)
    assert len(clip["meta"]["frame_times_s"]) == 30 and len(buffers) == 32
    assert (clip["meta"]["from_s"], clip["spans"]) == (0.0, [])


def test_a_span_is_saved_once_and_is_there_for_the_next_page(talk, project):
    say = talk()
    clip = say(type="clip", number=1)[0][0]["meta"]["clip"]
    for _ in range(2):
        ((said, _),) = say(type="say", operations=[operation(clip)])
        assert said["results"] == [{"op_id": "operation-1", "state": "saved", "sequence": 1}]
    assert said["effective"] == {"n_spans": 1, "n_moments": 11, "n_clips": 1}
    ((again, _),) = talk()(type="clip", number=1)
    assert [(span["start_s"], span["end_s"], span["value"]) for span in again["spans"]] == [
        (0.3, 0.6, "open")
    ]
    assert talk()(type="ready")[0][0]["labelled"] == [False, True]


def test_one_wrong_operation_does_not_spoil_the_others(talk):
    say = talk()
    clip = say(type="clip", number=0)[0][0]["meta"]["clip"]
    operations = [
        operation(clip),
        operation(clip, 2, start_s=-1.0),
        operation(clip, 3, start_s=0.63, end_s=0.69),
        {},
    ]
    ((said, _),) = say(type="say", operations=operations)
    assert [result["state"] for result in said["results"]] == ["saved", "not_saved", "saved", "not_saved"]
    assert not said["results"][1]["retry"]


def test_what_a_question_hides_is_not_sent(talk):
    ((face, buffers),) = talk("sentiment_face")(type="clip", number=0)
    assert face["meta"]["sound"] is None and len(buffers) == 30
    ((voice, buffers),) = talk("sentiment_voice")(type="clip", number=0)
    assert voice["meta"]["frame_times_s"] == [] and len(buffers) == 2
    assert talk("sentiment")(type="ready")[0][0]["rest"] == ""


def test_names_wrong_messages_and_empty_projects_are_answered_in_words(talk, project):
    say = talk(annotator="")
    assert "schema" in say(type="ready")[0][0] and "annotator" not in say(type="ready")[0][0]
    assert say(type="clip", number=0)[0][0]["type"] == "trouble"
    assert say(type="begin", annotator="=1")[0][0]["type"] == "refused"
    assert say(type="begin", annotator="Ada")[0][0]["annotator"] == "Ada"
    assert "0 to 1" in say(type="clip", number=7)[0][0]["message"]
    assert "must be one of" in say(type="nonsense")[0][0]["message"]
    missing = label_playing(project, "nothing")
    assert "workbench import" in missing._problem


def test_a_store_that_cannot_be_written_is_not_saved_and_tried_again(talk, project):
    say = talk()
    clip = say(type="clip", number=0)[0][0]["meta"]["clip"]
    file = project.labels / "labels.db"
    file.rename(file.with_suffix(".aside"))
    ((said, _),) = say(type="say", operations=[operation(clip)])
    assert said["results"][0]["state"] == "not_saved" and said["results"][0]["retry"]
    file.with_suffix(".aside").rename(file)
    assert say(type="say", operations=[operation(clip)])[0][0]["results"][0]["state"] == "saved"
    with LabelStore.open(project.labels) as store:
        assert len(store.history("mouth")) == 1


def test_the_page_is_one_module_without_imports():
    assert not [line for line in str(PlayLabeller._esm).splitlines() if line.startswith("import ")]
