"""Hidden repeats and gold items are read from the store as the queue leaves them there."""

import pytest

from workbench.evaluation.agreement.stored import stored_agreement
from workbench.labels.annotation import LabelEvent
from workbench.labels.store import LabelStore
from workbench.labels.task_queue import TaskQueue
from workbench.labels.work_items import QueueItem


@pytest.fixture
def say(project):
    """Record an event of Ada about moment number k."""

    def record(k, kind, value, annotator="Ada"):
        with LabelStore.open(project.labels) as store:
            store.record(
                LabelEvent(
                    op_id=f"{annotator}-{kind}-{k:06}",
                    annotator=annotator,
                    question="mouth",
                    schema_version=2,
                    clip="c",
                    start_s=0.03 * k,
                    end_s=0.03 * k,
                    kind=kind,
                    value=value,
                )
            )

    return record


def test_hidden_repeats_tell_how_far_a_person_agrees_with_herself(project, say):
    for k, (first, again) in enumerate(
        [("open", "open"), ("open", "closed"), ("closed", "closed"), ("open", "cannot tell"), ("open", "")]
    ):
        say(k, "answer", first)
        say(k, "repeat", again)
    found = stored_agreement(project, "mouth")
    assert (found.reliability.self_agreement["Ada"].k, found.reliability.self_agreement["Ada"].n) == (2, 3)
    assert found.overall.n_items == 5  # a repeat is no second answer
    assert found.as_json()["self_agreement"]["Ada"]["n"] == 3


def test_gold_items_tell_how_well_each_person_answers(project, say):
    with LabelStore.open(project.labels) as store:
        gold = [QueueItem(f"g{k}", "c", 0.03 * k, 0.03 * k, "gold", {"truth": "open"}) for k in range(3)]
        TaskQueue(store, "q", "mouth").fill(gold)
    for k, (ada, bob) in enumerate(
        [("open", "open"), ("open", "closed"), ("cannot tell", "open"), ("closed", "open")]
    ):
        say(k, "answer", ada)
        say(k, "answer", bob, annotator="Bob")
    gold = stored_agreement(project, "mouth").reliability.gold
    assert [(name, share.k, share.n) for name, share in gold.items()] == [("Ada", 2, 2), ("Bob", 2, 3)]


def test_skips_and_those_who_cannot_tell_are_left_out_and_told(project, say):
    say(0, "answer", "cannot tell")
    say(1, "skip", "")
    assert stored_agreement(project, "mouth").as_json()["left_out"] == {"cannot_tell": 1, "skipped": 1}
