"""Rows to learn from: chosen evenly over classes and clips, each knowing its clip, time and speaker."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.datasets.catalog import Dataset, hash_of_rows
from workbench.datasets.known_answers import SHARE
from workbench.datasets.moments import gather
from workbench.errors import InvalidInputError


@dataclass(frozen=True)
class Samples:
    """Pictures and columns with their answers.

    Attributes
    ----------
    table : pd.DataFrame
        One row per sample: ``clip, speaker, moment, time_s, answer, answer_source, run, part``.
    arrays : dict of str to np.ndarray
        ``faces``, ``mouths`` or ``columns``, row by row with ``table``.
    classes : tuple of str
        The order of the classes.
    soft : np.ndarray, shape (n, n_classes), or None
        How people's votes are spread over the classes, where training learns from that instead of one answer.
    """

    table: pd.DataFrame
    arrays: dict[str, np.ndarray]
    classes: tuple[str, ...]
    soft: np.ndarray | None = None

    def targets(self) -> np.ndarray:
        """Return the number of each sample's class, shape (n,), int64."""
        return pd.Categorical(self.table["answer"], categories=list(self.classes)).codes.astype(np.int64)

    def part(self, name: str) -> Samples:
        """Return the samples of one part: train, validation or test."""
        rows = (self.table["part"] == name).to_numpy()
        return Samples(
            self.table[rows].reset_index(drop=True),
            {k: a[rows] for k, a in self.arrays.items()},
            self.classes,
            None if self.soft is None else self.soft[rows],
        )

    def __len__(self) -> int:
        return len(self.table)

    def content_hash(self) -> str:
        """Return a hash of which moments with which answers in which parts these are."""
        rows = self.table[["clip", "moment", "answer", "part"]]
        if self.soft is not None:
            rows = rows.assign(soft=[str(shares) for shares in self.soft.round(6).tolist()])
        return hash_of_rows(rows.itertuples(index=False))

    def arrays_hash(self) -> str:
        """Return a hash of the very pictures and columns that are learnt from."""
        together = hashlib.sha256()
        for name in sorted(self.arrays):
            array = np.ascontiguousarray(self.arrays[name])
            together.update(f"{name} {array.dtype} {array.shape}".encode())
            together.update(array.data.cast("B") if array.size else b"")
        return together.hexdigest()

    def effective(self) -> dict[str, int]:
        """Count honestly what is learnt from: ``n_moments``, and the ``n_runs`` of ``n_clips`` that they are.

        Neighbouring moments with the same answer are copies of one decision about nearly the same picture, not
        independent labels.
        """
        return {
            "n_moments": len(self.table),
            "n_runs": int(self.table["run"].nunique()),
            "n_clips": int(self.table["clip"].nunique()),
        }


def choose_evenly(
    moments: pd.DataFrame, *, per_class: int, classes: tuple[str, ...], seed: int
) -> pd.DataFrame:
    """Choose the same number of moments of each class, taking turns among the clips.

    Parameters
    ----------
    moments : pd.DataFrame
        Columns ``clip`` and ``answer``.
    per_class : int
        At most so many of each class; fewer when the rarest class has fewer.

    Raises
    ------
    InvalidInputError
        A class has no moment at all.
    """
    counts = moments["answer"].value_counts()
    missing = [name for name in classes if counts.get(name, 0) == 0]
    if missing:
        raise InvalidInputError(
            f"Every class needs moments to learn from. There are none of {', '.join(missing)}: label some, or import clips that show them."
        )
    n_each = min(per_class, *(int(counts[name]) for name in classes))
    shuffled = moments.iloc[np.random.default_rng([seed, 31]).permutation(len(moments))]
    turn = shuffled.groupby(["answer", "clip"]).cumcount()
    in_turn = shuffled.assign(_turn=turn).sort_values("_turn", kind="stable")
    chosen = in_turn[in_turn["answer"].isin(classes)].groupby("answer", sort=False).head(n_each)
    return moments.loc[chosen.index.sort_values()]


def collect(
    dataset: Dataset,
    moments: pd.DataFrame,
    *,
    what: tuple[str, ...],
    classes: tuple[str, ...],
    per_class: dict[str, int],
    seed: int,
    soft: bool = False,
) -> Samples:
    """Choose moments for each part and read their arrays.

    Parameters
    ----------
    moments : pd.DataFrame
        Eligible rows of the moments table with ``answer``, ``answer_source`` and ``part``.
    per_class : dict of str to int
        How many of each class at most, per part (train, validation).
    soft : bool
        Learn from how the votes are spread (the columns ``share_<class>``).
    """
    chosen = []
    for number, (part, limit) in enumerate(per_class.items()):
        rows = moments[moments["part"] == part]
        try:
            chosen.append(choose_evenly(rows, per_class=limit, classes=classes, seed=seed * 1000 + number))
        except InvalidInputError as error:
            raise InvalidInputError(f"In the {part} part of {dataset.name}: {error}") from error
    table = pd.concat(chosen)
    columns = ["clip", "speaker", "moment", "time_s", "answer", "answer_source", "run", "part"]
    shares = table[[f"{SHARE}{name}" for name in classes]].to_numpy(np.float32) if soft else None
    return Samples(table[columns].reset_index(drop=True), gather(dataset, table, what), classes, shares)
