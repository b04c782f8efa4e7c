"""The widget as its browser sees it: messages in, messages out, everything through the session."""

from dataclasses import replace

import pytest
from drawn_features import draw_dataset

from workbench.errors import InvalidInputError
from workbench.labels.schema import MOUTH
from workbench.labels.session import LabelSession
from workbench.labels.store import LabelStore
from workbench.widgets.frame_labeller import MOST_ITEMS, FrameLabeller
from workbench.widgets.labelling_desk import label_frames


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

    def do(self, *operations):
        """Send operations together; return what became of each."""
        return self.say(type="say", operations=list(operations))["results"]

    @property
    def buffers(self):
        return self.received[0][1]


def answer(task, value="open", number=0, **more):
    return {"kind": "answer", "op_id": f"operation-{number}", "task_id": task, "value": value, **more}


class AlwaysOpen:
    """A run that says open, whatever it is shown."""

    def prepare(self, places):
        self.prepared = list(places)

    def of(self, clip, start_s, end_s):
        return {"closed": 0.25, "open": 0.75}


@pytest.fixture
def dataset(project, rng):
    return draw_dataset(project, rng, speakers=("01", "02"), n_moments=12)


@pytest.fixture
def browser(project, dataset):
    return Browser(label_frames(project, "sample", "mouth", annotator="Ada", n_tasks=40))


def events(project):
    with LabelStore.open(project.labels, read_only=True) as store:
        return store.history()


def tasks_of(browser, n=4, **more):
    return [item["task_id"] for item in browser.say(type="more", start=0, n=n, **more)["items"]]


def test_a_name_is_asked_for_then_the_state_is_told(project, dataset):
    browser = Browser(label_frames(project, "sample", "mouth", n_tasks=40))
    state = browser.say(type="ready")
    assert state["schema"]["prompt"]
    assert "progress" not in state
    assert browser.say(type="begin", annotator="=cmd")["type"] == "refused"
    state = browser.say(type="begin", annotator=" Ada ")
    assert (state["annotator"], state["progress"]["total"], state["recent"]) == ("Ada", 40, [])
    assert [example["value"] for example in state["examples"]] == ["closed", "closed", "open", "open"]
    assert len(browser.buffers) == 4


def test_the_project_is_named_by_a_mark_that_stays_and_tells_no_path(project, dataset):
    marks = {
        Browser(label_frames(project, "sample", q)).say(type="ready")["project"]
        for q in ("mouth", "sentiment")
    }
    assert len(marks) == 1
    assert len(marks.pop()) == 16


def test_items_come_with_pictures_strip_and_place_in_order(browser):
    message = browser.say(type="more", start=0, n=3, round="r1")
    assert [item["pictures"] for item in message["items"]] == [["mouth", "face"]] * 3
    assert (message["next"], message["exhausted"], message["round"]) == (3, False, "r1")
    pngs = [part for part in browser.buffers if part.startswith(b"\x89PNG")]
    jpegs = [part for part in browser.buffers if part.startswith(b"\xff\xd8")]
    assert (len(pngs), len(jpegs)) == (6, 3)
    first = message["items"][0]
    assert first["place"][1] == first["place"][2]
    assert set(first["details"]) == {"dataset", "pixels_sha256"}
    assert (first["word"], first["was"], first["suggestion"]) == ("", "", None)
    assert len(browser.say(type="more", start=0, n=10**9)["items"]) <= MOST_ITEMS
    again = browser.say(type="item", task_id=message["items"][1]["task_id"])
    assert again["item"] == message["items"][1]


def test_the_last_items_say_that_there_are_no_more(browser):
    assert browser.say(type="more", start=38, n=10)["exhausted"]


def test_saved_is_said_after_it_is_in_the_store_and_only_once_per_operation(browser, project):
    (task,) = tasks_of(browser, 1)
    content = {"type": "say", "operations": [answer(task, seconds_taken=0.5)]}
    seen = []
    browser.widget.send = lambda content, buffers=None: seen.append(
        (content["results"][0]["state"], len(events(project)))
    )
    for _ in range(3):
        browser.widget._receive(browser.widget, content)
    assert seen == [("saved", 1)] * 3
    (row,) = events(project).to_dict("records")
    assert (row["annotator"], row["value"], row["op_id"]) == ("Ada", "open", "operation-0")
    assert "pixels_sha256" in row["details"]


