"""Draw what is held when faces are tilted or covered: one panel per disturbance, bars are 95% intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.evaluation.robustness import Curve
from workbench.plots.style import OKABE_ITO, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LOOKS: dict[str, tuple[str, str, str]] = {
    "face found": (OKABE_ITO[7], "o", ":"),
    "mouth held": (OKABE_ITO[4], "s", "-"),
    "label held": (OKABE_ITO[5], "^", "--"),
}
"""Colour, marker and dash: never told apart by colour alone."""
_ACROSS = {"roll": "degrees, counter-clockwise"}
_APART = 0.012
"""By how much of the axis the three curves are drawn apart, so that equal intervals are seen."""


def plot_robustness(curves: Sequence[Curve]) -> Axes:
    """Draw all curves and return the first panel's axes.

    Parameters
    ----------
    curves : sequence of Curve
        From :func:`workbench.evaluation.robustness.curves_of`.
    """
    kinds = list(dict.fromkeys(curve.kind for curve in curves))
    panels = sorted(
        {(curve.kind, curve.upright) for curve in curves}, key=lambda p: (kinds.index(p[0]), p[1])
    )
    n_rows = -(-len(panels) // 2)
    figure, axes = new_figure(n_rows, min(len(panels), 2), width_inch=8.0, height_inch=0.7 + 2.7 * n_rows)
    with styled():
        for ax in axes[len(panels) :]:
            ax.set_axis_off()
        for ax, (kind, upright) in zip(axes, panels, strict=False):
            of_panel = [curve for curve in curves if (curve.kind, curve.upright) == (kind, upright)]
            for place, curve in enumerate(of_panel):
                _draw(ax, curve, place - 1)
            ax.set_title(f"{kind}, cut out upright" if upright else kind)
            ax.set_xlabel(_ACROSS.get(kind, "share of the face that is covered"))
            ax.set_ylim(0, 1.04)
            ax.yaxis.set_major_formatter("{x:.0%}")
            ax.grid(axis="y", color="#E6E6E6", linewidth=0.8)
            ax.set_xticks(of_panel[0].amounts)
            if kind not in _ACROSS:
                ax.xaxis.set_major_formatter("{x:.0%}")
        figure.supylabel("share of pictures (label: of clips)", fontsize="medium")
        figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return axes[0]


def _draw(ax: Any, curve: Curve, place: int) -> None:
    colour, marker, dash = _LOOKS[curve.what]
    width = curve.amounts[-1] - curve.amounts[0]
    told = [
        (amount + place * _APART * width, one.value, one.value - one.low, one.high - one.value)
        for amount, one in zip(curve.amounts, curve.shares, strict=True)
        if one.value is not None and one.low is not None and one.high is not None
    ]
    x, y, below, above = zip(*told, strict=True) if told else ((), (), (), ())
    ax.errorbar(
        x,
        y,
        yerr=[below, above],
        color=colour,
        marker=marker,
        linestyle=dash,
        markersize=5,
        linewidth=1.4,
        elinewidth=0.9,
        capsize=2,
        label=curve.what,
    )
