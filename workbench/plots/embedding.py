"""Draw a map of a network's layer: coloured by the true class, marked by right and wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from workbench.errors import InvalidInputError
from workbench.evaluation.projection import Map
from workbench.plots.style import FAINT, INK, axes_to_draw_on, class_colours, class_markers, plain, styled

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_MANY = 1500
"""More points than this are drawn smaller."""


def plot_embedding(
    points: np.ndarray,
    truth: Sequence[str],
    right: Sequence[bool],
    *,
    classes: Sequence[str],
    title: str = "",
    scale: float = 1.0,
    ax: Axes | None = None,
) -> Axes:
    """Draw points of a plane: colour and shape say the true class, a black cross a wrong answer.

    Parameters
    ----------
    points : np.ndarray, shape (n, 2)
    truth : sequence of str, length n
        The true class of each.
    right : sequence of bool, length n
        Whether the network was right.
    classes : sequence of str
        Order of the legend.
    scale : float
        Of the marks' area.

    Raises
    ------
    InvalidInputError
        The lengths differ or the points are not of a plane.
    """
    points, names, is_right = (
        np.asarray(points, dtype=float),
        np.asarray(truth),
        np.asarray(right, dtype=bool),
    )
    if points.ndim != 2 or points.shape[1:] != (2,) or not len(points) == len(names) == len(is_right):
        raise InvalidInputError(
            "A map must have points of shape (n, 2) and as many truths and marks. "
            f"Received {points.shape}, {len(names)} and {len(is_right)}."
        )
    colours, markers = class_colours(classes), class_markers(classes)
    with styled():
        ax = axes_to_draw_on(ax, width_inch=6.0, height_inch=4.6)
        for name in classes:
            of_class = points[names == name]
            ax.scatter(
                of_class[:, 0],
                of_class[:, 1],
                s=26 * scale,
                c=colours[name],
                marker=markers[name],
                alpha=0.65,
                linewidths=0,
                label=f"{plain(name)} ({len(of_class):,})",
            )
        wrong = points[~is_right]
        ax.scatter(
            wrong[:, 0],
            wrong[:, 1],
            s=18 * scale,
            c=INK,
            marker="x",
            linewidths=0.7,
            label=f"told wrong ({len(wrong):,} of {len(points):,})",
        )
        ax.set(xticks=[], yticks=[], title=plain(title))
        ax.set_xlabel(
            "neighbours are alike to the network;\ndirections and distances mean nothing", fontsize=8
        )
        ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return ax


def plot_moment_map(
    found: Map, moments: pd.DataFrame, *, classes: Sequence[str], title: str = "", ax: Axes | None = None
) -> Axes:
    """Draw a map with its trustworthiness; moments whose true class nobody knows are small grey rings.

    Parameters
    ----------
    found : Map
    moments : pd.DataFrame, n rows
        ``truth`` (empty: not known) and ``predicted`` of each point.
    """
    known, scale = (moments["truth"] != "").to_numpy(), min(1.0, _MANY / found.n)
    right = (moments["truth"] == moments["predicted"]).to_numpy()
    with styled():
        ax = axes_to_draw_on(ax, width_inch=7.5, height_inch=5.0)
        if not known.all():
            x, y = found.coordinates[~known].T
            label = f"not known ({len(x):,})"
            ax.scatter(x, y, s=14 * scale, facecolors="none", edgecolors=FAINT, linewidths=0.6, label=label)
        plot_embedding(
            found.coordinates[known],
            moments["truth"].to_numpy()[known].tolist(),
            right[known].tolist(),
            classes=classes,
            title=title,
            scale=scale,
            ax=ax,
        )
        trust = found.trust.in_words().replace(" (", "\n(", 1)  # on one line it is wider than the map
        ax.set_xlabel(f"{found.reading()}\n{trust}", fontsize=8)
    return ax
