"""Draw a confusion matrix: counts and row shares, rows true, columns predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.evaluation.confusion import Confusion
from workbench.lazy import load
from workbench.plots.style import FAINT, INK, SEQUENTIAL, axes_to_draw_on, plain, short, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEW = 10
"""A row with fewer cases is greyed: its shares say little."""
_GREYS = ("#F4F4F4", "#A0A0A0")


def plot_confusion(confusion: Confusion, *, title: str = "", ax: Axes | None = None) -> Axes:
    """Draw a confusion matrix as a heat map of its row shares.

    Every cell says its count and its share of the row. Rows with fewer than ten cases are grey.

    Parameters
    ----------
    confusion : Confusion
        Counts in the fixed order of its classes.
    """
    n_classes = len(confusion.classes)
    shares, cases = confusion.row_shares(), confusion.counts.sum(axis=1)
    with styled():
        ax = axes_to_draw_on(ax, width_inch=2.2 + 0.95 * n_classes, height_inch=1.2 + 0.75 * n_classes)
        few = np.broadcast_to((cases < FEW)[:, None], shares.shape)
        options = {
            "fmt": "",
            "vmin": 0,
            "vmax": 1,
            "cbar": False,
            "linewidths": 1,
            "linecolor": "white",
            "ax": ax,
            "xticklabels": [short(name) for name in confusion.classes],
            "yticklabels": [
                f"{short(name)}\nn = {n:,}" for name, n in zip(confusion.classes, cases, strict=True)
            ],
        }
        heatmap = load("seaborn").heatmap
        texts = _texts(confusion.counts, shares)
        heatmap(np.nan_to_num(shares), mask=few, annot=texts, cmap=SEQUENTIAL, **options)
        if few.any():
            greys = load("matplotlib.colors").LinearSegmentedColormap.from_list("few", _GREYS)
            ink = {"color": INK}
            heatmap(np.nan_to_num(shares), mask=~few, annot=texts, cmap=greys, annot_kws=ink, **options)
            ax.text(
                0,
                -0.02,
                f"Grey rows: fewer than {FEW} cases.",
                transform=ax.transAxes,
                color=FAINT,
                fontsize=8,
                va="top",
            )
        ax.xaxis.tick_top()
        ax.xaxis.set_label_position("top")
        ax.set_xlabel("predicted", labelpad=8, color=FAINT)
        ax.set_ylabel("true", labelpad=8, color=FAINT)
        ax.set_title(plain(title))
        ax.tick_params(length=0, rotation=0)
    return ax


def _texts(counts: np.ndarray, shares: np.ndarray) -> np.ndarray:
    cells = [
        [f"{n:,}" if np.isnan(share) else f"{n:,}\n{share:.0%}" for n, share in zip(*row, strict=True)]
        for row in zip(counts, shares, strict=True)
    ]
    return np.array(cells, dtype=object)
