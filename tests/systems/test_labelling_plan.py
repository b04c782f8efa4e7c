"""What is to be labelled is chosen once and then only opened, by everybody alike."""

import pytest
from drawn_features import draw_dataset

from workbench.datasets.catalog import Dataset
from workbench.errors import InvalidInputError
from workbench.labels.schema import schema_of
from workbench.labels.session import LabelSession
from workbench.labels.store import LabelStore
from workbench.systems.labelling_plan import LabellingPlan, task_source


@pytest.fixture
def there(project, rng):
    draw_dataset(project, rng)
    with LabelStore.open(project.labels) as store:
        yield project, Dataset.open(project, "sample"), store


def sit(there, plan, name):
    project, dataset, store = there
    source = task_source(project, dataset, store, plan)(name)
    return LabelSession(store, source, schema_of(plan.question), name)


def ids(session, n=None):
    return [task.task_id for task in session.items(0, n)[0]]


def test_the_simplest_plan_is_the_same_list_for_everybody(there):
    plan = LabellingPlan("mouth", n_tasks=12)
    assert ids(sit(there, plan, "Ada")) == ids(sit(there, plan, "Ben"))
    assert len(ids(sit(there, plan, "Ada"))) == 12


def test_with_an_overlap_of_one_nobody_gets_what_another_has(there):
    plan = LabellingPlan("mouth", n_tasks=20, overlap=1)
    ada, ben = ids(sit(there, plan, "Ada"), 8), ids(sit(there, plan, "Ben"), 20)
    assert len(ada) == 8
    assert len(ben) == 12
    assert not set(ada) & set(ben)


def test_a_queue_keeps_its_choice_whatever_is_trained_or_extracted_later(there, rng):
    project, _, store = there
    plan = LabellingPlan("sentiment", n_tasks=10, order="diversity")
    before = ids(sit(there, plan, "Ada"))
    draw_dataset(project, rng, speakers=("77", "78"))
    assert ids(sit((project, Dataset.open(project, "sample"), store), plan, "Ben")) == before


def test_a_task_of_a_queue_shows_and_keeps_what_the_same_task_of_a_list_does(there):
    listed = {task.task_id: task for task in sit(there, LabellingPlan("mouth", n_tasks=12), "Ada").items()[0]}
    queued = sit(there, LabellingPlan("mouth", n_tasks=12, overlap=3), "Ada").items(0, 12)[0]
    assert [task.task_id for task in queued] == list(listed)
    for task in queued:
        same = listed[task.task_id]
        assert task.pictures() == same.pictures()
        assert {**same.details(), "chosen_by": "spread"} == dict(task.details())


def test_how_a_task_was_chosen_is_kept_with_its_answer(there):
    session = sit(there, LabellingPlan("mouth", n_tasks=20, order="diversity", random_share=0.5), "Ada")
    for number, task in enumerate(session.items(0, 20)[0]):
        session.answer(task.task_id, "open", op_id=f"answer-{number:04}")
    kept = there[2].answers("mouth")["details"].map(lambda details: details["chosen_by"])
    assert kept.value_counts().to_dict() == {"random": 10, "diversity": 10}


def test_the_parts_of_a_split_run_are_asked_of_others_too(there):
    plan = LabellingPlan("sentiment", unit="run", n_tasks=8, overlap=2)
    ada = sit(there, plan, "Ada")
    whole = next(task for task in ada.items(0, 8)[0] if len(task.run) > 1)
    ada.split(whole.task_id, whole.split(1))
    ben = {task.task_id: task for task in sit(there, plan, "Ben").items(0, 20)[0]}
    assert whole.task_id not in ben
    first, second = (ben[part.task_id] for part in whole.split(1))
    assert len(first.run) == 1
    assert len(first.run) + len(second.run) == len(whole.run)
    assert first.pictures()


def test_hidden_repeats_come_later_and_replace_nothing(there):
    session = sit(there, LabellingPlan("mouth", n_tasks=60, repeats=0.1), "Ada")
    number = 0
    while tasks := session.items(0, 10)[0]:
        for task in tasks:
            session.answer(task.task_id, "open" if number % 2 else "closed", op_id=f"answer-{number:04}")
            number += 1
    assert 60 < number <= 66  # the last third was answered too late to be asked again
    assert len(there[2].answers("mouth")) == 60
    assert len(there[2].repeats("mouth")) == number - 60


def test_another_unit_is_refused(there):
    with pytest.raises(InvalidInputError, match="frame, run"):
        LabellingPlan("mouth", unit="second")


def test_a_queue_of_another_dataset_is_told(there, rng):
    from workbench.datasets.queue_tasks import TaskMaker
    from workbench.labels.work_items import QueueItem

    make = TaskMaker(there[1], "mouth")
    with pytest.raises(InvalidInputError, match="other"):
        make(
            QueueItem(
                "x", "clip", 0.0, 0.0, payload={"dataset": "other", "unit": "frame", "first": 0, "last": 0}
            )
        )
