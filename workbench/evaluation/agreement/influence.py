"""How far a machine's suggestions pull people: who changed an answer after seeing another one suggested."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.evaluation.agreement.resampling import share_by_clip
from workbench.evaluation.estimates import Share


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
        agreed=share_by_clip(table["own"] == table["suggested"], table["clip"], seed=seed),
        changed=share_by_clip(differs["changed"], differs["clip"], seed=seed),
        adopted=share_by_clip(
            differs["changed"].astype(bool) & (differs["value"] == differs["suggested"]),
            differs["clip"],
            seed=seed,
        ),
    )