def test_several_operations_are_kept_together_and_a_wrong_one_does_not_spoil_the_others(browser, project):
    tasks = tasks_of(browser)
    results = browser.do(
        answer(tasks[0], number=0),
        answer(tasks[1], "ajar", number=1),
        {"kind": "undo", "op_id": "operation-2", "task_id": tasks[0], "undoes": "operation-0"},
        "nonsense",
        answer(tasks[2], number=3),
    )
    assert [r["state"] for r in results] == ["saved", "not_saved", "saved", "not_saved", "saved"]
    assert [r["op_id"] for r in results][:3] == ["operation-0", "operation-1", "operation-2"]
    assert "closed, open" in results[1]["message"]
    assert events(project)["op_id"].tolist() == ["operation-0", "operation-2", "operation-3"]


def test_skip_undo_and_flag_go_the_same_way_and_a_new_widget_goes_on(browser, project):
    tasks = tasks_of(browser)
    browser.do(
        answer(tasks[0], "closed", number=0),
        {"kind": "skip", "op_id": "operation-1", "task_id": tasks[1]},
        {"kind": "undo", "op_id": "operation-2", "task_id": tasks[0], "undoes": "operation-0"},
        {"kind": "flag", "op_id": "operation-3", "task_id": tasks[1], "note": "a hand"},
    )
    progress = browser.received[0][0]["progress"]
    assert (progress["answered"], progress["skipped"]) == (0, 1)
    with LabelStore.open(project.labels, read_only=True) as store:
        assert store.flags("mouth")["details"].iloc[0]["note"] == "a hand"
    again = Browser(label_frames(project, "sample", "mouth", annotator="Ada", n_tasks=40))
    assert [said["op_id"] for said in again.say(type="ready")["recent"]] == ["operation-1"]
    assert tasks_of(again, 2) == [tasks[0], tasks[2]]
    skipped = again.say(type="more", start=0, n=2, skipped=True)["items"]
    assert [(i["task_id"], i["word"], i["was"]) for i in skipped] == [(tasks[1], "operation-1", "skip")]


def test_what_cannot_be_written_is_not_saved_and_worth_trying_again(browser, project):
    (task,) = tasks_of(browser, 1)
    file = project.labels / "labels.db"
    aside = file.rename(file.with_suffix(".aside"))
    (result,) = browser.do(answer(task))
    assert (result["state"], result["retry"]) == ("not_saved", True)
    assert result["message"].startswith("NOT saved")
    aside.rename(file)
    assert browser.do(answer(task))[0]["state"] == "saved"


@pytest.mark.parametrize(
    "operation",
    [
        answer("nowhere"),
        answer(None, "ajar"),
        answer(None) | {"op_id": {"$ne": 1}},
        answer(None, seconds_taken="x"),
        {"kind": "answer", "op_id": "operation-0"},
        {"kind": "verdict", "op_id": "operation-0", "task_id": None, "value": "open"},
        {"kind": "undo", "op_id": "operation-0", "task_id": None, "undoes": "operation-9"},
        answer("nowhere", place=["clip", "x", 0]),
        answer("nowhere", place=7),
    ],
    ids=str,
)
def test_a_wrong_operation_is_refused_for_good_and_stores_nothing(browser, project, operation):
    (task,) = tasks_of(browser, 1)
    if operation.get("task_id", "") is None:
        operation = operation | {"task_id": task}
    (result,) = browser.do(operation)
    assert (result["state"], result["retry"]) == ("not_saved", False)
    assert events(project).empty


def test_an_answer_of_another_day_about_an_item_not_asked_now_is_kept_with_what_was_shown(browser, project):
    place = ["another.1a2b3c4d", 0.3, 0.3]
    details = {"dataset": "other", "pixels_sha256": "abc", "role": "gold"}
    (result,) = browser.do(answer("another@0.300", place=place, details=details))
    assert result["state"] == "saved"
    with LabelStore.open(project.labels, read_only=True) as store:
        (row,) = store.answers("mouth").to_dict("records")
    assert (row["clip"], row["start_s"]) == ("another.1a2b3c4d", 0.3)
    assert row["details"] == {"dataset": "other", "pixels_sha256": "abc"}


