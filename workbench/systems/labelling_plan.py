"""What is to be labelled, by how many, in which order: written down once as a work queue, then only read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from workbench.datasets.catalog import Dataset
from workbench.datasets.frame_tasks import frame_tasks
from workbench.datasets.ordering import RANDOM_SHARE, Order
from workbench.datasets.queue_tasks import TaskMaker, payload_of, queue_item
from workbench.datasets.run_tasks import run_tasks
from workbench.errors import InvalidInputError
from workbench.labels.queued_tasks import QueuedTasks
from workbench.labels.store import LabelStore
from workbench.labels.task_queue import EVERYBODY, TaskQueue
from workbench.labels.tasks import Task, TaskList, TaskSource
from workbench.labels.work_items import with_repeats
from workbench.progress import Progress, silent
from workbench.project import Project
from workbench.systems.task_order import order_tasks

Unit = Literal["frame", "run"]
CANDIDATES_EACH = 10
"""An order other than ``spread`` chooses from so many times the tasks that are wanted."""
MOST_LISTED = 2_000
"""More tasks than this are read from a queue, so that opening takes no longer the more there are."""
REPEATED_AFTER = 50
"""A hidden repeat comes so many tasks after the first asking, in a short plan a third of it."""


@dataclass(frozen=True)
class LabellingPlan:
    """What to ask about a dataset.

    Attributes
    ----------
    question : str
        One of :data:`workbench.labels.schema.QUESTIONS`.
    unit : {"frame", "run"}
        One answer for each moment, or for each run of near-identical ones.
    n_tasks, seed : int
        How many, and which.
    order : {"spread", "random", "uncertainty", "disagreement", "diversity"}
        Which first: see :func:`workbench.systems.task_order.order_tasks`.
    random_share : float in [0, 1]
        Share drawn by lot whatever the order, and flagged.
    run : str, optional
        The trained run that an order by uncertainty asks.
    overlap : int, optional
        How many people are asked about each; None: everybody about all.
    repeats : float in [0, 1]
        Share that each person is asked again later, without being told.
    """

    question: str
    unit: Unit = "frame"
    n_tasks: int = 200
    seed: int = 0
    order: Order = "spread"
    random_share: float = RANDOM_SHARE
    run: str | None = None
    overlap: int | None = None
    repeats: float = 0.0

    def __post_init__(self) -> None:
        if self.unit not in get_args(Unit):
            raise InvalidInputError(
                f"A unit must be one of {', '.join(get_args(Unit))}. Received {self.unit!r}."
            )

    @property
    def is_listed(self) -> bool:
        """Whether a plain list does, the same for everybody and whenever it is made."""
        plain = self.order == "spread" and self.overlap is None and not self.repeats
        # A run that was split stays split when its person comes back: only a queue remembers that.
        return plain and self.unit == "frame" and self.n_tasks <= MOST_LISTED

    def queue_name(self, dataset: Dataset) -> str:
        """Return the name of its queue: the same plan finds the same queue again."""
        content = json.dumps([dataset.name, asdict(self)], sort_keys=True)
        return f"{dataset.name}-{self.question}-{hashlib.sha256(content.encode()).hexdigest()[:12]}"


def task_source(
    project: Project, dataset: Dataset, store: LabelStore, plan: LabellingPlan, *, progress: Progress = silent
) -> Callable[[str], TaskSource]:
    """Return what makes the tasks of a person, by name.

    The first call for a plan chooses its tasks and writes them into a queue; every later one only opens it, however
    many there are, whatever was trained or extracted since.

    Raises
    ------
    InvalidInputError
        Nothing to ask about, or nothing trained that could say what is uncertain.
    StorageError
        The labels cannot be written.
    """
    if plan.is_listed:
        tasks = chosen_tasks(project, dataset, plan, progress=progress)
        return lambda annotator: TaskList(tasks)
    queue = TaskQueue(store, plan.queue_name(dataset), plan.question, plan.overlap or EVERYBODY)
    if queue.is_empty():
        tasks = chosen_tasks(project, dataset, plan, progress=progress)
        items = [queue_item(task) for task in tasks]
        distance = max(1, min(REPEATED_AFTER, len(items) // 3))
        queue.fill(with_repeats(items, share=plan.repeats, distance=distance, seed=plan.seed))
    make = TaskMaker(dataset, plan.question)
    return lambda annotator: QueuedTasks(queue, annotator, make, payload_of)


def chosen_tasks(
    project: Project, dataset: Dataset, plan: LabellingPlan, *, progress: Progress = silent
) -> Sequence[Task]:
    """Return the tasks of a plan in their order; raises as :func:`task_source`."""
    choose = run_tasks if plan.unit == "run" else frame_tasks
    if plan.is_listed:
        return choose(dataset, plan.question, n_tasks=plan.n_tasks, seed=plan.seed)
    n_candidates = plan.n_tasks * (1 if plan.order == "spread" else CANDIDATES_EACH)
    candidates: Sequence[Any] = choose(dataset, plan.question, n_tasks=n_candidates, seed=plan.seed)
    return order_tasks(
        project, dataset, plan.question, candidates, plan.order, run=plan.run, n_tasks=plan.n_tasks,
        random_share=0.0 if plan.order == "spread" else plan.random_share, seed=plan.seed, progress=progress,
    )  # fmt: skip
