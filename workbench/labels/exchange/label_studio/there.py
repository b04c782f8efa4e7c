"""The state of a project on the server, read and checked: our items' tasks, and what each annotation says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.errors import InvalidInputError
from workbench.labels.exchange.label_studio.answers import SeenAnswer, read_annotation
from workbench.labels.exchange.label_studio.items import DATA_KEY, Item, item_of_task
from workbench.labels.exchange.label_studio.local import Who
from workbench.labels.exchange.label_studio.predicted import is_sent_twice, model_of
from workbench.labels.exchange.label_studio.report import SyncReport
from workbench.labels.exchange.label_studio.server import ProjectOnServer, annotations_of, predictions_of
from workbench.labels.schema import Schema


@dataclass
class ServerWords:
    """The state there.

    Attributes
    ----------
    items : dict
        Item by its id.
    task_of : dict
        Item id to the task that stands for it: one with somebody's work, else the oldest.
    answers : dict
        What each person says about each item, by their oldest annotation.
    further : list
        Annotations of people who have an older one about the same item.
    models : dict
        Item id to the model versions whose predictions it has, with the newest of each.
    twins : list of int
        Further tasks about the same item without anybody's work in them.
    double_predictions : list of int
        Predictions of ours that a repeated request doubled; what others predict is never removed.
    unreadable : set
        Items with an annotation that could not be read, so that nothing is written over it.
    """

    items: dict[str, Item] = field(default_factory=dict)
    task_of: dict[str, int] = field(default_factory=dict)
    answers: dict[Who, SeenAnswer] = field(default_factory=dict)
    further: list[tuple[Item, SeenAnswer]] = field(default_factory=list)
    models: dict[str, dict[str, Mapping[str, Any]]] = field(default_factory=dict)
    twins: list[int] = field(default_factory=list)
    double_predictions: list[int] = field(default_factory=list)
    unreadable: set[str] = field(default_factory=set)


def read_server(server: ProjectOnServer, schema: Schema, report: SyncReport) -> ServerWords:
    """List the project and read what is ours; what is not understood is noted and left alone."""
    users = server.users()
    words = ServerWords()
    n_foreign = 0
    # Of tasks about the same item the one with somebody's work in it counts; that is why those come first.
    for task in sorted(server.tasks(), key=is_empty):
        try:
            item = item_of_task(task.get("data"), question=schema.question)
        except InvalidInputError as error:
            report.note(f"Task {task['id']} was left out. {error}")
            continue
        if item is None:
            n_foreign += 1
            continue
        _read_task(words, task, item, schema=schema, users=users, report=report)
    if n_foreign:
        report.note(f"{n_foreign} tasks of the project are somebody else's and were left alone.")
    report.tasks = len(words.task_of)
    return words


def listed_items(server: ProjectOnServer) -> set[str]:
    """Return the ids of items that have a task now."""
    told = [task["data"].get(DATA_KEY) for task in server.tasks() if isinstance(task.get("data"), Mapping)]
    return {str(one.get("item")) for one in told if isinstance(one, Mapping)}


def is_empty(task: Mapping[str, Any]) -> bool:
    """Whether nobody has worked on a task: no annotation, no draft."""
    return not any(
        task.get(name)
        for name in ("annotations", "drafts", "total_annotations", "cancelled_annotations", "draft_exists")
    )


def _read_task(
    words: ServerWords,
    task: Mapping[str, Any],
    item: Item,
    *,
    schema: Schema,
    users: Mapping[int, str],
    report: SyncReport,
) -> None:
    words.items[item.item_id] = item
    if item.item_id in words.task_of and is_empty(task):
        words.twins.append(task["id"])
        return
    if words.task_of.setdefault(item.item_id, task["id"]) != task["id"]:
        report.note(
            f"Tasks {words.task_of[item.item_id]} and {task['id']} are about the same item, both with people's work: both stay."
        )
    for annotation in annotations_of(task):
        try:
            seen = read_annotation(annotation, schema=schema, users=users)
        except InvalidInputError as error:
            words.unreadable.add(item.item_id)
            report.note(f"Annotation {annotation['id']} of task {task['id']} was left out. {error}")
            continue
        who = (item.item_id, seen.annotator)
        if who in words.answers:
            words.further.append((item, seen))
        else:
            words.answers[who] = seen
    models = words.models.setdefault(item.item_id, {})
    for prediction in predictions_of(task):
        version = model_of(prediction)
        if version in models and is_sent_twice(models[version], prediction):
            words.double_predictions.append(prediction["id"])
        else:
            models[version] = prediction
