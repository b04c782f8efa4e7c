"""Judge one level, clips or moments: every figure with its counts and its interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.evaluation import metrics
from workbench.evaluation.confusion import Confusion, confusions_by_group
from workbench.evaluation.estimates import Score, Share, score, share
from workbench.evaluation.intervals import (
    Clusters,
    Interval,
    clusters_of,
    has_width,
    hull,
    percentile,
    posterior_confusions,
    resampled_sums,
    wilson,
)


@dataclass(frozen=True)
class ClassScores:
    """How well one class was told.

    Attributes
    ----------
    precision : Share
        Of those called so, how many were.
    recall : Share
        Of those that were, how many were found.
    f1 : Score
        The harmonic mean of both.
    """

    precision: Share
    recall: Share
    f1: Score

    def as_json(self) -> dict[str, Any]:
        """Return ``{"precision", "recall", "f1"}``."""
        return {
            "precision": self.precision.as_json(),
            "recall": self.recall.as_json(),
            "f1": self.f1.as_json(),
        }


@dataclass(frozen=True)
class Judgement:
    """All figures of one level.

    Attributes
    ----------
    unit : str
        ``"clip"`` or ``"moment"``.
    n_clips, n_speakers : int
        Whom it was tested on; unknown speakers are not counted.
    interval : str
        How the intervals were made, in words.
    """

    unit: str
    accuracy: Share
    macro_f1: Score
    per_class: dict[str, ClassScores]
    confusion: Confusion
    n_clips: int
    n_speakers: int
    interval: str

    def as_json(self) -> dict[str, Any]:
        """Return the block ``clips`` or ``frames`` of ``evaluate --json``."""
        return {
            "accuracy": self.accuracy.as_json(),
            "macro_f1": self.macro_f1.as_json(),
            "per_class": {name: scores.as_json() for name, scores in self.per_class.items()},
            "confusion": self.confusion.as_json(),
            "n_clips": self.n_clips,
            "n_speakers": self.n_speakers,
            "interval": self.interval,
        }


@dataclass(frozen=True)
class _Uncertainty:
    """What the intervals of one level are made from; ``effective`` is clips per row."""

    unit: str
    clusters: Clusters
    resampled: np.ndarray | None
    posterior: np.ndarray
    effective: float

    def of_share(self, k: int, n: int, draws: np.ndarray | None) -> Interval:
        """Return the interval of ``k`` of ``n`` (rules of :mod:`workbench.evaluation.intervals`)."""
        if n == 0:
            return np.nan, np.nan
        independent = wilson(k * self.effective, n * self.effective)
        if self.unit == "clip" and self.clusters.of == "clip":
            return hull(k / n, independent)  # drawing independent clips again is what Wilson already knows
        return self._combine(k / n, draws, independent)

    def of_score(self, value: float, draws: np.ndarray | None, posterior: np.ndarray) -> Interval:
        """Return the interval of a score that is no share."""
        return self._combine(value, draws, percentile(posterior))

    def _combine(self, value: float, draws: np.ndarray | None, independent: Interval | None) -> Interval:
        bootstrap = None if draws is None else percentile(draws, n_clusters=self.clusters.n)
        if self.unit == "clip":
            return hull(value, bootstrap, independent)
        return hull(value, bootstrap if has_width(bootstrap) else independent)

    def in_words(self) -> str:
        """Say how the intervals were made."""
        n, of = self.clusters.n, self.clusters.of
        if self.resampled is None:
            counting = "clips" if self.unit == "clip" else "each clip once"
            return f"Wilson, counting {counting} as independent: too few {of}s for a bootstrap"
        if self.unit == "moment":
            return f"bootstrap over {n} {of}s; Wilson counting each clip once where that has no width"
        if of == "clip":
            return f"Wilson, counting clips as independent; F1 never narrower than a bootstrap over {n} clips"
        return f"Wilson, never narrower than a bootstrap over {n} speakers"


def judge(rows: pd.DataFrame, *, classes: tuple[str, ...], unit: str, seed: int) -> Judgement:
    """Judge rows that have a truth and a prediction.

    Parameters
    ----------
    rows : pd.DataFrame
        Columns ``clip, speaker, truth, predicted``; one row per ``unit``.
    classes : tuple of str
        Order of every table and matrix.
    unit : str
        ``"clip"`` or ``"moment"``.
    seed : int
        The same seed gives the same intervals.
    """
    clusters = clusters_of(rows)
    by_cluster = confusions_by_group(
        rows["truth"].to_numpy(),
        rows["predicted"].to_numpy(),
        clusters.codes,
        classes=classes,
        n_groups=clusters.n,
    )
    counts = by_cluster.sum(axis=0)
    n_clips = rows["clip"].nunique()
    effective = n_clips / len(rows) if len(rows) else 1.0
    uncertainty = _Uncertainty(
        unit=unit,
        clusters=clusters,
        resampled=resampled_sums(by_cluster, seed=seed) if clusters.enough else None,
        posterior=posterior_confusions(counts * effective, seed=seed),
        effective=effective,
    )
    return Judgement(
        unit=unit,
        accuracy=_accuracy(counts, uncertainty),
        macro_f1=_macro_f1(counts, uncertainty),
        per_class={name: _class_scores(counts, uncertainty, i, name) for i, name in enumerate(classes)},
        confusion=Confusion(classes, counts),
        n_clips=int(n_clips),
        n_speakers=int(rows.loc[rows["speaker"] != "", "speaker"].nunique()),
        interval=uncertainty.in_words(),
    )


def _accuracy(counts: np.ndarray, uncertainty: _Uncertainty) -> Share:
    k, n = int(np.trace(counts)), int(counts.sum())
    draws = None if uncertainty.resampled is None else metrics.accuracy(uncertainty.resampled)
    return share(k, n, uncertainty.of_share(k, n, draws), undefined="there is nothing to judge")


def _macro_f1(counts: np.ndarray, uncertainty: _Uncertainty) -> Score:
    value = float(metrics.macro_f1(counts))
    draws = None if uncertainty.resampled is None else metrics.macro_f1(uncertainty.resampled)
    interval = uncertainty.of_score(value, draws, metrics.macro_f1(uncertainty.posterior))
    return score(value, interval, undefined="there is nothing to judge")


def _class_scores(counts: np.ndarray, uncertainty: _Uncertainty, position: int, name: str) -> ClassScores:
    k, said, cases = (
        int(counts[position, position]),
        int(counts[:, position].sum()),
        int(counts[position].sum()),
    )
    drawn = uncertainty.resampled
    precision = None if drawn is None else metrics.precision(drawn)[:, position]
    recall = None if drawn is None else metrics.recall(drawn)[:, position]
    f1 = None if drawn is None else metrics.f1(drawn)[:, position]
    value = float(metrics.f1(counts)[position])
    f1_interval = uncertainty.of_score(value, f1, metrics.f1(uncertainty.posterior)[:, position])
    no_case = f"no case of {name} in the truth"
    return ClassScores(
        precision=share(
            k, said, uncertainty.of_share(k, said, precision), undefined=f"{name} was never predicted"
        ),
        recall=share(k, cases, uncertainty.of_share(k, cases, recall), undefined=no_case),
        f1=score(value, f1_interval, undefined=no_case),
    )
