"""Everything about the agreement on one question, as the command tells it: strict JSON, and lines for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from workbench.evaluation.agreement.coefficients import WeightKind
from workbench.evaluation.agreement.influence import Influence, influence_of
from workbench.evaluation.agreement.ratings import Ratings, ratings_of
from workbench.evaluation.agreement.reliability import Reliability
from workbench.evaluation.agreement.report import (
    Coefficients,
    PairAgreement,
    coefficients,
    pairs,
    per_class,
    told,
)
from workbench.evaluation.agreement.resampling import Units, share_by_clip, units_of
from workbench.evaluation.estimates import Score, Share
from workbench.labels.said import classes_of
from workbench.labels.schema import CANNOT_TELL

MODALITY_QUESTIONS = ("sentiment_face", "sentiment_voice", "sentiment_both")
"""The same moments asked with the face alone, the voice alone, and both: the human ceiling of each network."""
_WORDS = {
    "percent": "pairs of answers that agree",
    "fleiss_kappa": "Fleiss' kappa",
    "krippendorff_alpha": "Krippendorff's alpha",
    "gwet_ac2": "Gwet's AC2",
}


@dataclass(frozen=True)
class AgreementReport:
    """How far people agree about one question.

    Attributes
    ----------
    question : str
    ratings : Ratings
    weights : {"nominal", "linear", "ordinal", "quadratic"}
        Of AC2 alone; ``nominal`` makes it AC1.
    seed : int
    overall : Coefficients
    by_pair : list of PairAgreement
    by_class : dict of str to Coefficients
        Each class against all others together.
    by_modality : dict of str to Coefficients
        The questions about face, voice and both, where this question is one of them.
    as_intended : dict of str to Share
        Of each of these, the answers that name what the recording was meant to show: how far people get with that
        modality alone.
    reliability : Reliability
        Self-agreement and accuracy on gold items.
    influence : Influence or None
        How far a machine's suggestions pulled people, where there were any.
    n_skipped : int
        Items passed by: left out.
    """

    question: str
    ratings: Ratings
    weights: WeightKind
    seed: int
    overall: Coefficients
    by_pair: list[PairAgreement]
    by_class: dict[str, Coefficients]
    by_modality: dict[str, Coefficients] = field(default_factory=dict)
    as_intended: dict[str, Share] = field(default_factory=dict)
    reliability: Reliability = field(default_factory=Reliability)
    influence: Influence | None = None
    n_skipped: int = 0

    @property
    def units(self) -> Units:
        """What was drawn again for the intervals."""
        return units_of(self.ratings.items)

    def as_json(self) -> dict[str, Any]:
        """Return plain values; every statistic is ``{"value", "low", "high"}`` or ``{"undefined": why}``."""
        overall = self.overall.as_json()
        return {
            "question": self.question,
            "items": self.overall.n_items,
            "annotators": len(self.ratings.annotators),
            "percent": overall.pop("percent"),
            "cohen_kappa": {_name(pair): told(pair.cohen_kappa) for pair in self.by_pair},
            **overall,
            "annotator_names": list(self.ratings.annotators),
            "classes": list(self.ratings.classes),
            "pairs": {
                _name(pair): {"same": pair.same.as_json(), "table": pair.table.tolist()}
                for pair in self.by_pair
            },
            "per_class": {name: found.as_json() for name, found in self.by_class.items()},
            "per_modality": {
                name: found.as_json() | {"as_intended": self.as_intended[name].as_json()}
                for name, found in self.by_modality.items()
            },
            **self.reliability.as_json(),
            "suggestions": None if self.influence is None else self.influence.as_json(),
            "left_out": {"cannot_tell": self.ratings.n_abstained, "skipped": self.n_skipped},
            "items_from_spans_and_frames": self.ratings.n_overlaid,
            "ac2_weights": self.weights,
            "intervals": {"drawn_again": self.units.of, "units": self.units.n, "seed": self.seed},
        }

    def lines(self) -> list[str]:
        """Return the report for people."""
        names = ", ".join(self.ratings.annotators) or "nobody"
        lines = [
            f"{self.question}: {self.overall.n_items:,} items, {self.overall.n_compared:,} of them answered by two people or more ({names}).",
        ]
        if not self.overall.n_compared:
            return [*lines, f"No agreement can be told: {self.overall.percent.undefined}."]
        lines.append(f"Items about which all said the same: {self.overall.unanimous.in_words()}.")
        lines += [f"  {words}: {in_words(getattr(self.overall, name))}" for name, words in _WORDS.items()]
        for pair in self.by_pair:
            lines.append(
                f"  {pair.a} and {pair.b}: Cohen's kappa {in_words(pair.cohen_kappa)}; same answer {pair.same.in_words()}"
            )
        # Of two classes, one against the rest is the whole story over again.
        for name, found in self.by_class.items() if len(self.by_class) > 2 else ():
            lines.append(f"  {name} against the rest: alpha {in_words(found.krippendorff_alpha)}")
        for name, found in self.by_modality.items():
            lines.append(
                f"  {name}: alpha {in_words(found.krippendorff_alpha)} on {found.n_compared:,} items; "
                f"answers as the recording was meant: {self.as_intended[name].in_words()}"
            )
        pulled = [] if self.influence is None else self.influence.lines()
        return [*lines, *self.reliability.lines(), *pulled, *self._what_was_left_out()]

    def _what_was_left_out(self) -> list[str]:
        drawn = "whole clips" if self.units.of == "clip" else "single items (too few clips)"
        lines = [
            f"95% intervals by drawing {drawn} again, {self.units.n:,} of them. AC2 weights: {self.weights}."
        ]
        if self.ratings.n_abstained or self.n_skipped:
            lines.append(
                f"Left out: {self.ratings.n_abstained:,} answers 'cannot tell', {self.n_skipped:,} skips."
            )
        if self.ratings.n_overlaid:
            lines.append(
                f"{self.ratings.n_overlaid:,} items are stretches that spans and frames of different people share."
            )
        return lines


def agreement_report(
    question: str,
    answers: Mapping[str, pd.DataFrame],
    *,
    weights: WeightKind = "nominal",
    seed: int = 0,
    intended: Mapping[str, str] | None = None,
    reliability: Reliability | None = None,
    n_skipped: int = 0,
) -> AgreementReport:
    """Say how far people agree about ``question``.

    Parameters
    ----------
    answers : mapping of question to pd.DataFrame
        The standing answers (:meth:`workbench.labels.store.LabelStore.answers`) of this question and, where it is
        one of :data:`MODALITY_QUESTIONS`, of the other two.
    intended : mapping of clip to class, optional
        What each recording was meant to show.
    """
    ratings = ratings_of(answers[question], classes_of(question))
    influence = influence_of(answers[question], seed=seed) if "details" in answers[question] else None
    modalities = MODALITY_QUESTIONS if question in MODALITY_QUESTIONS else ()
    asked = [name for name in modalities if name in answers]
    return AgreementReport(
        question=question,
        ratings=ratings,
        weights=weights,
        seed=seed,
        overall=coefficients(ratings, weights=weights, seed=seed),
        by_pair=pairs(ratings, seed=seed),
        by_class=per_class(ratings, seed=seed),
        by_modality={
            name: coefficients(ratings_of(answers[name], classes_of(name)), weights=weights, seed=seed)
            for name in asked
        },
        as_intended={name: share_as_intended(answers[name], intended or {}, seed=seed) for name in asked},
        reliability=reliability or Reliability(),
        influence=influence if influence is not None and influence.agreed.n else None,
        n_skipped=n_skipped,
    )


def in_words(figure: Score) -> str:
    """Say a coefficient: ``"0.74 (95% interval 0.46 to 0.93)"``, or why there is none."""
    if figure.value is None or figure.low is None or figure.high is None:
        return f"undefined ({figure.undefined})"
    return f"{figure.value:.2f} (95% interval {figure.low:.2f} to {figure.high:.2f})"


def share_as_intended(answers: pd.DataFrame, intended: Mapping[str, str], *, seed: int = 0) -> Share:
    """Return how many answers name what the recording was meant to show, of those about recordings of known intention."""
    meant = answers["clip"].map(intended).fillna("")
    judged = answers[(meant != "") & (answers["value"] != CANNOT_TELL)]
    hits = judged["value"] == meant[judged.index]
    return share_by_clip(
        hits, judged["clip"], seed=seed, undefined="no answer about a clip of known intention"
    )


def _name(pair: PairAgreement) -> str:
    return f"{pair.a}|{pair.b}"
