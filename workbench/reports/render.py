"""From plain objects to HTML, and figures as images inside the page."""

from __future__ import annotations

import base64
from functools import cache
from typing import Any

from workbench.evaluation.confusion import Confusion
from workbench.evaluation.estimates import Share
from workbench.evaluation.warnings import LEAK_MARK, marked
from workbench.plots.comparison import plot_accuracies
from workbench.reports.answer import WORDS, said
from workbench.reports.card import LIMITS
from workbench.reports.summary import Summary
from workbench.templating import environment

FEW = 10
"""A share of fewer cases than this is printed in grey."""


def render(template: str, **content: Any) -> str:
    """Return a template filled in; every value is escaped."""
    return str(_environment().get_template(template).render(**content))


@cache
def _environment() -> Any:
    made = environment("workbench.reports")
    made.filters |= {
        "percent": percent,
        "interval": interval,
        "said": said,
        "decimal": decimal,
        "thousands": thousands,
        "across": across,
        "svg_address": lambda svg: image(svg.encode(), "svg+xml"),
    }
    made.globals |= {"LIMITS": LIMITS, "FEW": FEW, "LEAK_MARK": LEAK_MARK}
    return made


def percent(figure: dict[str, Any] | Share) -> str:
    """Say a share's value: ``"90.7%"``, or that it is undefined."""
    value = figure.value if isinstance(figure, Share) else figure["value"]
    return "undefined" if value is None else f"{100 * value:.1f}%"


def decimal(figure: dict[str, Any]) -> str:
    """Say a score's value: ``"0.907"``, or that it is undefined."""
    return "undefined" if figure["value"] is None else f"{figure['value']:.3f}"


def interval(figure: dict[str, Any] | Share, *, scale: float = 100, digits: int = 1) -> str:
    """Say an interval: ``"80.1 to 96.0"``."""
    low, high = (figure.low, figure.high) if isinstance(figure, Share) else (figure["low"], figure["high"])
    if low is None or high is None:
        return "—"
    return f"{scale * low:.{digits}f} to {scale * high:.{digits}f}"


def thousands(number: int) -> str:
    """Say a count: ``"12,345"``."""
    return f"{number:,}"


def across(percentage: float) -> str:
    """Return where a percentage stands on a drawing of any width, with room for a point at either end."""
    return f"{2 + 0.96 * percentage:.3f}%"


def image(content: bytes, kind: str) -> str:
    """Return an image as an address that holds it."""
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def accuracies_drawn(summary: Summary) -> tuple[Any, str]:
    """Return the axes with all accuracies drawn and, for those who cannot see them, their content in words."""
    accuracies = {system.network: system.accuracy for system in summary.systems}
    baseline = summary.baseline
    ax = plot_accuracies(
        accuracies,
        words=WORDS,
        baseline=None if baseline is None else baseline[1].value,
        baseline_words=f"always saying {baseline[0]}" if baseline else "",
        leaking=[system.network for system in summary.systems if system.leaks],
    )
    words = "; ".join(
        marked(f"{system.words} {system.accuracy.in_words()}", system.leaks) for system in summary.systems
    )
    return ax, f"Clips told right with 95% intervals: {words}."


def confusion_words(name: str, confusion: Confusion) -> str:
    """Say a confusion matrix for those who cannot see it."""
    rows = "; ".join(
        f"of {sum(row)} {true}: "
        + ", ".join(f"{n} as {said_as}" for said_as, n in zip(confusion.classes, row, strict=True))
        for true, row in zip(confusion.classes, confusion.counts.tolist(), strict=True)
    )
    return f"Confusion matrix of {name}. {rows}."
