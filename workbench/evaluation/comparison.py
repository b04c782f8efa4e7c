"""Compare systems on the same clips, and say in words whether they can be told apart.

The rule: two systems are *distinguishable* only when both hold: McNemar's exact test gives p < 0.05 (it
counts the clips on which exactly one is right, taking clips as independent), and the 95% interval of the
difference of accuracies excludes 0 (it respects speakers; see :mod:`workbench.evaluation.intervals`). Each
pair is judged by itself; with many pairs expect one in twenty to look different by chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import InvalidInputError
from workbench.evaluation.accumulate import ALPHA
from workbench.evaluation.alarms.telling_apart import needed_to_tell
from workbench.evaluation.clips import clips_with_changing_truth, decide_clips, moments_of
from workbench.evaluation.estimates import Score, score
from workbench.evaluation.intervals import Interval, clusters_of, hull, percentile, resampled_sums
from workbench.evaluation.predictions import PROBABILITY_PREFIX, classes_of, validate
from workbench.evaluation.warnings import LEAK_MARK, Alarm
from workbench.evaluation.wording import comparison_sentence
from workbench.lazy import load

SIGNIFICANCE = 0.05
_Z = 1.959963984540054


@dataclass(frozen=True)
class Pair:
    """Two systems on the same clips.

    Attributes
    ----------
    n, both, only_a, only_b, neither : int
        How many clips, and on how many both, one or none was right.
    difference : Score
        Accuracy of ``a`` minus that of ``b``, with its interval.
    mcnemar_p : float
        Exact two-sided p; 1 where they never disagree.
    distinguishable : bool
        By the rule of this module.
    """

    a: str
    b: str
    n: int
    both: int
    only_a: int
    only_b: int
    neither: int
    difference: Score
    mcnemar_p: float
    distinguishable: bool
    sentence: str

    def as_json(self) -> dict[str, Any]:
        """Return one entry of ``pairs`` of ``compare --json``."""
        return {**self.__dict__, "difference": self.difference.as_json()}


@dataclass(frozen=True)
class Comparison:
    """Every pair of the systems compared, in the order they were given."""

    pairs: tuple[Pair, ...]
    warnings: tuple[Alarm, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the content of ``workbench compare --json``."""
        return {
            "pairs": [pair.as_json() for pair in self.pairs],
            "warnings": [warning.as_json() for warning in self.warnings],
        }

    def lines(self) -> list[str]:
        """Return the warnings and one sentence per pair."""
        said = [f"WARNING {warning.code}: {warning.message}" for warning in self.warnings]
        return [*said, *(pair.sentence for pair in self.pairs)]

    def marked(self, leaks: Mapping[str, Sequence[Alarm]]) -> Comparison:
        """Return the same with the mark in every sentence about a system whose split leaks.

        Parameters
        ----------
        leaks : mapping of name to sequence of Alarm
            The leaks of each system; none for those left out.
        """
        pairs = tuple(
            replace(
                pair, sentence=marked_sentence(pair.sentence, [n for n in (pair.a, pair.b) if leaks.get(n)])
            )
            for pair in self.pairs
        )
        found = {alarm.code: alarm for alarms in leaks.values() for alarm in alarms}
        return Comparison(pairs, (*self.warnings, *found.values()))


def marked_sentence(sentence: str, leaking: Sequence[str]) -> str:
    """Return a sentence that begins with the mark and the systems whose split leaks, where there are any."""
    return f"{LEAK_MARK} ({' and '.join(leaking)}): {sentence}" if leaking else sentence


