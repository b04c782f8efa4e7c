"""Items that people answered differently, or flagged: who said what, how quickly, and what was settled since."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
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
        votes = Counter(answer.value for answer in self.answers).values()
        n_pairs = len(self.answers) * (len(self.answers) - 1)
        return 0.0 if not n_pairs else 1 - sum(n * (n - 1) for n in votes) / n_pairs

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
    lowest = np.where(said == SILENT, len(answers), said).min(axis=1, initial=len(answers))
    differs = said.max(axis=1, initial=SILENT) > lowest
    given = list(_given(answers))
    flags_of, verdicts_of = dict(iter(flags.groupby("clip"))), dict(iter(verdicts.groupby("clip")))
    clips, starts_s, ends_s = (shared.items[name].tolist() for name in ("clip", "start_s", "end_s"))
    found = []
    for row in np.flatnonzero(differs | _overlapping(shared.items, flags)):
        words = shared.words[row]
        answered = [given[word] for word in words[words != SILENT]]
        found.append(_dispute(clips[row], starts_s[row], ends_s[row], answered))
    alone = flags[~_overlapping(flags, shared.items)].drop_duplicates(["clip", "start_s", "end_s"])
    found += [_dispute(row.clip, row.start_s, row.end_s, []) for row in alone.itertuples()]
    found = [_with_flags(one, flags_of[one.clip]) if one.clip in flags_of else one for one in found]
    found = [with_verdict(one, verdicts_of[one.clip]) if one.clip in verdicts_of else one for one in found]
    return sorted(found, key=lambda d: (-d.disagreement, not d.flags, d.clip, d.start_s, d.end_s))


def verdict_item(dispute: Dispute) -> Dispute:
    """Return the item with the bounds that its verdict was given for."""
    assert dispute.verdict is not None
    return replace(dispute, start_s=dispute.verdict.start_s, end_s=dispute.verdict.end_s)


def _given(answers: pd.DataFrame) -> Iterator[GivenAnswer]:
    columns = (answers[name] for name in ("annotator", "value", "details", "op_id"))
    for annotator, value, details, op_id in zip(*columns, strict=True):
        yield GivenAnswer(annotator, value, details.get("seconds_taken"), op_id)


def _dispute(clip: str, start_s: float, end_s: float, given: list[GivenAnswer]) -> Dispute:
    name = f"{clip}@{start_s:.3f}-{end_s:.3f}"
    # By a hash of item and operation: who is "person 1" changes from item to item.
    given.sort(key=lambda answer: hashlib.sha256(f"{name}|{answer.op_id}".encode()).digest())
    return Dispute(name, str(clip), float(start_s), float(end_s), tuple(given))


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
    others_of = dict(iter(others.groupby("clip")))
    for clip, places in items.groupby("clip").indices.items():
        if clip in others_of:
            starts_s, ends_s = (items[name].to_numpy(float)[places] for name in ("start_s", "end_s"))
            there = others_of[clip]
            before = starts_s[:, None] <= there["end_s"].to_numpy(float)
            after = there["start_s"].to_numpy(float) <= ends_s[:, None]
            found[places] = (before & after).any(axis=1)
    return found
