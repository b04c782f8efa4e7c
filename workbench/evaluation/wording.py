"""Sentences about comparisons, with every count and interval in them."""

from __future__ import annotations

from workbench.evaluation.estimates import Score

FEWEST_DISAGREEMENTS = 6
"""With fewer, McNemar's exact test cannot fall below 0.05 even when one system wins every time."""


def comparison_sentence(
    a: str,
    b: str,
    *,
    both: int,
    only_a: int,
    only_b: int,
    neither: int,
    difference: Score,
    mcnemar_p: float,
    distinguishable: bool,
    unit: str,
    only_in_a: int,
    only_in_b: int,
    n_speakers: int,
    needed: str = "",
) -> str:
    """Say how two systems compare on the same clips; ``needed`` says how many more would tell them apart.

    Examples
    --------
    >>> said = comparison_sentence("fused", "visual", both=42, only_a=7, only_b=1, neither=4,
    ...     difference=Score(0.111, 0.01, 0.21), mcnemar_p=0.0703, distinguishable=False, unit="clip",
    ...     only_in_a=0, only_in_b=0, n_speakers=6)
    >>> said.split(":")[0]
    'fused and visual cannot be told apart on these 54 clips of 6 speakers'
    """
    n = both + only_a + only_b + neither
    people = f" of {_many(n_speakers, 'speaker')}" if n_speakers else ""
    left_out = _left_out(a, b, only_in_a, only_in_b, unit)
    if distinguishable and only_b > only_a:  # speak of the better one first
        a, b, only_a, only_b, difference = b, a, only_b, only_a, _turned(difference)
    here = f"on these {_many(n, unit)}{people}"
    head = f"{a} is better than {b} {here}" if distinguishable else f"{a} and {b} cannot be told apart {here}"
    return (
        f"{head}: {a} was right on {_share(both + only_a, n)}, {b} on {_share(both + only_b, n)}, "
        f"a difference of {points(difference)}. {_disagreements(a, b, only_a, only_b, mcnemar_p)}{needed}{left_out}"
    )


def _turned(difference: Score) -> Score:
    assert difference.value is not None and difference.low is not None and difference.high is not None
    return Score(-difference.value, -difference.high, -difference.low)


def points(difference: Score) -> str:
    """Say a difference of shares in percentage points: ``"11.1 points (95% interval 1.0 to 21.0)"``."""
    assert difference.value is not None and difference.low is not None and difference.high is not None
    value, low, high = map(_number, (difference.value, difference.low, difference.high))
    return f"{value} points (95% interval {low} to {high})"


def _number(share: float) -> str:
    rounded = f"{100 * share:.1f}"
    return "0.0" if rounded == "-0.0" else rounded


def _many(n: int, unit: str) -> str:
    return f"{n:,} {unit}" if n == 1 else f"{n:,} {unit}s"


def _share(k: int, n: int) -> str:
    return f"{k:,} of {n:,} ({k / n:.1%})"


def _disagreements(a: str, b: str, only_a: int, only_b: int, p: float) -> str:
    total = only_a + only_b
    if total == 0:
        return "They are right and wrong on the same ones."
    said = "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
    text = (
        f"They disagree on {total:,}: {_times(only_a)} only {a} was right, {_times(only_b)} only {b} "
        f"(McNemar exact {said})."
    )
    if total < FEWEST_DISAGREEMENTS:
        text += f" Fewer than {FEWEST_DISAGREEMENTS} disagreements can never tell two systems apart."
    return text


def _times(n: int) -> str:
    return "1 time" if n == 1 else f"{n:,} times"


def _left_out(a: str, b: str, only_in_a: int, only_in_b: int, unit: str) -> str:
    left = [f"{_many(n, unit)} only {name} has" for n, name in ((only_in_a, a), (only_in_b, b)) if n]
    return f" Left out: {' and '.join(left)}." if left else ""