def compare(tables: Mapping[str, pd.DataFrame], *, alpha: float = ALPHA, seed: int = 0) -> Comparison:
    """Compare two or more predictions tables pair by pair, on the clips both have.

    Tables whose truth changes within a clip (mouths) are compared moment by moment instead.

    Parameters
    ----------
    tables : mapping of name to predictions table
    alpha : float, in (0, 1]
        Share of the newest moment when a clip is decided.
    seed : int
        The same seed gives the same intervals.

    Raises
    ------
    InvalidInputError
        Fewer than two tables; different classes; nothing in common; two truths for the same clip.
    """
    if len(tables) < 2:
        raise InvalidInputError(
            f"A comparison must have two predictions tables or more. Received {len(tables)}."
        )
    unit, answers = answers_of(tables, alpha=alpha)
    return Comparison(
        tuple(_pair(a, b, answers[a], answers[b], unit=unit, seed=seed) for a, b in combinations(tables, 2))
    )


def answers_of(
    tables: Mapping[str, pd.DataFrame], *, alpha: float = ALPHA
) -> tuple[str, dict[str, pd.DataFrame]]:
    """Return what is compared, ``"clip"`` or ``"moment"``, and the answers of each table, one row per clip (moment).

    Returns
    -------
    str, dict of name to pd.DataFrame
        ``clip, speaker, truth, predicted, p_<class> …`` (and ``start_s``, ``end_s`` of moments), in the table's order.

    Raises
    ------
    InvalidInputError
        A table breaks a rule, or two have different classes.
    """
    checked = {name: validate(table, source=name) for name, table in tables.items()}
    by_moment = any(clips_with_changing_truth(table) for table in checked.values())
    unit = "moment" if by_moment else "clip"
    for a, b in combinations(checked, 2):
        _require_same_classes(a, classes_of(checked[a]), b, classes_of(checked[b]))
    return unit, {name: _answers(table, unit=unit, alpha=alpha) for name, table in checked.items()}


def mcnemar_exact(only_a: int, only_b: int) -> float:
    """Return the exact two-sided p of McNemar's test from the two counts of disagreement.

    Examples
    --------
    >>> round(mcnemar_exact(6, 0), 3), round(mcnemar_exact(7, 1), 3), mcnemar_exact(0, 0)
    (0.031, 0.07, 1.0)
    """
    disagreements = only_a + only_b
    if disagreements == 0:
        return 1.0
    # Half of the coins or fewer fall to the rarer side; both sides count. scipy.stats would take a second to load.
    one_sided = load("scipy.special").bdtr(min(only_a, only_b), disagreements, 0.5)
    return float(min(2 * one_sided, 1.0))


def independent_difference(only_a: int, only_b: int, n: int) -> Interval:
    """Return the 95% interval of a difference of paired shares, taking clips as independent.

    Agresti & Min (2005): half a clip is added to each of the four cells.
    """
    larger = n + 2
    value = (only_a - only_b) / larger
    spread = _Z * np.sqrt(max(only_a + only_b + 1 - (only_a - only_b) ** 2 / larger, 0.0)) / larger
    return max(float(value - spread), -1.0), min(float(value + spread), 1.0)


def _answers(table: pd.DataFrame, *, unit: str, alpha: float) -> pd.DataFrame:
    rows = decide_clips(table, alpha=alpha) if unit == "clip" else moments_of(table)
    # Times are matched to the microsecond: a CSV keeps six digits.
    keys = (
        rows["clip"]
        if unit == "clip"
        else rows["clip"]
        + "\x1f"
        + rows["start_s"].round(6).astype(str)
        + "\x1f"
        + rows["end_s"].round(6).astype(str)
    )
    kept = ["clip", "speaker", "truth", "predicted", *(PROBABILITY_PREFIX + c for c in classes_of(table))]
    times = ["start_s", "end_s"] if unit == "moment" else []
    return rows[[*kept, *times]].assign(key=keys).set_index("key")


def _require_same_classes(a: str, classes_a: tuple[str, ...], b: str, classes_b: tuple[str, ...]) -> None:
    if set(classes_a) != set(classes_b):
        raise InvalidInputError(
            f"Tables compared must have the same classes. {a} has {', '.join(classes_a)}; "
            f"{b} has {', '.join(classes_b)}."
        )


