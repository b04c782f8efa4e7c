from workbench.labels.gold import gold_items
from workbench.labels.task_queue import TaskQueue
from workbench.labels.work_items import QueueItem


def test_gold_items_of_the_question_are_found_with_their_answer(store):
    assert gold_items(store, "mouth").empty
    queue = TaskQueue(store, "first", "mouth")
    queue.fill(
        [
            QueueItem("g", "c.1", 0.3, 0.3, "gold", {"truth": "open"}),
            QueueItem("p", "c.1", 0.6, 0.6, "plain", {}),
        ]
    )
    TaskQueue(store, "other", "sentiment").fill(
        [QueueItem("g", "c.1", 0.9, 0.9, "gold", {"truth": "positive"})]
    )
    assert gold_items(store, "mouth").to_dict("records") == [
        {"clip": "c.1", "start_s": 0.3, "end_s": 0.3, "settled": "open"}
    ]
