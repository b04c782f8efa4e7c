"""Draw an ablation: what each system reaches on the same clips, and how much better the running system is, paired."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbench.errors import InvalidInputError
from workbench.evaluation.estimates import Score, Share
from workbench.plots.comparison import plot_accuracies
from workbench.plots.style import FAINT, INK, OKABE_ITO, new_figure, short, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def plot_ablation(
    accuracies: Mapping[str, Share],
    gains: Mapping[str, Score],
    *,
    told_apart: Mapping[str, bool],
    than: str,
    title: str = "",
    leaks: bool = False,
) -> Figure:
    """Draw accuracies with intervals at the left, and the gain over each system with its paired interval at the right.

    Parameters
    ----------
    accuracies : mapping of name to Share
        From top to bottom.
    gains : mapping of name to Score
        Accuracy of ``than`` minus that of the system, on the same clips; ``than`` itself has none.
    told_apart : mapping of name to bool
        Whether the two can be told apart (:mod:`workbench.evaluation.comparison`): a filled point, else a hollow one.
    than : str
        The system that the others are held against.

    Raises
    ------
    InvalidInputError
        There is no system.
    """
    if not accuracies:
        raise InvalidInputError("An ablation must show one system or more. Received none.")
    figure, (left, right) = new_figure(1, 2, width_inch=10.5, height_inch=1.5 + 0.6 * len(accuracies))
    plot_accuracies(accuracies, leaking=list(accuracies) if leaks else (), ax=left)
    names = list(accuracies)
    with styled():
        left.set_title(title or "the same test clips for all")
        for position, name in enumerate(names):
            if name in gains:
                _draw_gain(right, position, gains[name], told_apart=told_apart[name])
        right.axvline(0, color=INK, linewidth=1.0)
        right.set_yticks(range(len(names)), [])
        right.set(ylim=(len(names) - 0.2, -0.7))
        right.set_title(f"gain of the {short(than)}, clip by clip")
        right.set_xlabel(
            "points gained (point) and the 95% interval (line);\nfilled: told apart, hollow: not told apart"
        )
        right.xaxis.set_major_formatter(lambda value, _: f"{100 * value:+.0f}" if abs(value) > 1e-9 else "0")
        right.tick_params(axis="y", length=0)
        right.spines["left"].set_visible(False)
        right.grid(axis="x", color="#E6E6E6", linewidth=0.8)
        right.set_axisbelow(True)
        widest = max((abs(bound) for gain in gains.values() for bound in _bounds(gain)), default=0.1)
        right.set_xlim(-1.15 * widest, 1.15 * widest)
        right.text(0.02, len(names) - 0.45, "worse", transform=right.get_yaxis_transform(), color=FAINT)
        right.text(
            0.98, len(names) - 0.45, "better", transform=right.get_yaxis_transform(), color=FAINT, ha="right"
        )
    return figure


def _bounds(gain: Score) -> tuple[float, float]:
    assert gain.low is not None and gain.high is not None  # there is at least one clip
    return gain.low, gain.high


def _draw_gain(ax: Axes, position: int, gain: Score, *, told_apart: bool) -> None:
    low, high = _bounds(gain)
    assert gain.value is not None
    colour = OKABE_ITO[5]
    ax.hlines(position, low, high, color=colour, linewidth=3.0, alpha=0.75)
    ax.plot(
        gain.value,
        position,
        "D",
        color=colour if told_apart else "white",
        markeredgecolor=INK,
        markersize=9,
    )
    ax.text(gain.value, position - 0.24, f"{100 * gain.value:+.1f}", ha="center", va="bottom", fontsize=9.5)