def test_two_pages_that_answer_the_same_item_see_both_answers(browser, project):
    (task,) = tasks_of(browser, 1)
    other = Browser(label_frames(project, "sample", "mouth", annotator="Ada", n_tasks=40))
    assert browser.do(answer(task, "open", 0, after=""))[0]["state"] == "saved"
    (result,) = other.do(answer(task, "closed", 1, after=""))
    assert result["state"] == "conflict"
    assert result["stands"] == {"op_id": "operation-0", "kind": "answer", "value": "open"}
    later = Browser(label_frames(project, "sample", "mouth", annotator="Ada", n_tasks=40)).say(type="ready")
    (conflict,) = later["conflicts"]
    assert (conflict["op_id"], conflict["value"], conflict["stands"]["value"]) == (
        "operation-1",
        "closed",
        "open",
    )
    choose = {"kind": "undo", "op_id": "operation-2", "task_id": task, "undoes": "operation-1"}
    other.do(choose, answer(task, "closed", 3, after="operation-0"))
    with LabelStore.open(project.labels, read_only=True) as store:
        assert store.current("mouth")["value"].tolist() == ["closed"]
        assert store.conflicts("mouth").empty


def test_a_guess_travels_only_when_it_may_be_shown_and_what_it_did_is_kept(project, dataset):
    kept = []
    for number, reveal in enumerate(("after", "before", "never")):
        name = f"Ada {number}"
        browser = Browser(
            label_frames(project, "sample", "mouth", annotator=name, suggestions=AlwaysOpen(), reveal=reveal)
        )
        item = browser.say(type="more", start=0, n=1)["items"][0]
        guess = {"value": "open", "share": 0.75}
        assert item["suggestion"] == (None if reveal == "never" else guess)
        first = answer(item["task_id"], "closed", number * 2, own="closed", seen=False)
        browser.do(
            first, answer(item["task_id"], "open", number * 2 + 1, own="closed", seen=reveal == "after")
        )
        with LabelStore.open(project.labels, read_only=True) as store:
            kept.append(next(r.event.details for r in store.standing("mouth", name)))
    assert [d["changed_mind"] for d in kept] == [True, False, False]
    assert all((d["suggested"], d["own"]) == ("open", "closed") for d in kept)
    with pytest.raises(InvalidInputError, match="after, before or never"):
        FrameLabeller(MOUTH, reveal="always")


def test_a_run_is_asked_in_its_parts_once_it_was_split(project, dataset):
    browser = Browser(label_frames(project, "sample", "mouth", annotator="Ada", n_tasks=3))
    frames = browser.widget.session.items()[0]

    class Run:
        task_id, clip, start_s, end_s = "run", frames[0].clip, 0.0, 0.06

        def __getattr__(self, name):
            return getattr(frames[0], name)

        def split(self, at):
            if at != 1:
                raise InvalidInputError(f"A run must be split inside. Received {at}.")
            return frames[0], replace(frames[1], task_id="second part")

    store = LabelStore.open(project.labels)
    browser.widget.session = LabelSession(store, [Run(), frames[2]], MOUTH, "Bob")
    assert browser.say(type="split", task_id="run", at=9)["type"] == "trouble"
    parts = browser.say(type="split", task_id="run", at=1)
    assert [item["task_id"] for item in parts["items"]] == [frames[0].task_id, "second part"]
    assert parts["progress"]["total"] == 3
    assert tasks_of(browser) == [frames[0].task_id, "second part", frames[2].task_id]


def test_a_clip_that_cannot_be_played_is_told_where_it_was_asked_for(browser):
    (task,) = tasks_of(browser, 1)  # drawn features, no recording
    message = browser.say(type="context", task_id=task)
    assert (message["type"], message["task_id"]) == ("context", task)
    assert "must be a readable file" in message["problem"]


def test_a_message_of_no_known_kind_and_items_before_a_name_are_told(project, dataset):
    browser = Browser(label_frames(project, "sample", "mouth"))
    for message in (
        {"type": "drop"},
        {},
        {"type": "more", "start": 0, "n": 1},
        {"type": "more", "start": "x"},
        {"type": "say", "operations": 3},
        {"type": "context", "task_id": "x"},
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
