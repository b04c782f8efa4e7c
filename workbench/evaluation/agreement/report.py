"""How far people agree about one question: overall, per pair, per class; with intervals, or why there is no figure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from workbench.evaluation.agreement.coefficients import (
    WeightKind,
    agreement_weights,
    cohen_kappa,
    counts_per_item,
    fleiss_kappa,
    gwet_ac2,
    item_sums,
    krippendorff_alpha,
    percent,
)
from workbench.evaluation.agreement.ratings import Ratings
from workbench.evaluation.agreement.resampling import drawn_again, estimate, units_of
from workbench.evaluation.estimates import Score, Share, share
from workbench.evaluation.intervals import wilson
from workbench.labels.said import SILENT

ONE_VALUE = "one value everywhere: agreement by chance is complete, so nothing can go beyond it"
NO_OVERLAP = "no item was answered by two people"


@dataclass(frozen=True)
class Coefficients:
    """What several people's answers to the same items say about their agreement.

    Attributes
    ----------
    n_items : int
        Items with an answer.
    n_compared : int
        Items with answers of two people or more: only these say anything about agreement.
    unanimous : Share
        Of the compared items, those about which all said the same.
    percent, fleiss_kappa, krippendorff_alpha, gwet_ac2 : Score
    """

    n_items: int
    n_compared: int
    unanimous: Share
    percent: Score
    fleiss_kappa: Score
    krippendorff_alpha: Score
    gwet_ac2: Score

    def as_json(self) -> dict[str, Any]:
        """Return every statistic as ``{"value", "low", "high"}`` or ``{"undefined": why}``."""
        return {
            "percent": told(self.percent),
            "fleiss_kappa": told(self.fleiss_kappa),
            "krippendorff_alpha": told(self.krippendorff_alpha),
            "gwet_ac2": told(self.gwet_ac2),
            "unanimous": self.unanimous.as_json(),
            "compared": self.n_compared,
        }


@dataclass(frozen=True)
class PairAgreement:
    """Two people on the items that both answered.

    Attributes
    ----------
    a, b : str
    table : np.ndarray, shape (n_classes, n_classes), int
        Rows: what ``a`` said; columns: what ``b`` said.
    same : Share
        Items about which both said the same.
    cohen_kappa : Score
    """

    a: str
    b: str
    table: np.ndarray
    same: Share
    cohen_kappa: Score


def told(figure: Score) -> dict[str, Any]:
    """Return a figure as the commands tell it: ``{"value", "low", "high"}`` or ``{"undefined": why}``."""
    if figure.value is None:
        return {"undefined": figure.undefined}
    return {"value": figure.value, "low": figure.low, "high": figure.high}


def coefficients(ratings: Ratings, *, weights: WeightKind = "nominal", seed: int = 0) -> Coefficients:
    """Compute all coefficients for any number of people, answers may be missing.

    Parameters
    ----------
    weights : {"nominal", "linear", "ordinal", "quadratic"}
        For Gwet's AC2 alone; the others take every two classes as equally far apart.
    seed : int
        Fixes what is drawn again.
    """
    counts = counts_per_item(ratings.codes, len(ratings.classes))
    units = units_of(ratings.items)
    identity = agreement_weights("nominal", len(ratings.classes))
    n_compared = int((counts.sum(axis=1) >= 2).sum())
    found = {}
    for kind in dict.fromkeys(("nominal", weights)):
        matrix = agreement_weights(kind, len(ratings.classes))
        sums = item_sums(counts, matrix)
        drawn = drawn_again(sums, units, seed=seed) if n_compared else sums
        chosen = (percent, fleiss_kappa, krippendorff_alpha) if kind == "nominal" else ()
        for coefficient in (*chosen, *([gwet_ac2] if kind == weights else [])):
            found[coefficient.__name__] = estimate(
                lambda rows, f=coefficient, m=matrix: f(rows, m),  # type: ignore[misc]
                sums.sum(axis=0),
                drawn,
                n_units=units.n,
                undefined=_why(ratings, n_compared),
            )
    alike = item_sums(counts, identity)[:, 2] > 1 - 1e-12
    return Coefficients(
        n_items=int((counts.sum(axis=1) > 0).sum()),
        n_compared=n_compared,
        unanimous=_share(int((alike & (counts.sum(axis=1) >= 2)).sum()), n_compared),
        **found,
    )


def pairs(ratings: Ratings, *, seed: int = 0) -> list[PairAgreement]:
    """Compare every two annotators on the items that both answered, in the order of their names."""
    return [_pair(ratings.of_pair(a, b), seed=seed) for a, b in combinations(ratings.annotators, 2)]


def per_class(ratings: Ratings, *, seed: int = 0) -> dict[str, Coefficients]:
    """Compute the coefficients of each class against all others together."""
    return {name: coefficients(ratings.one_against_the_rest(name), seed=seed) for name in ratings.classes}


def _pair(ratings: Ratings, *, seed: int) -> PairAgreement:
    n_classes, (a, b) = len(ratings.classes), ratings.annotators
    tables = np.zeros((len(ratings.codes), n_classes, n_classes))
    tables[np.arange(len(tables)), ratings.codes[:, 0], ratings.codes[:, 1]] = 1
    table = tables.sum(axis=0).astype(int)
    units, flat = units_of(ratings.items), tables.reshape(len(tables), -1)
    kappa = estimate(
        lambda sums: cohen_kappa(sums.reshape(*sums.shape[:-1], n_classes, n_classes)),
        flat.sum(axis=0),
        drawn_again(flat, units, seed=seed) if len(flat) else flat,
        n_units=units.n,
        undefined=ONE_VALUE if len(flat) else "they answered no item in common",
    )
    return PairAgreement(a, b, table, _share(int(np.trace(table)), int(table.sum())), kappa)


def _share(k: int, n: int) -> Share:
    return share(k, n, wilson(k, n) if n else (0, 0), undefined=NO_OVERLAP)


def _why(ratings: Ratings, n_compared: int) -> str:
    n_people = int((ratings.codes != SILENT).any(axis=0).sum()) if ratings.codes.size else 0
    if n_people == 0:
        return "nobody gave an answer yet"
    if n_people == 1:
        return "one annotator only: agreement needs two"
    return ONE_VALUE if n_compared else NO_OVERLAP
