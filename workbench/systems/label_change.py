"""What changed labels came to: on the same test moments, before and after, judged by the same labels.

Two things are kept apart, for they are easily taken for one. A changed answer in a *training* part changes what a network
learns: it is trained again. A changed answer in a *test* part changes the judge: the same predictions are counted
differently, and no network got better or worse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.evaluation.comparison import Pair, compare
from workbench.evaluation.confidence import confidences_of
from workbench.evaluation.estimates import Share
from workbench.evaluation.predictions import classes_of, probabilities, read
from workbench.evaluation.resampling import share_of
from workbench.evaluation.warnings import Alarm, leak_codes
from workbench.models.runs import Run

_KEY = ["clip", "milliseconds"]
Moments = tuple[tuple[str, float], ...]
"""Clip and start of each."""
ONE_SEED = "Both are one training with one seed; another seed may move the figure as much."


@dataclass(frozen=True)
class Change:
    """What changed labels came to for one network.

    Attributes
    ----------
    network : str
    before, after : tuple of str
        The ids of the runs (several are folds); the same where nothing had to be trained again.
    why : str
        Why it was trained again, or why not.
    judge_before, judge_after : Share
        How many test moments of the earlier run are right by the labels it was judged with, and by those of now.
    pair : Pair or None
        The runs ``after`` and ``before`` on the same clips or moments, both judged by the labels of now; None where
        there is one run only.
    mended, broken : tuple of (clip, start_s)
        Test moments that only the later, or only the earlier run names rightly.
    words : tuple of str
        All of it in sentences.
    """

    network: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    why: str
    judge_before: Share
    judge_after: Share
    pair: Pair | None
    mended: Moments
    broken: Moments
    words: tuple[str, ...]

    @property
    def trained(self) -> bool:
        """Whether the network was trained again."""
        return self.after != self.before


def what_changed(
    before: Sequence[Run], after: Sequence[Run], truth: pd.DataFrame, *, why: str = "", seed: int = 0
) -> Change:
    """Compare a network before and after labels were changed, on the same test moments and by the labels of now.

    Parameters
    ----------
    before, after : sequence of Run
        One run, or one per fold; the same ones where nothing was trained again.
    truth : pd.DataFrame
        ``clip, start_s, truth`` as it stands now.
    why : str
        Why it was trained again.
    """
    earlier = _tested(before)
    judged = _judged_by(earlier, truth)
    judge_before, judge_after = _right(earlier, seed=seed), _right(judged, seed=seed)
    pair: Pair | None = None
    mended: Moments = ()
    broken: Moments = ()
    ids_before, ids_after = (tuple(run.id for run in runs) for runs in (before, after))
    if ids_after != ids_before:
        later = _judged_by(_tested(after), truth)
        pair = _pair(before, judged, later, seed=seed)
        mended, broken = _moved(judged, later)
    network = before[0].facts()["network"]
    words = _judge_words(network, judge_before, judge_after, earlier, judged)
    words += _network_words(network, pair, why, len(mended), len(broken))
    return Change(
        network, ids_before, ids_after, why, judge_before, judge_after, pair, mended, broken, tuple(words)
    )


def _tested(runs: Sequence[Run]) -> pd.DataFrame:
    tables = [read(run.folder / "predictions.csv") for run in runs]
    return pd.concat(tables, ignore_index=True).drop_duplicates(["clip", "start_s"], ignore_index=True)


def _keyed(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(milliseconds=(table["start_s"] * 1000).round().astype(int))


def _judged_by(table: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Return a predictions table with the truth of now; moments that nobody can tell any more are left out."""
    now = _keyed(truth)[[*_KEY, "truth"]].drop_duplicates(_KEY)
    joined = _keyed(table).drop(columns="truth").merge(now, on=_KEY, how="inner")
    return joined[joined["truth"] != ""].drop(columns="milliseconds").reset_index(drop=True)


def _right(table: pd.DataFrame, *, seed: int) -> Share:
    sure = confidences_of(table, unit="moment")
    return share_of(sure.right, sure, seed=seed, undefined="no moment with an answer")


def _pair(before: Sequence[Run], earlier: pd.DataFrame, later: pd.DataFrame, *, seed: int) -> Pair:
    warnings = [warning for run in before for warning in run.facts()["warnings"]]
    leaking = [Alarm(str(w["code"]), str(w["message"])) for w in warnings if leak_codes([w])]
    found = compare({"after": later, "before": earlier}, seed=seed)
    return found.marked({"after": leaking, "before": leaking}).pairs[0]


def _moved(earlier: pd.DataFrame, later: pd.DataFrame) -> tuple[Moments, Moments]:
    """Return the moments that only the later, and those that only the earlier predictions name rightly."""
    both = _right_rows(earlier).merge(_right_rows(later), on=_KEY, suffixes=("_before", "_after"))

    def places(mask: pd.Series) -> Moments:
        rows = both[mask]
        return tuple(zip(rows["clip"], (rows["milliseconds"] / 1000).round(3), strict=True))

    return places(both["right_after"] & ~both["right_before"]), places(
        both["right_before"] & ~both["right_after"]
    )


def _right_rows(table: pd.DataFrame) -> pd.DataFrame:
    classes = pd.Index(classes_of(table))
    said = classes[probabilities(table).argmax(axis=1)] if len(table) else pd.Index([])
    return _keyed(table)[_KEY].assign(right=said == table["truth"].to_numpy())


def _judge_words(
    network: str, by_then: Share, by_now: Share, earlier: pd.DataFrame, judged: pd.DataFrame
) -> list[str]:
    if (by_then.k, by_then.n) == (by_now.k, by_now.n):
        return []
    said = (
        f"The judge has changed: the same predictions of the {network} network are right on {by_then.in_words()} test "
        f"moments by the labels they were judged with, on {by_now.in_words()} by the labels of now. "
        "That is no change of the network."
    )
    return [said, *_flattering(earlier, judged)]


def _network_words(network: str, pair: Pair | None, why: str, n_mended: int, n_broken: int) -> list[str]:
    if pair is None:
        return [
            f"The {network} network was not trained again: it would learn from the very same moments and answers."
        ]
    return [
        f"The {network} network was trained again: {why}. {pair.sentence}",
        f"{n_mended} test moments are right now that were wrong, {n_broken} wrong that were right. {ONE_SEED}",
    ]


def _flattering(earlier: pd.DataFrame, judged: pd.DataFrame) -> list[str]:
    """Warn when test answers were mostly changed to what the network had said: that raises its score by itself."""
    classes = pd.Index(classes_of(judged))
    rows = _keyed(judged).assign(said=classes[probabilities(judged).argmax(axis=1)])
    both = rows.merge(_keyed(earlier)[[*_KEY, "truth"]], on=_KEY, suffixes=("", "_before"))
    changed = both[both["truth"] != both["truth_before"]]
    towards = int((changed["truth"] == changed["said"]).sum())
    if not len(changed) or towards * 2 <= len(changed):
        return []
    return [
        f"{towards} of the {len(changed)} changed test answers now say what the network said. Answers looked at because the "
        "network contradicts them can only go its way: the new figure flatters it until those it agrees with are looked at, too."
    ]


def as_json(change: Change) -> dict[str, Any]:
    """Return what a page shows of a change."""
    return {
        "network": change.network,
        "before": list(change.before),
        "after": list(change.after),
        "trained": change.trained,
        "words": list(change.words),
        "n_mended": len(change.mended),
        "n_broken": len(change.broken),
        "pair": None if change.pair is None else change.pair.as_json(),
    }
