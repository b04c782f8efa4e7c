"""Draw whose say it is: parts of the face, and face and voice over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.evaluation.saliency_checks import Checked
from workbench.plots.style import FAINT, INK, axes_to_draw_on, plain, styled
from workbench.sentiment import MODALITY_COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MODALITY_LOOKS = {
    "faces": ("face", MODALITY_COLOURS["visual"], "o"),
    "columns": ("voice", MODALITY_COLOURS["audio"], "s"),
}
"""Word, colour and shape of each input of the fused network."""
_ARROWS = {"yes": "▲", "no": "▼", "undecided": "·"}


def plot_regions(shares: dict[str, tuple[Checked, float]], *, ax: Axes | None = None) -> Axes:
    """Draw which share of the maps lies on each part of the face, beside the part's share of the picture.

    Parameters
    ----------
    shares : dict of str to (Checked, float)
        The share with its interval, and the part's area. ▲ is surely more than the area's share, ▼ surely less.
    """
    with styled():
        ax = axes_to_draw_on(ax, width_inch=2.9, height_inch=2.0)
        for place, (checked, area) in enumerate(shares.values()):
            figure = checked.figure
            ax.plot([area, area], [place - 0.38, place + 0.38], color=FAINT, linestyle=":", linewidth=1.6)
            if figure.value is None:
                ax.text(0.02, place, "undefined", va="center", fontsize=8, color=FAINT)
                continue
            ax.barh(place, figure.value, color=INK, height=0.5, alpha=0.7)
            end = figure.value
            if figure.low is not None and figure.high is not None:
                ax.plot([figure.low, figure.high], [place, place], color="black", linewidth=1.3)
                end = max(end, figure.high)
            words = f"{_ARROWS[checked.answer]} {figure.value:.0%}"
            ax.text(max(end, area) + 0.02, place, words, va="center", fontsize=8)
        ax.set_yticks(range(len(shares)), list(shares), fontsize=8)
        ax.invert_yaxis()
        ax.set(xlim=(0, 1.15), xticks=[0, 0.5, 1])
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        ax.tick_params(axis="x", labelsize=8)
    return ax


def plot_modality_shares(
    time_s: np.ndarray,
    added: dict[str, np.ndarray],
    gained: np.ndarray,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw what face and voice add to the log-odds of a class over time; above 0 speaks for it.

    Parameters
    ----------
    added : dict of str to np.ndarray, shape (n,)
        By input: ``faces`` and ``columns``.
    gained : np.ndarray, shape (n,)
        Their sum.
    """
    with styled():
        ax = axes_to_draw_on(ax, width_inch=8.0, height_inch=2.0)
        ax.axhline(0, color=FAINT, linewidth=0.8)
        for name, values in added.items():
            word, colour, marker = MODALITY_LOOKS[name]
            ax.plot(
                time_s,
                values,
                color=colour,
                marker=marker,
                markersize=4,
                linewidth=1.6,
                label=word,
                clip_on=False,
            )
        ax.plot(time_s, gained, color=INK, linestyle="--", linewidth=1.1, label="both")
        ax.set(ylabel="added log-odds", xlabel="time (s)")
        ax.tick_params(labelsize=8)
        ax.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
        ax.set_title(plain(_whose(added)), fontsize=10)
    return ax


def _whose(added: dict[str, np.ndarray]) -> str:
    """Say at how many of the moments which input adds more, and the mean share."""
    sizes = {name: np.abs(values) for name, values in added.items()}
    total = np.sum(list(sizes.values()), axis=0)
    told = []
    for name, size in sizes.items():
        share = float(np.mean(size[total > 0] / total[total > 0])) if (total > 0).any() else float("nan")
        most = int((size > total / 2).sum())
        told.append(
            f"{MODALITY_LOOKS[name][0]} {share:.0%} of the say, the greater part at {most} of {len(size)}"
        )
    return "; ".join(told)


def plot_probability(
    time_s: np.ndarray, probability: np.ndarray, name: str, *, ax: Axes | None = None
) -> Axes:
    """Draw the probability of one class over time."""
    with styled():
        ax = axes_to_draw_on(ax, width_inch=8.0, height_inch=1.4)
        ax.plot(time_s, probability, color=INK, marker="o", markersize=3, linewidth=1.2)
        ax.set(ylim=(0, 1.03), ylabel=f"P({plain(name)})", xlabel="time (s)", yticks=[0, 0.5, 1])
        ax.tick_params(labelsize=8)
    return ax
