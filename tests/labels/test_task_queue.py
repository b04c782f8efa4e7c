import pytest

from workbench.errors import InvalidInputError
from workbench.labels.store import LabelStore
from workbench.labels.task_queue import QueueCounts, TaskQueue
from workbench.labels.work_items import QueueItem, with_repeats


@pytest.fixture
def store(any_store):
    """Everything here holds on either engine."""
    return any_store


def items(n, *, role="plain", clip="clip.1a2b3c4d", **payload):
    return [QueueItem(f"{clip}-{role}-{k}", clip, k / 10, k / 10, role, payload) for k in range(n)]


@pytest.fixture
def answer(store, event):
    """Record a word about an item; by default an answer."""

    def record(item, annotator, value="open", kind="answer", **more):
        word = {"clip": item.clip, "start_s": item.start_s, "end_s": item.end_s, "annotator": annotator}
        value = value if kind in ("answer", "repeat") else ""
        return store.record(event(kind, value, **word, **more))

    return record


def ids(claimed):
    return [item.item_id.rsplit("-", 1)[1] for item in claimed]


def test_items_come_in_their_order_and_filling_again_adds_nothing(store):
    queue = TaskQueue(store, "mouths", "mouth")
    assert queue.is_empty()
    assert queue.fill(items(3)) == 3
    assert queue.fill(items(5)) == 2
    assert not queue.is_empty()
    assert ids(queue.claim("Ada", 4)) == ["0", "1", "2", "3"]
    assert queue.claim("Ada", 1, held=[item.item_id for item in items(4)])[0] == items(5)[4]


def test_an_item_in_one_hand_is_not_given_to_another(store):
    queue = TaskQueue(store, "mouths", "mouth")
    queue.fill(items(5))
    assert ids(queue.claim("Ada", 2)) == ["0", "1"]
    assert ids(queue.claim("Bob", 2)) == ["2", "3"]
    assert ids(TaskQueue(store, "mouths", "mouth").claim("Cleo", 5)) == ["4"]


def test_who_comes_back_gets_first_what_was_in_hand(store):
    TaskQueue(store, "mouths", "mouth").fill(items(4))
    assert ids(TaskQueue(store, "mouths", "mouth").claim("Ada", 2)) == ["0", "1"]
    assert ids(TaskQueue(store, "mouths", "mouth").claim("Ada", 3)) == ["0", "1", "2"]


def test_nobody_is_asked_again_what_they_answered_or_skipped(store, answer):
    queue = TaskQueue(store, "mouths", "mouth", overlap=3)
    queue.fill(items(3))
    first, second, _ = queue.claim("Ada", 3)
    answer(first, "Ada")
    answer(second, "Ada", kind="skip")
    assert ids(TaskQueue(store, "mouths", "mouth", overlap=3).claim("Ada", 3)) == ["2"]
    assert queue.counts("Ada") == QueueCounts(total=3, answered=1, skipped=1, in_hand=1)


def test_each_item_is_given_to_as_many_people_as_the_overlap_says(store, answer):
    queue = TaskQueue(store, "mouths", "mouth", overlap=2)
    queue.fill(items(2))
    for person in ("Ada", "Bob"):
        for item in queue.claim(person, 2):
            answer(item, person)
        queue.release(person)
    for person in ("Cleo", "Ada"):
        assert queue.claim(person, 2) == []
    assert len(TaskQueue(store, "mouths", "mouth", overlap=3).claim("Cleo", 3)) == 2


def test_a_skip_and_an_undone_answer_leave_the_item_to_others(store, answer, event):
    queue = TaskQueue(store, "mouths", "mouth")
    queue.fill(items(2))
    first, second = queue.claim("Ada", 2)
    answer(first, "Ada", kind="skip")
    said = answer(second, "Ada").event
    queue.release("Ada")
    assert ids(queue.claim("Bob", 2)) == ["0"]
    store.record(
        event("undo", undoes=said.op_id, **{k: getattr(said, k) for k in ("clip", "start_s", "end_s")})
    )
    assert ids(queue.claim("Bob", 2)) == ["0", "1"]


def test_a_lease_runs_out_by_the_databases_clock_and_a_late_answer_is_kept(store, answer, monkeypatch):
    def after(seconds):
        monkeypatch.setattr(store.database, "clock", store.database.clock + seconds)
        return TaskQueue(store, "mouths", "mouth", lease_s=1000)

    queue = after(0)
    queue.fill(items(1))
    (item,) = queue.claim("Ada")
    assert queue.claim("Bob") == []
    queue = after(990)
    assert queue.claim("Bob") == []
    assert queue.renew("Ada") == 1
    assert after(990).claim("Bob") == []
    queue = after(20)
    assert queue.claim("Bob") == [item]
    assert queue.renew("Ada") == 0
    answer(item, "Ada")
    answer(item, "Bob", "closed")
    assert sorted(store.current("mouth")["annotator"]) == ["Ada", "Bob"]


