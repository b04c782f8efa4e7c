"""How sure every answer was and whether it was right: what calibration, temperature and thresholds are made from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workbench.evaluation.accumulate import ALPHA
from workbench.evaluation.clips import decide_clips, moments_of
from workbench.evaluation.intervals import Clusters, clusters_of
from workbench.evaluation.predictions import PROBABILITY_PREFIX, classes_of

GROUPINGS = ("modality", "branch", "speaker")
"""Columns whose values are looked at one by one."""


@dataclass(frozen=True)
class Confidences:
    """The answers of one level with their probabilities.

    Attributes
    ----------
    unit : str
        ``"clip"`` or ``"moment"``.
    classes : tuple of str
        Order of the columns of ``probabilities``.
    rows : pd.DataFrame, n_rows rows
        ``clip, speaker`` and those of :data:`GROUPINGS` that are known.
    probabilities : np.ndarray, shape (n_rows, n_classes)
        As they stand in the table, or softened by a temperature.
    truth, said : np.ndarray, shape (n_rows,), int
        Numbers of the true class and of the most probable one. ``said`` is decided once: a temperature never
        changes an answer.
    """

    unit: str
    classes: tuple[str, ...]
    rows: pd.DataFrame
    probabilities: np.ndarray
    truth: np.ndarray
    said: np.ndarray

    @property
    def n(self) -> int:
        """How many answers there are."""
        return len(self.rows)

    @property
    def confidence(self) -> np.ndarray:
        """The probability of the class that was said, shape (n_rows,)."""
        return self.probabilities[np.arange(self.n), self.said]

    @property
    def right(self) -> np.ndarray:
        """Whether the class that was said is the true one, shape (n_rows,), bool."""
        return self.said == self.truth

    @property
    def n_clips(self) -> int:
        """How many clips the answers are about."""
        return int(self.rows["clip"].nunique())

    @property
    def n_speakers(self) -> int:
        """How many speakers they are of; unknown ones are not counted."""
        return int(self.rows.loc[self.rows["speaker"] != "", "speaker"].nunique())

    @property
    def clip_codes(self) -> np.ndarray:
        """The number of each row's clip, shape (n_rows,), int."""
        return pd.factorize(self.rows["clip"].to_numpy(dtype=object))[0]

    def clusterings(self) -> list[Clusters]:
        """Return what is drawn as a whole: speakers or clips; for figures about clips, clips in any case.

        The first is the rule of :mod:`workbench.evaluation.intervals`; the second keeps a figure about clips from
        being surer than so many independent clips are.
        """
        first = clusters_of(self.rows)
        if self.unit == "moment" or first.of == "clip":
            return [first]
        return [first, Clusters(self.clip_codes, self.n_clips, "clip")]

    def where(self, mask: np.ndarray) -> Confidences:
        """Return the answers for which ``mask``, shape (n_rows,), bool, holds."""
        rows, chances = self.rows[mask].reset_index(drop=True), self.probabilities[mask]
        return replace(self, rows=rows, probabilities=chances, truth=self.truth[mask], said=self.said[mask])


def confidences_of(
    table: pd.DataFrame, *, unit: str, classes: tuple[str, ...] | None = None, alpha: float = ALPHA
) -> Confidences:
    """Return the answers of a valid predictions table, one per ``unit``.

    Parameters
    ----------
    table : pd.DataFrame
        A valid predictions table (:func:`workbench.evaluation.predictions.validate`).
    unit : str
        ``"clip"`` (moments are accumulated to one decision per clip) or ``"moment"`` (the rows with times).
    classes : tuple of str, optional
        The order of the classes, where it is not the table's own.
    alpha : float, in (0, 1]
        Share of the newest moment when a clip is decided.

    Raises
    ------
    InvalidInputError
        The truth changes within a clip and ``unit`` is ``"clip"``.
    """
    classes = classes_of(table) if classes is None else classes
    decided = decide_clips(table, alpha=alpha) if unit == "clip" else moments_of(table).reset_index(drop=True)
    known = [name for name in GROUPINGS if name in table.columns and name not in decided.columns]
    for name in known:  # a branch that changes within a clip belongs to its moments, not to the clip
        by_clip = table.groupby("clip", sort=False)[name]
        n_values = by_clip.nunique(dropna=False)
        if (n_values <= 1).all():
            decided[name] = decided["clip"].map(by_clip.first())
    number = {name: position for position, name in enumerate(classes)}
    chances = decided[[PROBABILITY_PREFIX + name for name in classes]].to_numpy(dtype=float)
    return Confidences(
        unit=unit,
        classes=classes,
        rows=decided[["clip", *(name for name in GROUPINGS if name in decided.columns)]],
        probabilities=chances,
        truth=decided["truth"].map(number).to_numpy(dtype=int),
        said=decided["predicted"].map(number).to_numpy(dtype=int),
    )
