"""What goes out besides answers: tasks with their pictures, and a run's predictions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.labels.exchange.label_studio.answers import prediction_result
from workbench.labels.exchange.label_studio.items import DATA_KEY, Item, ItemToSend
from workbench.labels.exchange.label_studio.journal import Journal
from workbench.labels.exchange.label_studio.report import SyncReport
from workbench.labels.exchange.label_studio.server import ProjectOnServer
from workbench.labels.exchange.label_studio.there import ServerWords, listed_items
from workbench.progress import Progress

_TASKS_AT_ONCE = 50


@dataclass(frozen=True)
class ItemPrediction:
    """What a model says about an item.

    Attributes
    ----------
    item : Item
    model : str
        The run's id.
    probabilities : dict
        Of each class of the question.
    """

    item: Item
    model: str
    probabilities: Mapping[str, float]

    @property
    def value(self) -> str:
        """The most probable class."""
        return max(self.probabilities, key=self.probabilities.__getitem__)

    @property
    def score(self) -> float:
        """The probability of :attr:`value`."""
        return self.probabilities[self.value]


def send_tasks(
    server: ProjectOnServer,
    there: ServerWords,
    items: Sequence[ItemToSend],
    journal: Journal,
    report: SyncReport,
    restore_deleted: bool,
    progress: Progress,
) -> bool:
    """Make tasks for items that have none, and return whether any were made.

    A task that was deleted there is not made again unless asked. When an answer to the request is lost, the next listing
    tells what became of it: a request that makes tasks is never sent again blindly.
    """
    wanted = {one.item.item_id: one for one in items}
    missing = [
        item_id
        for item_id in wanted
        if item_id not in there.task_of and (restore_deleted or item_id not in journal.tasks)
    ]
    n_wanted = len(missing)
    n_failures = 0
    while missing:
        batch = [_data(server, wanted[item_id], journal) for item_id in missing[:_TASKS_AT_ONCE]]
        answer = server.add_tasks(batch)
        if answer.passing:
            n_failures += 1
            if n_failures >= server.retry.attempts:
                raise server.unreachable(answer, "Tasks could not be sent")
            server.retry.wait(n_failures, asked_s=answer.wait_s)
            present = listed_items(server)
            missing = [item_id for item_id in missing if item_id not in present]
        else:
            server.expect(answer, "Tasks could not be sent")
            n_failures = 0
            missing = missing[_TASKS_AT_ONCE:]
        progress(n_wanted - len(missing), n_wanted, "tasks")
    report.tasks_sent += n_wanted
    return n_wanted > 0


def send_predictions(
    server: ProjectOnServer,
    there: ServerWords,
    predictions: Iterable[ItemPrediction],
    report: SyncReport,
) -> None:
    """Send predictions to items that have none of the same model."""
    for one in predictions:
        task_id = there.task_of.get(one.item.item_id)
        if task_id is None or one.model in there.models.get(one.item.item_id, {}):
            continue
        for n_failures in range(1, server.retry.attempts + 1):
            answer = server.add_prediction(
                task=task_id,
                result=prediction_result(one.value, one.probabilities),
                score=one.score,
                model_version=one.model,
            )
            if not answer.passing:
                break
            server.retry.wait(n_failures, asked_s=answer.wait_s)
            if one.model in server.models_of(task_id):  # it was made, and only its acknowledgement was lost
                break
        else:
            raise server.unreachable(answer, "Predictions could not be sent")
        if not answer.passing and answer.status != 404:
            server.expect(answer, "A prediction could not be sent")
        report.predictions_sent += 1


def _data(server: ProjectOnServer, one: ItemToSend, journal: Journal) -> Mapping[str, Any]:
    shown = one.show()
    if one.medium == "video":
        clip = one.item.clip
        if clip not in journal.uploads:
            file = Path(shown)
            journal.uploads[clip] = server.upload(file, name=f"{one.item.item_id}{file.suffix}")
            journal.save()
        shown = f"{journal.uploads[clip]}#t={one.item.start_s:.3f},{one.item.end_s:.3f}"
    return {
        one.medium: shown,
        "where": f"{one.item.clip}, {one.item.start_s:.3f} to {one.item.end_s:.3f} s",
        DATA_KEY: one.item.as_json(),
    }
