"""A figure with its uncertainty: a share of counts, or a score; both know when they are undefined."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Score:
    """A value with its 95% interval.

    Attributes
    ----------
    value, low, high : float or None
        None when undefined.
    undefined : str or None
        Why there is no value.
    """

    value: float | None
    low: float | None
    high: float | None
    undefined: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return ``{"value", "low", "high"}``, with ``"undefined": why`` where there is no value."""
        content: dict[str, Any] = {"value": self.value, "low": self.low, "high": self.high}
        return content if self.undefined is None else content | {"undefined": self.undefined}


@dataclass(frozen=True)
class Share(Score):
    """A share ``k`` of ``n`` with its 95% interval."""

    k: int = 0
    n: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return ``{"k", "n", "value", "low", "high"}``, with ``"undefined"`` where ``n`` is 0."""
        return {"k": self.k, "n": self.n} | super().as_json()

    def in_words(self) -> str:
        """Say it: ``"49 of 54 (90.7%, 95% interval 80.1 to 96.0%)"``."""
        if self.value is None:
            return f"undefined ({self.undefined})"
        return f"{self.k:,} of {self.n:,} ({self.value:.1%}, {interval_in_words(self)})"


def interval_in_words(score: Score) -> str:
    """Say the interval in per cent: ``"95% interval 80.1 to 96.0%"``."""
    if score.low is None or score.high is None:
        return "no interval"
    return f"95% interval {100 * score.low:.1f} to {100 * score.high:.1f}%"


def score(value: float, interval: tuple[float, float], *, undefined: str) -> Score:
    """Return a score, or an undefined one with the reason when ``value`` is not finite."""
    if not math.isfinite(value):
        return Score(None, None, None, undefined)
    low, high = interval
    return Score(float(value), float(low), float(high))


def share(k: int, n: int, interval: tuple[float, float], *, undefined: str) -> Share:
    """Return the share ``k`` of ``n``, or an undefined one with the reason when ``n`` is 0."""
    if n == 0:
        return Share(None, None, None, undefined, k=0, n=0)
    low, high = interval
    return Share(k / n, float(low), float(high), k=int(k), n=int(n))
