"""Draw what a saliency map is worth: how alike it stays with random weights, and deletion and insertion curves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.evaluation.saliency_checks import ALIKE, MARKS, Checked
from workbench.plots.style import FAINT, INK, OKABE_ITO, axes_to_draw_on, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEVEL_WORDS = {"answer": "last\nlayer", "dense": "dense\nlayers", "all": "every\nlayer"}
DELETION, INSERTION = OKABE_ITO[5], OKABE_ITO[4]


def plot_weight_check(weights: dict[str, Checked], *, ax: Axes | None = None) -> Axes:
    """Draw the rank correlation with the trained network's map, by how many layers were drawn anew.

    Hatched is where a map counts as looking the same. Every point has its interval and is written out.
    """
    with styled():
        ax = axes_to_draw_on(ax, width_inch=2.6, height_inch=2.2)
        ax.axhspan(ALIKE, 1.05, facecolor="none", edgecolor="#D9D9D9", hatch="////", linewidth=0)
        edge = len(weights) + 0.8
        places = np.arange(len(weights) + 1)
        values = [1.0] + [np.nan if c.figure.value is None else c.figure.value for c in weights.values()]
        ax.plot(places, values, color=INK, linewidth=1, marker="o", markersize=4)
        for place, checked in zip(places[1:], weights.values(), strict=True):
            figure = checked.figure
            if figure.low is not None and figure.high is not None:
                ax.plot([place, place], [figure.low, figure.high], color=INK, linewidth=2.5, alpha=0.5)
            if figure.value is not None:
                below = figure.value > 0.8
                ax.annotate(
                    f"{figure.value:.2f}", (place, figure.value), (5, -9 if below else 5), textcoords="offset points",
                    fontsize=8, zorder=4,
                )  # fmt: skip
        ax.set(ylim=(-0.55, 1.05), xlim=(-0.3, edge), yticks=[-0.5, 0, 0.5, 1])
        ax.set_xticks(places, ["as\ntrained"] + [LEVEL_WORDS.get(level, level) for level in weights])
        ax.tick_params(labelsize=7.5)
        ax.set_ylabel("rank correlation", fontsize=8, labelpad=1)
        ax.set_xlabel("hatched: looks the same", fontsize=7.5, color=FAINT)
        ax.set_title("weights drawn anew", fontsize=9)
    return ax


def plot_perturbation(
    share: np.ndarray,
    deletion: tuple[np.ndarray, np.ndarray],
    insertion: tuple[np.ndarray, np.ndarray],
    gains: dict[str, Checked],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw the mean probability of the answer while places are taken away (falls) and shown (climbs).

    Full lines are in the order of the map, dotted ones in that of the same map moved elsewhere. The gain between them
    is written with its interval and mark.

    Parameters
    ----------
    share : np.ndarray, shape (n_steps,)
        Of the picture that is taken away or shown.
    deletion, insertion : tuple of two np.ndarray, shape (n, n_steps)
        By the map, and by moved maps.
    gains : dict of {"deletion", "insertion"} to Checked
    """
    with styled():
        ax = axes_to_draw_on(ax, width_inch=2.6, height_inch=2.2)
        lines = (("deletion", DELETION, "v", deletion), ("insertion", INSERTION, "^", insertion))
        for name, colour, marker, (own, moved) in lines:
            first, second = own.mean(axis=0), moved.mean(axis=0)
            ax.plot(share, first, color=colour, marker=marker, markersize=4, linewidth=1.6)
            ax.plot(share, second, color=colour, linestyle=":", linewidth=1.4)
            ax.fill_between(share, first, second, color=colour, alpha=0.15, linewidth=0)
            mark = MARKS[gains[name].answer]
            ax.plot(
                [],
                [],
                color=colour,
                marker=marker,
                markersize=4,
                label=f"{mark} {name} {gains[name].in_words()}",
            )
        ax.plot([], [], color=FAINT, linestyle=":", label="the same map moved elsewhere")
        ax.set(xlim=(0, 1), ylim=(0, 1.02), xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        ax.tick_params(labelsize=7.5)
        ax.set_ylabel("probability", fontsize=8, labelpad=1)
        ax.legend(
            fontsize=7.5, loc="upper left", bbox_to_anchor=(-0.2, -0.14), handlelength=1.6, labelspacing=0.25
        )
        ax.set_title("share taken away or shown", fontsize=9)
    return ax