def test_what_is_given_back_is_there_for_others_at_once(store):
    queue = TaskQueue(store, "mouths", "mouth")
    queue.fill(items(3))
    queue.claim("Ada", 3)
    assert queue.claim("Bob", 3) == []
    assert queue.release("Ada") == 3
    assert len(queue.claim("Bob", 3)) == 3


def test_gold_is_asked_of_everybody(store, answer):
    queue = TaskQueue(store, "mouths", "mouth")
    queue.fill([*items(1, role="gold", truth="open"), *items(2)])
    for person in ("Ada", "Bob", "Cleo"):
        first = queue.claim(person)[0]
        assert (first.role, first.payload["truth"]) == ("gold", "open")
        answer(first, person)
        assert all(item.role == "plain" for item in queue.claim(person))


def test_a_repeat_comes_to_the_same_person_after_its_distance_and_is_kept_apart(store, answer):
    queue = TaskQueue(store, "mouths", "mouth", overlap=2)
    queue.fill(with_repeats(items(8), share=0.125, distance=3, seed=4))
    (repeat,) = [
        item for item in with_repeats(items(8), share=0.125, distance=3, seed=4) if item.role == "repeat"
    ]
    asked = []
    while claimed := queue.claim("Ada"):
        asked += [item.item_id for item in claimed]
        answer(claimed[0], "Ada", kind="repeat" if claimed[0].role == "repeat" else "answer")
    first, again = asked.index(repeat.payload["repeat_of"]), asked.index(repeat.item_id)
    assert again - first >= 4
    assert len(asked) == len(set(asked)) == 9
    assert len(store.current("mouth")) == 8
    assert len(store.repeats("mouth")) == 1
    assert queue.counts("Ada") == QueueCounts(total=9, answered=9, skipped=0, in_hand=0)
    assert repeat.item_id not in [item.item_id for item in queue.claim("Bob", 9)]


def test_a_split_run_is_asked_in_its_parts_of_everybody(store):
    queue = TaskQueue(store, "mouths", "mouth")
    queue.fill([QueueItem("run", "clip", 0.0, 3.0)])
    queue.claim("Ada")
    queue.split("run", [QueueItem("run/1", "clip", 0.0, 1.0), QueueItem("run/2", "clip", 1.0, 3.0)])
    assert [item.item_id for item in queue.claim("Bob", 5)] == ["run/1", "run/2"]
    assert queue.item("run").end_s == 3.0
    with pytest.raises(InvalidInputError, match="must be in the queue"):
        queue.split("nothing", [])


def test_items_are_found_by_id_and_by_moment(store, answer):
    queue = TaskQueue(store, "mouths", "mouth")
    queue.fill(with_repeats(items(3), share=1, distance=1))
    assert queue.item_about("clip.1a2b3c4d", 0.1, 0.1) == items(3)[1]
    assert queue.item_about("clip.1a2b3c4d", 0.15, 0.15) is None
    assert queue.item("nowhere") is None
    answer(items(3)[2], "Ada")
    assert queue.said_about("Ada") == {("clip.1a2b3c4d", 0.2, 0.2): items(3)[2].item_id}


def test_queues_in_one_store_do_not_mix_and_keep_their_question(store):
    TaskQueue(store, "mouths", "mouth").fill(items(2))
    other = TaskQueue(store, "faces", "sentiment")
    other.fill(items(1))
    assert ids(other.claim("Ada", 5)) == ["0"]
    with pytest.raises(InvalidInputError, match="keep its question"):
        TaskQueue(store, "mouths", "sentiment")


def test_what_breaks_a_rule_is_refused_and_nothing_is_added(store):
    queue = TaskQueue(store, "mouths", "mouth")
    queue.fill(items(1))
    moved = QueueItem(items(1)[0].item_id, "other", 0.0, 0.0)
    with pytest.raises(InvalidInputError, match="stay what it is"):
        queue.fill([*items(2, clip="new"), moved])
    orphan = QueueItem("orphan", "clip", 0.0, 0.0, "repeat", {"repeat_of": "nothing"})
    with pytest.raises(InvalidInputError, match="come after the item it repeats"):
        queue.fill([orphan])
    assert queue.counts("Ada").total == 1
    for wrong in ({"overlap": 0}, {"lease_s": 0}):
        with pytest.raises(InvalidInputError):
            TaskQueue(store, "mouths", "mouth", **wrong)


def test_another_opening_of_the_store_sees_the_same_queue(place, store):
    TaskQueue(store, "mouths", "mouth").fill(items(2))
    with LabelStore.open(place) as other:
        assert len(TaskQueue(other, "mouths", "mouth").claim("Ada", 5)) == 2
    assert TaskQueue(store, "mouths", "mouth").claim("Bob", 5) == []
