"""Where two systems differ: every clip that one or both tell wrong, with what each said and how sure it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from workbench.evaluation.accumulate import ALPHA
from workbench.evaluation.comparison import answers_of, shared_answers
from workbench.evaluation.predictions import PROBABILITY_PREFIX

OUTCOMES = ("only_a", "only_b", "neither")


@dataclass(frozen=True)
class Disagreements:
    """The clips (or moments) of one pair that are not told right by both.

    Attributes
    ----------
    a, b : str
    unit : str
        ``"clip"`` or ``"moment"``.
    rows : pd.DataFrame
        ``outcome`` (``only_a``: a is right and b is wrong; ``only_b``; ``neither``), ``clip, speaker``, ``start_s`` and
        ``end_s`` of moments, ``truth``, ``says_a, sure_a, says_b, sure_b``; first where a alone is right, and in each the
        pair that is most at odds first.
    """

    a: str
    b: str
    unit: str
    rows: pd.DataFrame

    def as_json(self) -> dict[str, Any]:
        """Return ``{"a", "b", "unit", "rows"}``."""
        return {"a": self.a, "b": self.b, "unit": self.unit, "rows": self.rows.to_dict("records")}

    def lines(self) -> Iterator[str]:
        """Return the list for people, a heading per outcome."""
        heads = {
            "only_a": f"{self.a} right, {self.b} wrong",
            "only_b": f"{self.b} right, {self.a} wrong",
            "neither": "both wrong",
        }
        for outcome, head in heads.items():
            rows = self.rows[self.rows["outcome"] == outcome]
            yield f"{head}: {len(rows):,} {self.unit}{'' if len(rows) == 1 else 's'}"
            for row in rows.to_dict("records"):
                yield f"  {self._words(row)}"

    def _words(self, row: dict[str, Any]) -> str:
        when = f" at {row['start_s']:.2f} s" if self.unit == "moment" else ""
        whose = f" ({row['speaker']})" if row["speaker"] else ""
        said = f"{self.a} {row['says_a']} {row['sure_a']:.0%}, {self.b} {row['says_b']} {row['sure_b']:.0%}"
        return f"{row['clip']}{when}{whose}: is {row['truth']}; {said}"


def disagreements(tables: Mapping[str, pd.DataFrame], *, alpha: float = ALPHA) -> tuple[Disagreements, ...]:
    """List, for every pair of predictions tables, the clips they share and do not both tell right.

    Parameters
    ----------
    tables : mapping of name to predictions table
        Two or more, as :func:`workbench.evaluation.comparison.compare` takes them.
    alpha : float, in (0, 1]
        Share of the newest moment when a clip is decided.

    Raises
    ------
    InvalidInputError
        They cannot be compared.
    """
    unit, answers = answers_of(tables, alpha=alpha)
    return tuple(
        Disagreements(a, b, unit, _rows(shared_answers(a, b, answers[a], answers[b], unit=unit), unit))
        for a, b in combinations(tables, 2)
    )


def _rows(shared: pd.DataFrame, unit: str) -> pd.DataFrame:
    right_a, right_b = shared["right_a"].to_numpy(bool), shared["right_b"].to_numpy(bool)
    outcome = np.select([right_a & ~right_b, ~right_a & right_b], ["only_a", "only_b"], "neither")
    times = {"start_s": shared["start_s_a"], "end_s": shared["end_s_a"]} if unit == "moment" else {}
    sure = {side: _sure(shared, side) for side in "ab"}
    table = pd.DataFrame(
        {
            "outcome": outcome,
            "clip": shared["clip"],
            "speaker": shared["speaker"],
            **times,
            "truth": shared["truth_a"],
            "says_a": shared["predicted_a"],
            "sure_a": sure["a"],
            "says_b": shared["predicted_b"],
            "sure_b": sure["b"],
        }
    )
    table = table[~(right_a & right_b)]
    odds = np.where(table["outcome"] == "only_b", table["sure_b"], table["sure_a"])
    order = pd.DataFrame({"outcome": table["outcome"].map(OUTCOMES.index), "odds": -odds}, index=table.index)
    return table.loc[order.sort_values(["outcome", "odds"], kind="stable").index].reset_index(drop=True)


def _sure(shared: pd.DataFrame, side: str) -> np.ndarray:
    """Return the probability that a side gives to what it says, rounded as probabilities are stored."""
    columns = [c for c in shared.columns if c.startswith(PROBABILITY_PREFIX) and c.endswith(f"_{side}")]
    return shared[columns].to_numpy(float).max(axis=1).round(6)
