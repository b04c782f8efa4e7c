"""How people's votes about a moment are spread over the classes, and what was settled by a verdict."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.labels.said import SILENT, newest_words


@dataclass(frozen=True)
class Votes:
    """What people say about each of n moments.

    Attributes
    ----------
    counts : np.ndarray, shape (n, n_classes), int
        How many people gave each class; with a verdict, its class alone.
    undecidable : np.ndarray, shape (n,), bool
        The verdict is that nobody can tell.
    classes : tuple of str
    """

    counts: np.ndarray
    undecidable: np.ndarray
    classes: tuple[str, ...]

    def shares(self) -> np.ndarray:
        """Return the distribution of the votes, shape (n, n_classes); rows of 0 without any."""
        return self.counts / np.maximum(self.counts.sum(axis=1, keepdims=True), 1)

    def decided(self) -> np.ndarray:
        """Return the class with most votes, shape (n,), ``""`` for a tie or no vote at all."""
        most = self.counts.max(axis=1, initial=0)
        alone = (self.counts == most[:, None]).sum(axis=1) == 1
        winners = np.array(self.classes, dtype=object)[self.counts.argmax(axis=1)]
        return np.where(alone & (most > 0), winners, "").astype(object)


def no_votes(n_moments: int, classes: tuple[str, ...]) -> Votes:
    """Return the votes of nobody."""
    return Votes(np.zeros((n_moments, len(classes)), int), np.zeros(n_moments, bool), classes)


def votes_about(
    moments: pd.DataFrame, answers: pd.DataFrame, verdicts: pd.DataFrame, *, classes: tuple[str, ...]
) -> Votes:
    """Count everybody's newest word about each moment; where there is a verdict, that alone.

    Parameters
    ----------
    moments : pd.DataFrame
        ``clip, time_s``.
    answers, verdicts : pd.DataFrame
        ``clip, start_s, end_s, annotator, value`` and ``sequence`` where known.
    """
    votes = no_votes(len(moments), classes)
    spoken, settled = dict(iter(answers.groupby("clip"))), dict(iter(verdicts.groupby("clip")))
    where = pd.Series(np.arange(len(moments)), index=moments["clip"].to_numpy())
    for clip in set(spoken) | set(settled):
        if clip not in where.index:
            continue
        rows = np.atleast_1d(where.loc[clip])
        rows = rows[np.argsort(moments["time_s"].to_numpy()[rows], kind="stable")]
        times = moments["time_s"].to_numpy()[rows]
        if clip in spoken:
            votes.counts[rows] = _counted(spoken[clip], times, classes)
        if clip in settled:
            # Whoever gave it, the newest verdict stands: all count as one person's words.
            verdict = settled[clip].assign(annotator="")
            said = _counted(verdict, times, classes)
            covered = (newest_words(verdict, times)[1] != SILENT).any(axis=1)
            votes.counts[rows[covered]] = said[covered]
            votes.undecidable[rows[covered]] = said[covered].sum(axis=1) == 0
    return votes


def _counted(labels: pd.DataFrame, times_s: np.ndarray, classes: tuple[str, ...]) -> np.ndarray:
    number = {name: k for k, name in enumerate(classes)}
    codes = np.append(labels["value"].map(number).fillna(SILENT).to_numpy(int), SILENT)
    said = codes[newest_words(labels, times_s)[1]]
    return np.stack([(said == k).sum(axis=1) for k in range(len(classes))], axis=1)
