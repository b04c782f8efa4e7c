"""How far a machine's suggestions pull people: who changed an answer after seeing another one suggested."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.evaluation.estimates import Share, share
from workbench.evaluation.intervals import MIN_CLUSTERS, hull, percentile, resampled_sums, wilson


@dataclass(frozen=True)
class Influence:
    """What suggestions did to answers.

    Attributes
    ----------
    agreed : Share
        Of the answers with a suggestion, those whose own answer, given before it was seen, was the suggested one.
    changed : Share
        Of those that were another, the ones changed after seeing it.
    adopted : Share
        Of those that were another, the ones changed into what was suggested.
    """

    agreed: Share
    changed: Share
    adopted: Share

    def as_json(self) -> dict[str, Any]:
        """Return ``{"agreed", "changed", "adopted"}``, each ``{"k", "n", "value", "low", "high"}``."""
        return {
            "agreed": self.agreed.as_json(),
            "changed": self.changed.as_json(),
            "adopted": self.adopted.as_json(),
        }

    def lines(self) -> list[str]:
        """Return the figures for people; nothing where nothing was suggested."""
        if not self.agreed.n:
            return []
        return [
            f"Suggestions: own answer was the suggested one in {self.agreed.in_words()}.",
            f"  Another was suggested, and they changed their mind: {self.changed.in_words()}",
            f"  … to what was suggested: {self.adopted.in_words()}",
        ]


def influence_of(answers: pd.DataFrame, *, seed: int = 0) -> Influence:
    """Say how often people changed their mind after seeing a suggestion.

    Parameters
    ----------
    answers : pd.DataFrame
        Standing answers with ``clip``, ``value`` and ``details`` (``own``, ``suggested``, ``reveal``,
        ``changed_mind``). Only answers given before the suggestion was seen (``reveal`` is ``after``) are counted:
        where it was shown before, nobody knows what the own answer would have been.
    seed : int
        Fixes what is drawn again: whole clips from five on.
    """
    rows = [
        (clip, value, d["own"], d["suggested"], bool(d.get("changed_mind")))
        for clip, value, d in zip(answers["clip"], answers["value"], answers["details"], strict=True)
        if "suggested" in d and "own" in d and d.get("reveal", "after") == "after"
    ]
    table = pd.DataFrame(rows, columns=["clip", "value", "own", "suggested", "changed"])
    differs = table[table["own"] != table["suggested"]]
    return Influence(
        agreed=_share(table["own"] == table["suggested"], table["clip"], seed=seed),
        changed=_share(differs["changed"], differs["clip"], seed=seed),
        adopted=_share(
            differs["changed"].astype(bool) & (differs["value"] == differs["suggested"]),
            differs["clip"],
            seed=seed,
        ),
    )


def _share(hits: pd.Series, clips: pd.Series, *, seed: int) -> Share:
    k, n = int(hits.sum()), len(hits)
    if n == 0:
        return share(0, 0, (0, 0), undefined="no such answer")
    codes, names = pd.factorize(clips)
    interval = wilson(k, n)
    if len(names) >= MIN_CLUSTERS:
        per_clip = np.zeros((len(names), 2))
        np.add.at(per_clip, codes, np.column_stack([hits.to_numpy(float), np.ones(n)]))
        draws = resampled_sums(per_clip, seed=seed)
        drawn = percentile(draws[:, 0] / draws[:, 1], n_clusters=len(names))
        interval = hull(k / n, interval, drawn)
    return share(k, n, interval, undefined="no such answer")
