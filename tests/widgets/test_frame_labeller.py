"""The widget as its browser sees it: messages in, messages out, everything through the session."""

import pytest
from drawn_features import draw_dataset

from workbench.labels.store import LabelStore
from workbench.widgets.frame_labeller import MOST_ITEMS, FrameLabeller, label_frames


class Browser:
    """What a page would send and receive."""

    def __init__(self, widget):
        self.widget, self.received = widget, []
        widget.send = lambda content, buffers=None: self.received.append((content, buffers or []))

    def say(self, **content):
        self.received.clear()
        self.widget._receive(self.widget, content, [])
        assert len(self.received) == 1
        return self.received[0][0]

    @property
    def buffers(self):
        return self.received[0][1]


@pytest.fixture
def dataset(project, rng):
    return draw_dataset(project, rng, speakers=("01", "02"), n_moments=12)


@pytest.fixture
def browser(project, dataset):
    return Browser(label_frames(project, "sample", "mouth", annotator="Ada", n_tasks=40))


def events(project):
    with LabelStore.open(project.labels, read_only=True) as store:
        return store.history()


def test_a_name_is_asked_for_then_the_state_is_told(project, dataset):
    browser = Browser(label_frames(project, "sample", "mouth", n_tasks=40))
    state = browser.say(type="ready")
    assert state["schema"]["prompt"]
    assert "progress" not in state
    assert browser.say(type="begin", annotator="=cmd")["type"] == "refused"
    state = browser.say(type="begin", annotator=" Ada ")
    assert (state["annotator"], state["progress"]["total"], state["recent"]) == ("Ada", 40, [])


def test_items_come_with_their_pictures_in_order(browser):
    message = browser.say(type="more", start=0, n=3)
    assert [item["pictures"] for item in message["items"]] == [["mouth", "face"]] * 3
    assert message["next"] == 3
    assert len(browser.buffers) == 6
    assert all(png.startswith(b"\x89PNG") for png in browser.buffers)
    assert len(browser.say(type="more", start=0, n=10**9)["items"]) <= MOST_ITEMS
    again = browser.say(type="item", task_id=message["items"][1]["task_id"])
    assert again["item"] == message["items"][1]


def test_saved_is_said_after_it_is_in_the_store_and_only_once_per_operation(browser, project):
    task = browser.say(type="more", start=0, n=1)["items"][0]["task_id"]
    operation = {"type": "answer", "op_id": "a" * 32, "task_id": task, "value": "open", "seconds_taken": 0.5}
    seen = []
    browser.widget.send = lambda content, buffers=None: seen.append((content["type"], len(events(project))))
    for _ in range(3):
        browser.widget._receive(browser.widget, operation)
    assert seen == [("saved", 1)] * 3
    (row,) = events(project).to_dict("records")
    assert (row["annotator"], row["value"], row["op_id"]) == ("Ada", "open", "a" * 32)
    assert "pixels_sha256" in row["details"]


def test_skip_and_undo_go_the_same_way_and_a_new_widget_goes_on(browser, project):
    tasks = [item["task_id"] for item in browser.say(type="more", start=0, n=4)["items"]]
    browser.say(type="answer", op_id="operation-0", task_id=tasks[0], value="closed")
    browser.say(type="skip", op_id="operation-1", task_id=tasks[1])
    reply = browser.say(type="undo", op_id="operation-2", task_id=tasks[0], undoes="operation-0")
    assert (reply["type"], reply["progress"]["answered"], reply["progress"]["skipped"]) == ("saved", 0, 1)
    again = Browser(label_frames(project, "sample", "mouth", annotator="Ada", n_tasks=40))
    assert [said["op_id"] for said in again.say(type="ready")["recent"]] == ["operation-1"]
    waiting = again.say(type="more", start=0, n=2)["items"]
    assert [item["task_id"] for item in waiting] == [tasks[0], tasks[2]]
    assert [i["task_id"] for i in again.say(type="more", start=0, n=2, skipped=True)["items"]] == [tasks[1]]


def test_what_cannot_be_written_is_not_saved_and_worth_trying_again(browser, project):
    task = browser.say(type="more", start=0, n=1)["items"][0]["task_id"]
    file = project.labels / "labels.db"
    aside = file.rename(file.with_suffix(".aside"))
    operation = {"type": "answer", "op_id": "operation-0", "task_id": task, "value": "open"}
    reply = browser.say(**operation)
    assert (reply["type"], reply["retry"]) == ("not_saved", True)
    assert reply["message"].startswith("NOT saved")
    aside.rename(file)
    assert browser.say(**operation)["type"] == "saved"


@pytest.mark.parametrize(
    "operation",
    [
        {"type": "answer", "op_id": "operation-0", "task_id": "nowhere", "value": "open"},
        {"type": "answer", "op_id": "operation-0", "task_id": None, "value": "ajar"},
        {"type": "answer", "op_id": {"$ne": 1}, "task_id": None, "value": "open"},
        {"type": "answer", "op_id": "operation-0", "task_id": None, "value": "open", "seconds_taken": "x"},
        {"type": "answer", "op_id": "operation-0"},
        {"type": "undo", "op_id": "operation-0", "task_id": None, "undoes": "operation-9"},
    ],
    ids=str,
)
def test_a_wrong_operation_is_refused_for_good_and_stores_nothing(browser, project, operation):
    task = browser.say(type="more", start=0, n=1)["items"][0]["task_id"]
    if operation.get("task_id", "") is None:
        operation = operation | {"task_id": task}
    reply = browser.say(**operation)
    assert (reply["type"], reply["retry"]) == ("not_saved", False)
    assert events(project).empty


def test_a_message_of_no_known_kind_and_items_before_a_name_are_told(project, dataset):
    browser = Browser(label_frames(project, "sample", "mouth"))
    for message in (
        {"type": "drop"},
        {},
        {"type": "more", "start": 0, "n": 1},
        {"type": "more", "start": "x"},
    ):
        assert browser.say(**message)["type"] == "trouble"


def test_what_stands_in_the_way_is_said_in_the_widget(project, dataset):
    for widget in (label_frames(project, "nothere", "mouth"), label_frames(project, "sample", "nose")):
        browser = Browser(widget)
        state = browser.say(type="ready")
        assert "Received" in state["problem"] or "There is none" in state["problem"]
        assert browser.say(type="begin", annotator="Ada")["type"] == "refused"


def test_the_intended_sentiment_is_in_no_message(project, dataset):
    browser = Browser(label_frames(project, "sample", "mouth", annotator="Ada"))
    said = str(browser.say(type="ready")) + str(browser.say(type="more", start=0, n=5))
    assert "positive" not in said
    assert isinstance(browser.widget, FrameLabeller)
