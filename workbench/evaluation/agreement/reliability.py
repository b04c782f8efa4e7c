"""Whether a person answers the same when asked again unawares, and as was settled for items of known answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from workbench.evaluation.estimates import Share, share
from workbench.evaluation.intervals import wilson


@dataclass(frozen=True)
class Reliability:
    """Figures about single annotators.

    Attributes
    ----------
    self_agreement : dict of str to Share
        Per annotator: hidden repeats answered as before, of all that were answered twice.
    gold : dict of str to Share
        Per annotator: gold items answered as settled beforehand.
    """

    self_agreement: dict[str, Share] = field(default_factory=dict)
    gold: dict[str, Share] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return ``{"self_agreement": {annotator: {"k", "n", "value", "low", "high"}}, "gold": {…}}``."""
        return {
            "self_agreement": {name: found.as_json() for name, found in self.self_agreement.items()},
            "gold": {name: found.as_json() for name, found in self.gold.items()},
        }

    def lines(self) -> list[str]:
        """Return the figures for people."""
        again = [
            f"  {name} asked again said the same: {s.in_words()}" for name, s in self.self_agreement.items()
        ]
        gold = [f"  {name} on gold items: {s.in_words()}" for name, s in self.gold.items()]
        return [*again, *gold]


def self_agreement(twice: pd.DataFrame) -> dict[str, Share]:
    """Return how often each person said the same when the same item came again unannounced.

    Parameters
    ----------
    twice : pd.DataFrame
        ``annotator, first, again``: the two answers; those who could not tell either time are left out before.
    """
    return _shares(twice, twice["first"] == twice["again"])


def gold_accuracy(judged: pd.DataFrame) -> dict[str, Share]:
    """Return how often each person answered gold items as settled.

    Parameters
    ----------
    judged : pd.DataFrame
        ``annotator, value, settled``.
    """
    return _shares(judged, judged["value"] == judged["settled"])


def _shares(rows: pd.DataFrame, right: pd.Series) -> dict[str, Share]:
    found = {}
    for name, hits in right.groupby(rows["annotator"], sort=True):
        k, n = int(hits.sum()), len(hits)
        found[str(name)] = share(k, n, wilson(k, n), undefined="nothing was asked twice")
    return found
