"""In which order tasks are asked: spread, by lot, by what a machine or people are unsure of, or unlike each other.

Whatever is most worth asking is no fair sample: a figure computed from uncertain moments alone says nothing about the
others. So a stated share is always drawn by lot and says so in its details (``chosen_by: "random"``): that share is a
simple random sample of all tasks, and what is computed from it is unbiased.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from workbench.errors import InvalidInputError
from workbench.labels.tasks import Task

Order = Literal["spread", "random", "uncertainty", "disagreement", "diversity"]
ORDERS: tuple[Order, ...] = get_args(Order)
RANDOM_SHARE = 0.2


@dataclass(frozen=True)
class ChosenTask:
    """A task that says how it came to be asked; everything else is the task's own.

    Attributes
    ----------
    task : Task
    chosen_by : {"spread", "random", "uncertainty", "disagreement", "diversity"}
        Kept with its answer. ``random``: one of the simple random sample.
    """

    task: Any
    chosen_by: Order

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "task":
            raise AttributeError(name)
        found = getattr(self.task, name)
        if name == "split":  # the parts of a run were chosen as the whole was; a frame has no split at all
            return lambda at: tuple(ChosenTask(part, self.chosen_by) for part in found(at))
        return found

    def details(self) -> Mapping[str, Any]:
        """Return the task's details and how it was chosen."""
        return {**self.task.details(), "chosen_by": self.chosen_by}


def mix(
    tasks: Sequence[Task],
    ranking: Sequence[int],
    *,
    order: Order,
    n_tasks: int | None = None,
    random_share: float = RANDOM_SHARE,
    seed: int = 0,
) -> list[ChosenTask]:
    """Put tasks into the order of ``ranking``, with random ones mixed in evenly.

    Parameters
    ----------
    tasks : sequence of Task
        All that could be asked.
    ranking : sequence of int
        Positions in ``tasks``, the most wanted first; those missing come last, in their own order.
    order : Order
        What the ranking is by.
    n_tasks : int, optional
        At most so many; all when left out.
    random_share : float in [0, 1]
        Share drawn by lot from all tasks, whatever their rank.
    seed : int

    Raises
    ------
    InvalidInputError
        The share is none.
    """
    if not 0 <= random_share <= 1:
        raise InvalidInputError(
            f"random_share must lie in [0, 1]. Received {random_share}: pass a share such as 0.2."
        )
    n_tasks = len(tasks) if n_tasks is None else min(n_tasks, len(tasks))
    share = 1.0 if order == "random" else random_share
    n_random = round(share * n_tasks)
    lot = [int(k) for k in np.random.default_rng([seed, 53]).permutation(len(tasks))[:n_random]]
    drawn = set(lot)
    # A task of the sample never stands among the ranked, however high it ranks: the sample stays a fair one.
    wanted = [k for k in dict.fromkeys([*ranking, *range(len(tasks))]) if k not in drawn]
    mixed: list[ChosenTask] = []
    by_lot, by_rank = iter(lot), iter(wanted)
    for position in range(n_tasks):
        random_now = int((position + 1) * n_random / n_tasks) > int(position * n_random / n_tasks)
        chosen = next(by_lot) if random_now else next(by_rank)
        mixed.append(ChosenTask(tasks[chosen], "random" if random_now else order))
    return mixed


def by_score(scores: np.ndarray) -> list[int]:
    """Return positions by falling score; equal ones in their own order, unknown ones (NaN) last."""
    return [int(k) for k in np.argsort(-np.nan_to_num(scores, nan=-np.inf), kind="stable")]


def entropy(shares: np.ndarray) -> np.ndarray:
    """Return how undecided distributions are, shape (n,): 0 for one class alone, 1 for all alike.

    Parameters
    ----------
    shares : np.ndarray, shape (n, n_classes)
        Rows that sum to 1; rows of 0 or NaN are unknown and give NaN.
    """
    known = np.nan_to_num(shares).sum(axis=1) > 0
    safe = np.where(shares > 0, shares, 1.0)
    bits = -(np.nan_to_num(shares) * np.log(safe)).sum(axis=1) / np.log(shares.shape[1])
    return np.where(known, np.clip(bits, 0.0, 1.0), np.nan)


def divergence(several: np.ndarray) -> np.ndarray:
    """Return how far distributions of several sources differ, shape (n,): Jensen-Shannon, 0 alike to 1 opposed.

    Parameters
    ----------
    several : np.ndarray, shape (n_sources, n, n_classes)
        NaN where a source says nothing; with fewer than two sources the answer is NaN.
    """
    speaks = np.isfinite(several).all(axis=2)
    n_speaking = speaks.sum(axis=0)
    filled = np.where(speaks[:, :, None], several, 0.0)
    mean = filled.sum(axis=0) / np.maximum(n_speaking, 1)[:, None]
    own = np.where(speaks, np.nan_to_num(np.stack([entropy(one) for one in filled])), 0.0).sum(axis=0)
    found = np.nan_to_num(entropy(mean)) - own / np.maximum(n_speaking, 1)
    most = np.log(np.maximum(n_speaking, 2)) / np.log(several.shape[2])  # what fully opposed sources reach
    return np.where(n_speaking >= 2, np.clip(found / np.minimum(most, 1.0), 0.0, 1.0), np.nan)
