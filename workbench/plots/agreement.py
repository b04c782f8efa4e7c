"""Draw how far people agree: coefficients as points with intervals, and what one said where another said otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.errors import InvalidInputError
from workbench.evaluation.agreement.report import PairAgreement
from workbench.evaluation.agreement.summary import AgreementReport
from workbench.evaluation.estimates import Score
from workbench.lazy import load
from workbench.plots.style import (
    FAINT,
    INK,
    MARKERS,
    OKABE_ITO,
    SEQUENTIAL,
    axes_to_draw_on,
    plain,
    short,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_KINDS = ("overall", "Cohen's kappa of two", "alpha of one class", "alpha of one modality")


def plot_agreement(report: AgreementReport, *, ax: Axes | None = None) -> Axes:
    """Draw every coefficient of a question with its 95% interval; an undefined one says why.

    From top to bottom: overall, every two annotators (Cohen's kappa), every class against the rest and every
    modality (Krippendorff's alpha).
    """
    rows = _rows(report)
    with styled():
        ax = axes_to_draw_on(ax, width_inch=6.6, height_inch=1.0 + 0.34 * len(rows))
        for position, (kind, _, figure) in enumerate(rows):
            _draw_row(ax, position, kind, figure)
        ax.axvline(0, color=FAINT, linestyle=":", linewidth=1.2, zorder=1)
        ax.set_yticks(range(len(rows)), [short(words) for _, words, _ in rows])
        lowest = min([0.0, *(figure.low for _, _, figure in rows if figure.low is not None)])
        ax.set(
            ylim=(len(rows) - 0.4, -0.6),
            xlim=(max(lowest, -1) - 0.03, 1.03),
            xlabel="0: as by chance    1: always the same    (line: 95% interval)",
            title=plain(f"{report.question}: {report.overall.n_compared:,} items answered by two or more"),
        )
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        ax.grid(axis="x", color="#E6E6E6", linewidth=0.8)
        ax.set_axisbelow(True)
    return ax


def plot_pair(pair: PairAgreement, classes: tuple[str, ...], *, ax: Axes | None = None) -> Axes:
    """Draw what two annotators said about the items both answered: counts, equal answers on the diagonal.

    Raises
    ------
    InvalidInputError
        They answered no item in common.
    """
    if not pair.same.n:
        raise InvalidInputError(
            f"Two people are compared on what both answered. {pair.a} and {pair.b} have no item in common."
        )
    with styled():
        ax = axes_to_draw_on(ax, width_inch=2.4 + 0.9 * len(classes), height_inch=1.5 + 0.7 * len(classes))
        load("seaborn").heatmap(
            pair.table,
            annot=np.char.mod("%d", pair.table),
            fmt="",
            cmap=SEQUENTIAL,
            vmin=0,
            vmax=max(int(pair.table.max()), 1),
            cbar=False,
            linewidths=1,
            linecolor="white",
            xticklabels=[short(name) for name in classes],
            yticklabels=[short(name) for name in classes],
            ax=ax,
        )
        for k in range(len(classes)):  # equal answers are framed, so that they are found without colour
            ax.add_patch(load("matplotlib.patches").Rectangle((k, k), 1, 1, fill=False, edgecolor=INK, lw=2))
        ax.set_xlabel(short(f"{pair.b} said"))
        ax.set_ylabel(short(f"{pair.a} said"))
        ax.set_title(plain(f"same answer: {pair.same.k:,} of {pair.same.n:,}"))
        ax.tick_params(length=0, rotation=0)
    return ax


def _rows(report: AgreementReport) -> list[tuple[int, str, Score]]:
    overall = report.overall
    rows = [
        (0, "pairs that agree", overall.percent),
        (0, "Fleiss' kappa", overall.fleiss_kappa),
        (0, "Krippendorff's alpha", overall.krippendorff_alpha),
        (0, "Gwet's AC2" if report.weights != "nominal" else "Gwet's AC1", overall.gwet_ac2),
    ]
    rows += [(1, f"{pair.a}, {pair.b}", pair.cohen_kappa) for pair in report.by_pair]
    rows += [(2, f"{name}, or not", found.krippendorff_alpha) for name, found in report.by_class.items()]
    rows += [(3, name, found.krippendorff_alpha) for name, found in report.by_modality.items()]
    return rows


def _draw_row(ax: Axes, position: int, kind: int, figure: Score) -> None:
    if figure.value is None or figure.low is None or figure.high is None:
        words = plain(f"undefined: {figure.undefined}")
        ax.text(0.02, position, words, color=FAINT, va="center", fontsize=8)
        return
    colour = (INK, OKABE_ITO[4], OKABE_ITO[5], OKABE_ITO[2])[kind]
    ax.hlines(position, figure.low, figure.high, color=colour, linewidth=2.5, alpha=0.75)
    ax.plot(figure.value, position, MARKERS[kind], color=colour, markersize=7, label=_KINDS[kind])
    left = figure.value > 0.85
    ax.annotate(
        f"{figure.value:.2f}",
        (figure.value, position),
        xytext=(-4 if left else 4, 5),
        textcoords="offset points",
        ha="right" if left else "left",
        fontsize=8,
    )
