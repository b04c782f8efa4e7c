"""Draw several trainings of one kind below each other: each seed or fold with its interval, and what they come to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbench.errors import InvalidInputError
from workbench.evaluation.estimates import Share
from workbench.evaluation.warnings import LEAK_MARK
from workbench.plots.style import FAINT, INK, OKABE_ITO, axes_to_draw_on, plain, short, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW_INCH = 0.3
_EACH, _ALL = OKABE_ITO[4], OKABE_ITO[5]


def plot_repeats(
    each: Mapping[str, Share],
    *,
    together: Share,
    words: str,
    unit: str = "clip",
    title: str = "",
    leaks: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw each training as a point with its 95% interval and counts, and below, bolder, all together.

    Parameters
    ----------
    each : mapping of name to Share
        From top to bottom (``"seed 0"``, ``"fold 1"``).
    together : Share
        The mean of seeds, or all folds judged as one table.
    words : str
        What the bold line is called.
    leaks : bool
        Whether the split leaks: points are hollow and the mark stands in the title.

    Raises
    ------
    InvalidInputError
        There is no training.
    """
    if not each:
        raise InvalidInputError("Several trainings must be one or more. Received none.")
    rows = [*each.items(), (words, together)]
    with styled():
        ax = axes_to_draw_on(ax, width_inch=7.0, height_inch=1.0 + _ROW_INCH * (len(rows) + 1))
        for position, (_, accuracy) in enumerate(rows):
            bold = position == len(each)
            _draw_one(ax, position + 0.6 * bold, accuracy, bold=bold, leaks=leaks)
        if together.value is not None:
            ax.axvline(together.value, color=_ALL, linestyle=":", linewidth=1.0, zorder=1)
        ax.axhline(len(each) - 0.2, color="#CCCCCC", linewidth=0.8)
        places = [*range(len(each)), len(each) + 0.6]
        ax.set_yticks(places, [short(name) for name, _ in rows])
        ax.get_yticklabels()[-1].set_fontweight("bold")
        ax.set(xlim=(0, 1), ylim=(len(each) + 1.2, -0.7))
        ax.set_xlabel(f"{unit}s told right (point) and the 95% interval (line)")
        ax.xaxis.set_major_formatter("{x:.0%}")
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        ax.grid(axis="x", color="#E6E6E6", linewidth=0.8)
        ax.set_axisbelow(True)
        said = plain(title) + (f"  {LEAK_MARK}" if leaks else "")
        if said:
            ax.set_title(said)
    return ax


def _draw_one(ax: Axes, position: float, accuracy: Share, *, bold: bool, leaks: bool) -> None:
    beside = {"transform": ax.get_yaxis_transform(), "va": "center", "fontsize": 9, "clip_on": False}
    if accuracy.value is None or accuracy.low is None or accuracy.high is None:
        ax.text(1.02, position, "undefined", color=FAINT, **beside)  # type: ignore[arg-type]
        return
    colour, marker = (_ALL, "D") if bold else (_EACH, "o")
    ax.hlines(position, accuracy.low, accuracy.high, color=colour, linewidth=3.5 if bold else 1.8, alpha=0.75)
    ax.plot(
        accuracy.value,
        position,
        marker,
        color="white" if leaks else colour,
        markeredgecolor=INK,
        markersize=8 if bold else 6,
        clip_on=False,
    )
    said = f"{accuracy.value:.0%} ({accuracy.k:,} of {accuracy.n:,})"
    ax.text(1.02, position, said, fontweight="bold" if bold else "normal", **beside)  # type: ignore[arg-type]
