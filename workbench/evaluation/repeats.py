"""The same training with several seeds, judged on the same clips: the mean, the spread, and an honest interval.

Each seed is right on so many clips; the mean of them is what to expect of one more training. Its interval draws again
whole speakers (whoever is recorded next) and, independently, seeds; it is never narrower than Wilson's of as many clips
as there are, for the clips stay the same ones however often a network is trained. The spread (standard deviation) over
the seeds alone says how far chance in training moves the figure, and nothing of people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import InvalidInputError
from workbench.evaluation.comparison import answers_of
from workbench.evaluation.estimates import Share, interval_in_words, share
from workbench.evaluation.intervals import clusters_of, has_width, hull, percentile, resampled_sums, wilson
from workbench.evaluation.report import evaluate


@dataclass(frozen=True)
class Repeats:
    """Several trainings of one kind.

    Attributes
    ----------
    unit : str
        ``"clip"`` or ``"moment"``.
    each : dict of str to Share
        The accuracy of each, as ``evaluate`` gives it.
    mean : Share
        Answers right of all answers of all of them; its interval is over speakers and seeds.
    spread : float or None
        Standard deviation of the accuracies (n - 1); None for a single one.
    n_clips, n_speakers : int
        Whom each was tested on.
    interval : str
        How the mean's interval was made, in words.
    """

    unit: str
    each: dict[str, Share]
    mean: Share
    spread: float | None
    n_clips: int
    n_speakers: int
    interval: str

    def as_json(self) -> dict[str, Any]:
        """Return ``{"unit", "each", "mean", "spread", "n_clips", "n_speakers", "interval"}``."""
        each = {name: accuracy.as_json() for name, accuracy in self.each.items()}
        return {**self.__dict__, "each": each, "mean": self.mean.as_json()}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Repeats:
        """Return what :meth:`as_json` gave."""
        each = {name: Share(**accuracy) for name, accuracy in content["each"].items()}
        return cls(**{**content, "each": each, "mean": Share(**content["mean"])})

    def lines(self) -> list[str]:
        """Return it for people: each, then the mean with spread and interval."""
        lines = [f"{name}: {accuracy.in_words()} {self.unit}s right" for name, accuracy in self.each.items()]
        spread = "" if self.spread is None else f", spread over them {100 * self.spread:.1f} points"
        if self.mean.value is None:
            return [*lines, f"mean: undefined ({self.mean.undefined})"]
        mean = f"mean of {len(self.each)}: {self.mean.value:.1%} ({self.mean.k:,} of {self.mean.n:,} answers){spread}"
        tested = f"{self.n_clips} clips of {self.n_speakers or 'unknown'} speakers"
        return [
            *lines,
            f"{mean}; {interval_in_words(self.mean)}, on {tested}",
            f"  interval: {self.interval}",
        ]


def judge_repeats(tables: Mapping[str, pd.DataFrame], *, seed: int = 0) -> Repeats:
    """Judge several predictions tables of the same clips together.

    Parameters
    ----------
    tables : mapping of name to predictions table
        One per training.
    seed : int
        The same seed gives the same interval.

    Raises
    ------
    InvalidInputError
        There is no table, or they are not of the same clips (moments) with the same truth.
    """
    if not tables:
        raise InvalidInputError("Several trainings must be one or more. Received none.")
    unit, answers = answers_of(tables)
    first_name, first = next(iter(answers.items()))
    for name, rows in answers.items():
        if not rows.index.equals(first.index) and set(rows.index) != set(first.index):
            raise InvalidInputError(
                f"Trainings judged together must be tested on the same {unit}s. {first_name} has {len(first)} and {name} "
                f"{len(rows)}, {len(set(rows.index) & set(first.index))} of them the same: compare them pair by pair instead."
            )
    right = np.stack(
        [(rows["predicted"] == rows["truth"]).reindex(first.index).to_numpy(float) for rows in answers.values()], axis=1
    )  # fmt: skip
    each = {name: evaluate(table, seed=seed).main.accuracy for name, table in tables.items()}
    accuracies = right.mean(axis=0) if len(right) else np.full(right.shape[1], np.nan)
    interval, words = _interval(first, right, unit=unit, seed=seed)
    return Repeats(
        unit=unit,
        each=each,
        mean=share(int(right.sum()), right.size, interval, undefined="there is nothing to judge"),
        spread=float(accuracies.std(ddof=1)) if right.shape[1] > 1 and len(right) else None,
        n_clips=int(first["clip"].nunique()),
        n_speakers=int(first.loc[first["speaker"] != "", "speaker"].nunique()),
        interval=words,
    )


def _interval(
    rows: pd.DataFrame, right: np.ndarray, *, unit: str, seed: int
) -> tuple[tuple[float, float], str]:
    """Return the interval of the mean over rows and trainings, and how it was made.

    Parameters
    ----------
    right : np.ndarray, shape (n_rows, n_trainings), 0 or 1
    """
    if not len(rows):
        return (np.nan, np.nan), "none"
    value, n_clips, clusters = float(right.mean()), rows["clip"].nunique(), clusters_of(rows)
    independent = wilson(value * n_clips, n_clips)
    if not clusters.enough:
        return hull(
            value, independent
        ), f"Wilson, counting each clip once: too few {clusters.of}s for a bootstrap"
    columns = [np.bincount(clusters.codes, column, clusters.n) for column in right.T]
    sums = np.stack([*columns, np.bincount(clusters.codes, minlength=clusters.n)], axis=1)
    drawn = resampled_sums(sums, seed=seed)
    n_trainings = right.shape[1]
    lots = np.random.default_rng([seed, 37]).multinomial(
        n_trainings, np.full(n_trainings, 1 / n_trainings), len(drawn)
    )
    draws = (drawn[:, :-1] * lots).sum(axis=1) / n_trainings / drawn[:, -1]
    bootstrap = percentile(draws, n_clusters=clusters.n)
    if unit == "moment":
        found = hull(value, bootstrap if has_width(bootstrap) else independent)
        return found, f"bootstrap over {clusters.n} {clusters.of}s and the trainings"
    return hull(value, bootstrap, independent), (
        f"Wilson of {n_clips} clips, never narrower than a bootstrap over {clusters.n} {clusters.of}s and the trainings"
    )
