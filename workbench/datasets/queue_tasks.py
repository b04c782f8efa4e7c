"""Tasks that a work queue keeps: what is written down about each, and the task made of it again."""

from __future__ import annotations

from typing import Any

from workbench.datasets.catalog import Dataset
from workbench.datasets.crop_shelf import CropShelf
from workbench.datasets.frame_runs import Run
from workbench.datasets.frame_tasks import NEIGHBOURS, PICTURES, FrameTask
from workbench.datasets.ordering import ChosenTask
from workbench.datasets.run_tasks import RunTask
from workbench.errors import InvalidInputError
from workbench.labels.schema import schema_of
from workbench.labels.tasks import Task
from workbench.labels.work_items import QueueItem

_NEEDED = {"dataset", "unit", "first", "last"}


def payload_of(task: Any) -> dict[str, Any]:
    """Return what has to be written down about a frame or run task to make it again.

    Parameters
    ----------
    task : FrameTask, RunTask or ChosenTask
    """
    chosen = {"chosen_by": task.chosen_by} if isinstance(task, ChosenTask) else {}
    inner = task.task if isinstance(task, ChosenTask) else task
    if isinstance(inner, RunTask):
        return {
            "dataset": inner.dataset,
            "unit": "run",
            "first": inner.run.first,
            "last": inner.run.last,
            **chosen,
        }
    return {"dataset": inner.dataset, "unit": "frame", "first": inner.moment, "last": inner.moment, **chosen}


def queue_item(task: Any, *, gold: str = "") -> QueueItem:
    """Return what a queue keeps of a task.

    Parameters
    ----------
    task : FrameTask, RunTask or ChosenTask
    gold : str
        The answer that is known to be right, for a task that everybody is asked.
    """
    payload = payload_of(task) | ({"truth": gold} if gold else {})
    return QueueItem(task.task_id, task.clip, task.start_s, task.end_s, "gold" if gold else "plain", payload)


class TaskMaker:
    """Makes the tasks of a queue's items again, without choosing anything anew.

    Parameters
    ----------
    dataset : Dataset
    question : str
        Decides what is shown and heard.
    """

    def __init__(self, dataset: Dataset, question: str) -> None:
        self._dataset = dataset
        self._modality = schema_of(question).modality
        self._shelf = CropShelf(dataset, PICTURES[question], {})

    def __call__(self, item: QueueItem) -> Task:
        """Return the task of an item.

        Raises
        ------
        InvalidInputError
            The item is about another dataset, or was not made by :func:`queue_item`.
        """
        payload = item.payload
        if payload.get("dataset") != self._dataset.name or not set(payload) >= _NEEDED:
            raise InvalidInputError(
                f"A queue must be labelled with the dataset it was filled from. {item.item_id!r} is not of "
                f"{self._dataset.name!r}: name {payload.get('dataset')!r}."
            )
        first, last = int(payload["first"]), int(payload["last"])
        self._shelf.want(item.clip, range(first - NEIGHBOURS, last + NEIGHBOURS + 1))
        common = (item.item_id, item.clip, item.start_s, item.end_s, self._dataset.name, self._modality)
        task: Task = (
            RunTask(*common, Run(first, last), self._shelf)
            if payload["unit"] == "run"
            else FrameTask(*common, first, self._shelf)
        )
        return ChosenTask(task, payload["chosen_by"]) if "chosen_by" in payload else task
