"""Draw a clip's moments: the mouth's gate, the branch that spoke, what it said, and the opinion as it grew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.errors import InvalidInputError
from workbench.evaluation.accumulate import ALPHA, accumulate
from workbench.evaluation.predictions import PROBABILITY_PREFIX, classes_of
from workbench.plots.style import FAINT, axes_to_draw_on, class_colours, class_markers, plain, styled
from workbench.sentiment import MODALITY_COLOURS, OPEN_THRESHOLD

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOUTH_ROW, _BRANCH_ROW, _ROW_HEIGHT = -0.12, -0.26, 0.1


def plot_timeline(
    moments: pd.DataFrame, *, alpha: float = ALPHA, title: str = "", ax: Axes | None = None
) -> Axes:
    """Draw one clip over time.

    Thin dots are what a moment said, lines what had been accumulated by then. Below: when the mouth was open
    (hatched) and which branch spoke. Moments without a prediction (no face) are gaps.

    Parameters
    ----------
    moments : pd.DataFrame
        One row per moment of one clip: ``start_s``, ``p_<class> …`` (NaN where there was no prediction), and
        where known ``mouth_open`` (P(open), 0 to 1) and ``branch`` (``visual`` or ``audiovisual``).
    alpha : float, in (0, 1]
        Share of the newest moment.

    Raises
    ------
    InvalidInputError
        A column is missing, or ``alpha`` is outside (0, 1].
    """
    classes = classes_of(moments)
    if "start_s" not in moments.columns or not classes:
        raise InvalidInputError(
            f"A timeline must have the columns start_s and p_<class>. Received {', '.join(map(str, moments.columns))}."
        )
    moments = moments.sort_values("start_s")
    times = moments["start_s"].to_numpy(dtype=float)
    values = moments[[PROBABILITY_PREFIX + name for name in classes]].to_numpy(dtype=float)
    known = np.isfinite(values).all(axis=1)
    opinion = np.full(values.shape, np.nan)
    opinion[known] = accumulate(values[known], alpha=alpha)
    with styled():
        ax = axes_to_draw_on(ax, width_inch=8.0, height_inch=3.8)
        colours, markers = class_colours(classes), class_markers(classes)
        for i, name in enumerate(classes):
            ax.plot(times, values[:, i], ".", color=colours[name], markersize=3, alpha=0.45)
            ax.plot(
                times,
                opinion[:, i],
                color=colours[name],
                linewidth=2.2,
                label=plain(name),
                marker=markers[name],
                markersize=6,
                markevery=max(len(times) // 12, 1),
            )
        _strips(ax, moments, times)
        ax.set(xlabel="time (s)", ylabel=f"probability, accumulated (alpha {alpha:g})", title=plain(title))
        ax.set(ylim=(-0.3, 1.03), yticks=[0, 0.25, 0.5, 0.75, 1])
        ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return ax


def _strips(ax: Axes, moments: pd.DataFrame, times: np.ndarray) -> None:
    step = float(np.median(np.diff(times))) if len(times) > 1 else 0.03
    if "mouth_open" in moments.columns:
        is_open = pd.to_numeric(moments["mouth_open"]).to_numpy(dtype=float) > OPEN_THRESHOLD
        _strip(ax, times[is_open], step, _MOUTH_ROW, colour="#56B4E9", hatch="////", label="mouth open")
    if "branch" in moments.columns:
        for branch in ("visual", "audiovisual"):
            spoke = (moments["branch"] == branch).to_numpy()
            hatch = "...." if branch == "audiovisual" else ""
            _strip(
                ax,
                times[spoke],
                step,
                _BRANCH_ROW,
                colour=MODALITY_COLOURS[branch],
                hatch=hatch,
                label=f"{branch} branch",
            )
    ax.axhline(0, color=FAINT, linewidth=0.8)


def _strip(
    ax: Axes, times: np.ndarray, step: float, row: float, *, colour: str, hatch: str, label: str
) -> None:
    if len(times):
        spans = [(float(t), step) for t in times]
        ax.broken_barh(
            _joined(spans),
            (row, _ROW_HEIGHT),
            facecolors=colour,
            hatch=hatch,
            edgecolor="white",
            linewidth=0,
            label=label,
        )


def _joined(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the spans with those that touch made one."""
    joined = [spans[0]]
    for start, width in spans[1:]:
        last_start, last_width = joined[-1]
        if start <= last_start + last_width + 0.5 * width:
            joined[-1] = (last_start, start + width - last_start)
        else:
            joined.append((start, width))
    return joined
