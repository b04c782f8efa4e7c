"""Items that people answered differently, or flagged: who said what, how quickly, and what was settled since."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from workbench.labels.common_items import common_items
from workbench.labels.said import REACH_S, SILENT


@dataclass(frozen=True)
class GivenAnswer:
    """What one person said about an item.

    Attributes
    ----------
    annotator, value : str
    seconds_taken : float or None
        How long it took, where known.
    op_id : str
        Of the answer.
    """

    annotator: str
    value: str
    seconds_taken: float | None
    op_id: str


@dataclass(frozen=True)
class Flag:
    """A wish to talk about an item."""

    annotator: str
    note: str


@dataclass(frozen=True)
class Verdict:
    """What an item was settled as, by whom, why; the bounds it was given for may be wider than the item's."""

    judge: str
    value: str
    reason: str
    note: str
    op_id: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Dispute:
    """An item with different answers, or a flag.

    Attributes
    ----------
    item_id : str
        The same for the same item in every session.
    clip : str
    start_s, end_s : float
    answers : tuple of GivenAnswer
        One of each person, in an order that tells nothing about who they are.
    flags : tuple of Flag
    verdict : Verdict or None
        The one that stands.
    """

    item_id: str
    clip: str
    start_s: float
    end_s: float
    answers: tuple[GivenAnswer, ...]
    flags: tuple[Flag, ...] = ()
    verdict: Verdict | None = None

    @property
    def disagreement(self) -> float:
        """Share of pairs of people who said something different, 0 to 1."""
        votes = pd.Series([answer.value for answer in self.answers]).value_counts().to_numpy()
        n_pairs = len(self.answers) * (len(self.answers) - 1)
        return 0.0 if not n_pairs else 1 - float((votes * (votes - 1)).sum()) / n_pairs

    def settles(self) -> list[str]:
        """Return the operations of all answers that a verdict decides about."""
        return sorted(answer.op_id for answer in self.answers)

    def as_json(self, *, named: bool, judge: str) -> dict[str, Any]:
        """Return the item for a view; without names, nothing in it tells who said what."""
        verdict = self.verdict
        return {
            "item_id": self.item_id,
            "clip": self.clip,
            "start_s": self.start_s,
            "end_s": self.end_s,
            "disagreement": self.disagreement,
            "answers": [
                {
                    "who": answer.annotator if named else f"person {number}",
                    "value": answer.value,
                    "seconds_taken": answer.seconds_taken,
                }
                for number, answer in enumerate(self.answers, start=1)
            ],
            "flags": [{"who": flag.annotator if named else "", "note": flag.note} for flag in self.flags],
            "verdict": None
            if verdict is None
            else {
                "value": verdict.value,
                "reason": verdict.reason,
                "note": verdict.note,
                "mine": verdict.judge == judge,
                "who": verdict.judge if named else "",
            },
        }


def disputes_in(answers: pd.DataFrame, *, flags: pd.DataFrame, verdicts: pd.DataFrame) -> list[Dispute]:
    """Return the items with different answers or a flag, the most disputed first.

    Parameters
    ----------
    answers, flags, verdicts : pd.DataFrame
        As the label store gives them, of one question.
    """
    codes = pd.factorize(answers["value"])[0]
    shared = common_items(answers, codes)
    said = np.append(codes, SILENT)[shared.words]
    differs = [len(set(row[row != SILENT])) > 1 for row in said]
    flagged_items = _overlapping(shared.items, flags)
    found = [
        _dispute(answers, shared.items.iloc[row], shared.words[row])
        for row in np.flatnonzero(np.asarray(differs, bool) | flagged_items)
    ]
    alone = flags[~_overlapping(flags, shared.items)].drop_duplicates(["clip", "start_s", "end_s"])
    found += [_dispute(answers, row, np.zeros(0, int)) for _, row in alone.iterrows()]
    found = [with_verdict(_with_flags(dispute, flags), verdicts) for dispute in found]
    return sorted(found, key=lambda d: (-d.disagreement, not d.flags, d.clip, d.start_s, d.end_s))


def verdict_item(dispute: Dispute) -> Dispute:
    """Return the item with the bounds that its verdict was given for."""
    assert dispute.verdict is not None
    return replace(dispute, start_s=dispute.verdict.start_s, end_s=dispute.verdict.end_s)


def _dispute(answers: pd.DataFrame, item: pd.Series, words: np.ndarray) -> Dispute:
    name = f"{item['clip']}@{item['start_s']:.3f}-{item['end_s']:.3f}"
    rows = answers.iloc[words[words != SILENT]]
    given = [
        GivenAnswer(row.annotator, row.value, row.details.get("seconds_taken"), row.op_id)
        for row in rows.itertuples()
    ]
    # By a hash of item and operation: who is "person 1" changes from item to item.
    given.sort(key=lambda answer: hashlib.sha256(f"{name}|{answer.op_id}".encode()).digest())
    return Dispute(name, str(item["clip"]), float(item["start_s"]), float(item["end_s"]), tuple(given))


def with_verdict(dispute: Dispute, verdicts: pd.DataFrame) -> Dispute:
    """Return the item with the newest of those verdicts that cover it, or none."""
    covering = verdicts[
        (verdicts["clip"] == dispute.clip)
        & (verdicts["start_s"] - REACH_S <= dispute.start_s)
        & (dispute.end_s <= verdicts["end_s"] + REACH_S)
    ]
    if covering.empty:
        return replace(dispute, verdict=None)
    newest = covering.loc[covering["sequence"].idxmax()]
    verdict = Verdict(
        judge=str(newest["annotator"]),
        value=str(newest["value"]),
        reason=str(newest["details"].get("reason", "")),
        note=str(newest["details"].get("note", "")),
        op_id=str(newest["op_id"]),
        start_s=float(newest["start_s"]),
        end_s=float(newest["end_s"]),
    )
    return replace(dispute, verdict=verdict)


def _with_flags(dispute: Dispute, flags: pd.DataFrame) -> Dispute:
    here = (
        (flags["clip"] == dispute.clip)
        & (flags["start_s"] <= dispute.end_s)
        & (dispute.start_s <= flags["end_s"])
    )
    notes = [Flag(row.annotator, str(row.details.get("note", ""))) for row in flags[here].itertuples()]
    return replace(dispute, flags=tuple(notes))


def _overlapping(items: pd.DataFrame, others: pd.DataFrame) -> np.ndarray:
    """Say of each item whether any of the others is about some of it, shape (n_items,)."""
    found = np.zeros(len(items), bool)
    for row in others.itertuples():
        found |= (
            (items["clip"] == row.clip) & (items["start_s"] <= row.end_s) & (row.start_s <= items["end_s"])
        ).to_numpy()
    return found
