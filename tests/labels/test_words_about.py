from workbench.labels.queued_tasks import QueuedTasks
from workbench.labels.schema import MOUTH
from workbench.labels.session import LabelSession
from workbench.labels.task_queue import TaskQueue
from workbench.labels.words_about import words_about
from workbench.labels.work_items import QueueItem

PLACE = ("clip.1a2b3c4d", 0.0, 0.0)


def sitting(store, annotator="Ada", *, overlap=2):
    queue = TaskQueue(store, "mouths", "mouth", overlap)
    queue.fill([QueueItem(f"item-{k}", "clip.1a2b3c4d", k / 10, k / 10) for k in range(4)])
    return LabelSession(store, QueuedTasks(queue, annotator, lambda item: item), MOUTH, annotator)


class Detailed:
    """What is shown of an item."""

    def __init__(self, item):
        self.__dict__.update(vars(item), task_id=item.item_id)

    def details(self):
        return {}


def test_words_about_a_place_are_those_of_its_author_that_were_not_taken_back(store):
    ada, bob = sitting(store), sitting(store, "Bob")
    for session in (ada, bob):
        session._source._make_task = Detailed
        session.items(0, 2)
    ada.answer("item-0", "open", op_id="operation-1")
    ada.answer("item-0", "closed", op_id="operation-2")
    ada.undo("item-0", op_id="operation-3", undoes="operation-2")
    ada.skip("item-0", op_id="operation-4")
    bob.answer("item-0", "open", op_id="operation-5")
    said = words_about(store, "mouth", "Ada", PLACE)
    assert [word.event.op_id for word in said] == ["operation-1", "operation-4"]
    assert ada.older(said[-1]) == said[:1]


def test_an_undo_in_a_later_sitting_brings_the_older_answer_back(store):
    first = sitting(store)
    first._source._make_task = Detailed
    first.items(0, 2)
    first.answer("item-0", "open", op_id="operation-1")
    first.answer("item-0", "closed", op_id="operation-2")
    later = sitting(store)
    later._source._make_task = Detailed
    later.undo("item-0", op_id="operation-3", undoes="operation-2")
    assert later.last_word("item-0").event.op_id == "operation-1"
    assert later.progress().answered == 1
    later.undo("item-0", op_id="operation-4", undoes="operation-1")
    assert later.last_word("item-0") is None
    assert later.progress().answered == 0


def test_what_others_have_in_hand_is_elsewhere_until_they_answer_it(store):
    ada, bob = sitting(store, overlap=1), sitting(store, "Bob", overlap=1)
    for session in (ada, bob):
        session._source._make_task = Detailed
    ada.items(0, 3)
    assert (bob.elsewhere(), ada.elsewhere()) == (3, 0)
    ada.answer("item-0", "open", op_id="operation-1")
    assert bob.elsewhere() == 2
    assert [task.task_id for task in bob.items(0, 4)[0]] == ["item-3"]
    assert ada.elsewhere() == 1
    assert ada.progress().shared
    assert not sitting(store, "Eve", overlap=1_000_000).progress().shared