def shared_answers(a: str, b: str, rows_a: pd.DataFrame, rows_b: pd.DataFrame, *, unit: str) -> pd.DataFrame:
    """Return the clips (moments) both have, side by side: columns end in ``_a`` and ``_b``, with ``right_a``, ``right_b``.

    Raises
    ------
    InvalidInputError
        They have none in common, or disagree on a truth.
    """
    shared = rows_a.join(rows_b, how="inner", lsuffix="_a", rsuffix="_b")
    if shared.empty:
        raise InvalidInputError(
            f"Tables compared must have {unit}s in common. {a} ({len(rows_a)} {unit}s) and {b} "
            f"({len(rows_b)}) have none: predict the same clips, or mend their names."
        )
    differing = shared["truth_a"] != shared["truth_b"]
    if differing.any():
        first = shared[differing].iloc[0]
        raise InvalidInputError(
            f"Tables compared must agree on the truth. For clip {first['clip_a']!r} {a} has "
            f"{first['truth_a']!r} and {b} {first['truth_b']!r} ({int(differing.sum())} such {unit}(s)): "
            "use one set of labels for both."
        )
    speaker = shared["speaker_a"].where(shared["speaker_a"] != "", shared["speaker_b"])
    return shared.assign(
        clip=shared["clip_a"],
        speaker=speaker,
        right_a=shared["predicted_a"] == shared["truth_a"],
        right_b=shared["predicted_b"] == shared["truth_b"],
    )


def _pair(a: str, b: str, rows_a: pd.DataFrame, rows_b: pd.DataFrame, *, unit: str, seed: int) -> Pair:
    shared = shared_answers(a, b, rows_a, rows_b, unit=unit)
    right_a, right_b = shared["right_a"].to_numpy(), shared["right_b"].to_numpy()
    only_a, only_b = int(np.sum(right_a & ~right_b)), int(np.sum(~right_a & right_b))
    difference = _difference(shared, only_a, only_b, seed=seed)
    p = mcnemar_exact(only_a, only_b)
    assert difference.low is not None and difference.high is not None  # there is at least one clip
    distinguishable = p < SIGNIFICANCE and not difference.low <= 0 <= difference.high
    counts = {
        "both": int(np.sum(right_a & right_b)),
        "only_a": only_a,
        "only_b": only_b,
        "neither": int(np.sum(~right_a & ~right_b)),
    }
    sentence = comparison_sentence(
        a,
        b,
        **counts,
        difference=difference,
        mcnemar_p=p,
        distinguishable=distinguishable,
        unit=unit,
        only_in_a=len(rows_a) - len(shared),
        only_in_b=len(rows_b) - len(shared),
        n_speakers=int(shared.loc[shared["speaker"] != "", "speaker"].nunique()),
        needed="" if distinguishable else needed_to_tell(shared, right_a.astype(int) - right_b),
    )
    return Pair(
        a,
        b,
        len(shared),
        **counts,
        difference=difference,
        mcnemar_p=p,
        distinguishable=distinguishable,
        sentence=sentence,
    )


def _difference(shared: pd.DataFrame, only_a: int, only_b: int, *, seed: int) -> Score:
    n = len(shared)
    value = (only_a - only_b) / n
    clusters = clusters_of(shared)
    bootstrap = None
    if clusters.enough:
        points = shared["right_a"].to_numpy(dtype=int) - shared["right_b"].to_numpy(dtype=int)
        sums = np.stack(
            [
                np.bincount(clusters.codes, points, clusters.n),
                np.bincount(clusters.codes, minlength=clusters.n),
            ],
            axis=1,
        )
        drawn = resampled_sums(sums, seed=seed)
        bootstrap = percentile(drawn[:, 0] / drawn[:, 1], n_clusters=clusters.n)
    return score(
        value,
        hull(value, bootstrap, independent_difference(only_a, only_b, n)),
        undefined="no clip in common",
    )
