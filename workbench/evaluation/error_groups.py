"""Where the errors are: how many moments are wrong by speaker, sex, intensity, statement, emotion and mouth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.evaluation.confidence import Confidences
from workbench.evaluation.estimates import Share
from workbench.evaluation.resampling import share_of

GROUPINGS = ("speaker", "sex", "intensity", "statement", "emotion", "mouth")
"""Columns that errors are looked at by, where they are known."""
MOST_VALUES = 40
NOT_KNOWN = ""


@dataclass(frozen=True)
class ErrorGroup:
    """How often the answers about one group are wrong.

    Attributes
    ----------
    of, value : str
        Such as ``"speaker"`` and ``"03"``.
    wrong : Share
        ``k`` of ``n`` moments, with a 95% interval that respects who was recorded
        (:mod:`workbench.evaluation.intervals`).
    n_clips : int
    """

    of: str
    value: str
    wrong: Share
    n_clips: int

    def as_json(self) -> dict[str, Any]:
        """Return plain values, with the share in words."""
        share = self.wrong.as_json()
        return {
            "of": self.of,
            "name": self.value,
            "n_clips": self.n_clips,
            **{key: share[key] for key in ("k", "n", "low", "high")},
            "words": self.wrong.in_words(),
        }


def error_groups(sure: Confidences, about: pd.DataFrame, *, seed: int = 0) -> dict[str, list[ErrorGroup]]:
    """Return the groups of each column that tells moments apart, the values in their order.

    Parameters
    ----------
    sure : Confidences
        Answers about moments.
    about : pd.DataFrame
        Row by row with ``sure.rows``: those of :data:`GROUPINGS` that are known; an empty value is not known.

    Returns
    -------
    dict of str to list of ErrorGroup
        Columns with fewer than two known values, or more than 40, are left out.
    """
    found: dict[str, list[ErrorGroup]] = {}
    for of in GROUPINGS:
        if of not in about:
            continue
        values = sorted(set(about[of]) - {NOT_KNOWN})
        if not 2 <= len(values) <= MOST_VALUES:
            continue
        found[of] = [_group(sure, of, value, (about[of] == value).to_numpy(), seed=seed) for value in values]
    return found


def _group(sure: Confidences, of: str, value: str, mask: object, *, seed: int) -> ErrorGroup:
    part = sure.where(mask)  # type: ignore[arg-type]
    wrong = share_of(~part.right, part, seed=seed, undefined="no moment of this group")
    return ErrorGroup(of, value, wrong, part.n_clips)
