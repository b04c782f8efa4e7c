"""What of a dataset is shown in Label Studio: frames as pictures or spans as video, and a run's guesses about them."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from functools import partial

from workbench.datasets.catalog import Dataset
from workbench.datasets.frame_tasks import FrameTask, frame_tasks
from workbench.datasets.run_tasks import run_tasks
from workbench.errors import InvalidInputError
from workbench.labels.exchange.label_studio.items import Item, ItemToSend
from workbench.labels.exchange.label_studio.sending import ItemPrediction
from workbench.labels.schema import schema_of
from workbench.progress import Progress, silent
from workbench.project import Project
from workbench.systems.suggestions import Suggestions


def frames_to_send(dataset: Dataset, question: str, *, n_tasks: int = 200, seed: int = 0) -> list[ItemToSend]:
    """Return moments as items that show the very pixels that the question's network gets, within the task itself.

    Raises
    ------
    InvalidInputError
        As :func:`workbench.datasets.frame_tasks.frame_tasks`; or the question is heard, not seen.
    """
    if schema_of(question).modality not in ("mouth", "face"):
        raise InvalidInputError(
            f"Pictures can be asked about what is seen alone. {question!r} is heard: send spans, or label it here."
        )
    tasks = frame_tasks(dataset, question, n_tasks=n_tasks, seed=seed)
    return [
        ItemToSend(
            Item(question, task.clip, round(task.start_s, 6), round(task.end_s, 6)),
            "image",
            partial(_shown, task),
        )
        for task in tasks
    ]


def spans_to_send(dataset: Dataset, question: str, *, n_tasks: int = 200, seed: int = 0) -> list[ItemToSend]:
    """Return runs of near-identical moments as items that show their clip from the start of the run to its end.

    Each is a task of its own, because Label Studio's timeline counts whole frames and would move a span's ends.

    Raises
    ------
    InvalidInputError
        As :func:`workbench.datasets.run_tasks.run_tasks`; or a video shows more than the question may.
    """
    if schema_of(question).modality == "voice":
        raise InvalidInputError(
            "A video shows more than a voice. Received a question about the voice alone: label it here."
        )
    files = {
        str(row["clip"]): str(dataset.media / str(row["file"])) for row in dataset.table().to_dict("records")
    }
    tasks = run_tasks(dataset, question, n_tasks=n_tasks, seed=seed)
    return [
        ItemToSend(
            Item(question, task.clip, round(task.start_s, 6), round(task.end_s, 6)),
            "video",
            partial(files.__getitem__, task.clip),
        )
        for task in tasks
    ]


def predictions_about(
    project: Project,
    dataset: Dataset,
    items: Sequence[ItemToSend],
    *,
    run: str | None,
    progress: Progress = silent,
) -> Iterator[ItemPrediction]:
    """Yield what a run says about each item that it can say something about.

    Raises
    ------
    InvalidInputError
        As :meth:`workbench.systems.suggestions.Suggestions.open`.
    """
    if not items:
        return
    suggestions = Suggestions.open(project, dataset, items[0].item.question, run=run)
    suggestions.prepare(
        [(one.item.clip, one.item.start_s, one.item.end_s) for one in items], progress=progress
    )
    for one in items:
        said = suggestions.of(one.item.clip, one.item.start_s, one.item.end_s)
        if said:
            yield ItemPrediction(
                one.item, suggestions.run.id, {name: round(p, 6) for name, p in said.items()}
            )


def _shown(task: FrameTask) -> str:
    return "data:image/png;base64," + base64.b64encode(task.pictures()[0].png).decode()
