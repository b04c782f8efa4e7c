"""Draw how a training went, epoch by epoch; cheap enough to draw again after every epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from workbench.errors import InvalidInputError
from workbench.lazy import load
from workbench.plots.style import OKABE_ITO, axes_to_draw_on, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LABELS = {"accuracy": "accuracy", "loss": "loss (cross-entropy)"}


def plot_history(history: pd.DataFrame, *, of: str = "accuracy", ax: Axes | None = None) -> Axes:
    """Draw training and validation over the epochs.

    Parameters
    ----------
    history : pd.DataFrame
        Columns ``epoch`` and ``accuracy, val_accuracy`` or ``loss, val_loss``; no rows yet is fine.
    of : str
        ``"accuracy"`` or ``"loss"``.
    ax : Axes, optional
        Cleared first, so that the same axes can be drawn on after every epoch.

    Raises
    ------
    InvalidInputError
        ``of`` is neither, or the column is missing.
    """
    if of not in _LABELS or of not in history.columns or "epoch" not in history.columns:
        raise InvalidInputError(
            f"A history must have the columns epoch and {' or '.join(_LABELS)}. Received of={of!r} and the "
            f"columns {', '.join(map(str, history.columns))}."
        )
    lines = {"training": (of, OKABE_ITO[4], "-", "o"), "validation": (f"val_{of}", OKABE_ITO[5], "--", "s")}
    with styled():
        ax = axes_to_draw_on(ax, width_inch=5.0, height_inch=3.0)
        ax.clear()
        for name, (column, colour, dash, marker) in lines.items():
            if column in history.columns and history[column].notna().any():
                ax.plot(
                    history["epoch"],
                    history[column],
                    dash,
                    marker=marker,
                    markersize=3,
                    color=colour,
                    label=name,
                )
        ax.set(xlabel="epoch", ylabel=_LABELS[of])
        ax.xaxis.set_major_locator(load("matplotlib.ticker").MaxNLocator(integer=True))
        if of == "accuracy":
            ax.set_ylim(0, 1.02)
            ax.yaxis.set_major_formatter("{x:.0%}")
        if ax.lines:
            ax.legend(loc="best")
        else:
            ax.text(0.5, 0.5, "no epoch finished yet", transform=ax.transAxes, ha="center")
    return ax
