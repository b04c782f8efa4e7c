"""Draw how a search went: every trial's score on the validation part, and the best so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidInputError
from workbench.lazy import load
from workbench.plots.style import FAINT, INK, OKABE_ITO, axes_to_draw_on, plain, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_search(trials: Sequence[dict[str, Any]], *, title: str = "", ax: Axes | None = None) -> Axes:
    """Draw the trials in the order they were begun.

    Parameters
    ----------
    trials : sequence of dict
        ``number`` (from 0), ``state``, ``score``, as the result of a search keeps them.

    Raises
    ------
    InvalidInputError
        No trial is complete.
    """
    complete = [trial for trial in trials if trial["score"] is not None]
    if not complete:
        raise InvalidInputError("A search must have a complete trial to be drawn. Received none.")
    failed = [trial["number"] + 1 for trial in trials if trial["state"] == "failed"]
    numbers = [trial["number"] + 1 for trial in complete]
    scores = [trial["score"] for trial in complete]
    best_so_far = [max(scores[: k + 1]) for k in range(len(scores))]
    best = scores.index(max(scores))
    with styled():
        ax = axes_to_draw_on(ax, width_inch=7.0, height_inch=3.4)
        ax.step(
            numbers, best_so_far, where="post", color=OKABE_ITO[5], linestyle="--", label="the best so far"
        )
        ax.plot(numbers, scores, "o", color=OKABE_ITO[1], markeredgecolor=INK, markersize=6, label="a trial")
        if numbers[0] == 1:
            ax.plot(
                1, scores[0], "s", color=OKABE_ITO[2], markeredgecolor=INK, markersize=8, label="as begun"
            )
        ax.plot(
            numbers[best], scores[best], "*", color=OKABE_ITO[0], markeredgecolor=INK, markersize=14, label="the best"
        )  # fmt: skip
        low = min(scores)
        if failed:
            ax.plot(failed, [low] * len(failed), "x", color=FAINT, label="failed")
        ax.set(xlabel="trial", ylabel="validation samples right")
        ax.yaxis.set_major_formatter("{x:.0%}")
        ax.xaxis.set_major_locator(load("matplotlib.ticker").MaxNLocator(integer=True))
        ax.margins(y=0.12)
        ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
        if title:
            ax.set_title(plain(title))
    return ax
