"""Draw systems beside each other: accuracy as a point with its interval, never as a bare bar."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from workbench.errors import InvalidInputError
from workbench.evaluation.estimates import Share
from workbench.evaluation.warnings import LEAK_MARK
from workbench.plots.style import FAINT, INK, MARKERS, OKABE_ITO, axes_to_draw_on, plain, short, styled
from workbench.sentiment import MODALITY_COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WRAP = 70
_MODALITY_MARKERS = {"visual": "o", "audio": "s", "audiovisual": "D"}


def plot_accuracies(
    accuracies: Mapping[str, Share],
    *,
    words: Mapping[str, str] | None = None,
    baseline: float | None = None,
    baseline_words: str = "always the commonest class",
    leaking: Collection[str] = (),
    ax: Axes | None = None,
) -> Axes:
    """Draw the accuracy of each system with its 95% interval and its counts.

    Parameters
    ----------
    accuracies : mapping of name to Share
        From top to bottom; an undefined one is written as such.
    words : mapping of name to str, optional
        What to write instead of a name.
    baseline : float, optional
        Accuracy of always saying the commonest class, drawn as a line.
    leaking : collection of str
        The systems whose split leaks: a hollow point, and the mark beside its figure.

    Raises
    ------
    InvalidInputError
        There is no system.
    """
    if not accuracies:
        raise InvalidInputError("A comparison must show one system or more. Received none.")
    names = list(accuracies)
    with styled():
        ax = axes_to_draw_on(ax, width_inch=5.2, height_inch=1.1 + 0.6 * len(names))
        for position, (name, accuracy) in enumerate(accuracies.items()):
            _draw_one(ax, position, name, accuracy, leaks=name in leaking)
        if baseline is not None:
            ax.axvline(baseline, color=FAINT, linestyle=":", linewidth=1.2, zorder=1)
            ax.text(
                baseline,
                len(names) - 0.42,
                f" {plain(baseline_words)}: {baseline:.0%}",
                color=FAINT,
                fontsize=8.5,
                va="center",
            )
        ax.set_yticks(
            range(len(names)), [short((words or {}).get(name, name)) for name in names], fontsize=11
        )
        ax.set(
            ylim=(len(names) - 0.2, -0.7),
            xlim=(0, 1),
            xlabel="clips told right (point) and its 95% interval (line)",
        )
        ax.xaxis.set_major_formatter("{x:.0%}")
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        ax.grid(axis="x", color="#E6E6E6", linewidth=0.8)
        ax.set_axisbelow(True)
    return ax


def _draw_one(ax: Axes, position: int, name: str, accuracy: Share, *, leaks: bool) -> None:
    if accuracy.value is None or accuracy.low is None or accuracy.high is None:
        why = textwrap.fill(f"undefined: {accuracy.undefined}", _WRAP)
        ax.text(0.01, position, plain(why), color=FAINT, va="center", fontsize=7.5 if "\n" in why else 10)
        return
    colour = MODALITY_COLOURS.get(name, OKABE_ITO[position % len(OKABE_ITO)])
    marker = _MODALITY_MARKERS.get(name, MARKERS[position % len(MARKERS)])
    ax.hlines(position, accuracy.low, accuracy.high, color=colour, linewidth=3.5, alpha=0.75, capstyle="butt")
    ax.plot(
        [accuracy.low, accuracy.high],
        [position, position],
        "|",
        color=colour,
        markersize=10,
        markeredgewidth=2,
        clip_on=False,
    )
    inner = "white" if leaks else colour
    ax.plot(accuracy.value, position, marker, color=inner, markersize=10, markeredgecolor=INK, clip_on=False)
    said = f"{accuracy.value:.0%}  ({accuracy.k:,} of {accuracy.n:,})" + (f"  {LEAK_MARK}" if leaks else "")
    inside = 0.16 < accuracy.value < 0.84
    ax.text(
        accuracy.value if inside else (0.005 if accuracy.value <= 0.16 else 0.995),
        position - 0.24,
        said,
        ha="center" if inside else ("left" if accuracy.value <= 0.16 else "right"),
        va="bottom",
        fontsize=9.5,
    )
