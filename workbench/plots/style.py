"""How every figure looks: colours told apart by anyone, always with a word or a shape, and no global state."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.lazy import load
from workbench.sentiment import SENTIMENT_COLOURS, SENTIMENT_MARKERS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

OKABE_ITO = ("#E69F00", "#56B4E9", "#009E73", "#CC79A7", "#0072B2", "#D55E00", "#F0E442", "#000000")
MARKERS = ("o", "s", "D", "^", "v", "P", "X", "*")
DASHES = ("-", "--", ":", "-.", (0, (5, 1)), (0, (1, 1)), (0, (3, 1, 1, 1)), (0, (8, 2)))
INK = "#222222"
FAINT = "#767676"
"""The lightest grey that may carry text on white (4.5 : 1)."""
SEQUENTIAL = "cividis"
HEAT = "inferno"
_LONGEST_NAME = 22

_SETTINGS = {
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "affect-workbench",
}


def axes_to_draw_on(ax: Axes | None, *, width_inch: float = 6.0, height_inch: float = 3.6) -> Axes:
    """Return ``ax``, or new axes on a figure of their own that pyplot knows nothing of."""
    if ax is not None:
        return ax
    figure = load("matplotlib.figure").Figure(figsize=(width_inch, height_inch), layout="constrained")
    return figure.subplots()


def new_figure(n_rows: int, n_columns: int, *, width_inch: float, height_inch: float) -> tuple[Figure, Any]:
    """Return a figure that pyplot knows nothing of, and its axes, shape (n_rows * n_columns,), row by row."""
    figure = load("matplotlib.figure").Figure(figsize=(width_inch, height_inch), layout="constrained")
    with styled():
        return figure, figure.subplots(n_rows, n_columns, squeeze=False).ravel()


def grid_figure(
    heights_inch: Sequence[float],
    widths_inch: Sequence[float],
    *,
    gap_inch: tuple[float, float] = (0.3, 0.3),
    margins_inch: tuple[float, float, float, float] = (0.4, 0.2, 0.5, 0.5),
) -> tuple[Figure, Any]:
    """Return a figure that pyplot knows nothing of, and its grid of rows and columns to put axes on.

    Everything stands where it is told to: a layout that finds its own place gives pictures of a fixed shape no room.

    Parameters
    ----------
    gap_inch : (float, float)
        Between columns, between rows.
    margins_inch : (left, right, top, bottom)
    """
    (across, down), (left, right, top, bottom) = gap_inch, margins_inch
    inner = (
        sum(widths_inch) + across * (len(widths_inch) - 1),
        sum(heights_inch) + down * (len(heights_inch) - 1),
    )
    width, height = inner[0] + left + right, inner[1] + top + bottom
    figure = load("matplotlib.figure").Figure(figsize=(width, height))
    grid = figure.add_gridspec(
        len(heights_inch),
        len(widths_inch),
        height_ratios=list(heights_inch),
        width_ratios=list(widths_inch),
        left=left / width,
        right=1 - right / width,
        top=1 - top / height,
        bottom=bottom / height,
        wspace=across * len(widths_inch) / sum(widths_inch),
        hspace=down * len(heights_inch) / sum(heights_inch),
    )
    return figure, grid


@dataclass(frozen=True)
class Drawing:
    """A figure that shows itself in a notebook, sharply, without pyplot."""

    figure: Figure

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        width_inch = self.figure.get_size_inches()[0]
        return _rendered(self.figure, "png", dpi=144, metadata={"Software": None}), {
            "width": round(96 * float(width_inch))
        }


def styled() -> Any:
    """Return a context in which everything drawn has the workbench's look; settings outside stay as they are."""
    return load("matplotlib").rc_context(_SETTINGS)


def as_png(ax: Axes, *, dots_per_inch: int = 144) -> bytes:
    """Return the figure of ``ax`` as PNG."""
    return _rendered(_figure_of(ax), "png", dpi=dots_per_inch, metadata={"Software": None})


def as_svg(ax: Axes) -> bytes:
    """Return the figure of ``ax`` as SVG: the same figure gives the same bytes."""
    return _rendered(_figure_of(ax), "svg", metadata={"Date": None, "Creator": None})


def _figure_of(ax: Axes) -> Figure:
    figure = ax.get_figure(root=True)
    assert figure is not None  # axes in use belong to a figure
    return figure


def _rendered(figure: Figure, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    with styled():
        load("matplotlib.backends.backend_agg").FigureCanvasAgg(figure)
        figure.savefig(buffer, format=kind, **options)
    return buffer.getvalue()


def plain(text: object) -> str:
    """Return text that is drawn as it stands: a dollar sign starts no formula."""
    return str(text).replace("$", r"\$")


def short(text: object) -> str:
    """Return a name that leaves room for the figure: the end of a long one is cut and marked."""
    words = str(text)
    return plain(words if len(words) <= _LONGEST_NAME else words[: _LONGEST_NAME - 1] + "…")


def class_colours(classes: Sequence[str]) -> dict[str, str]:
    """Return a colour per class: the sentiments' own, else Okabe-Ito in turn."""
    if set(classes) <= set(SENTIMENT_COLOURS):
        return {name: SENTIMENT_COLOURS[name] for name in classes}
    return {name: OKABE_ITO[i % len(OKABE_ITO)] for i, name in enumerate(classes)}


def class_markers(classes: Sequence[str]) -> dict[str, str]:
    """Return a marker per class: the sentiments' own, else in turn."""
    if set(classes) <= set(SENTIMENT_MARKERS):
        return {name: SENTIMENT_MARKERS[name] for name in classes}
    return {name: MARKERS[i % len(MARKERS)] for i, name in enumerate(classes)}


def font_folder() -> Path:
    """Return the folder of the fonts that figures are drawn with."""
    return Path(load("matplotlib").get_data_path()) / "fonts" / "ttf"
