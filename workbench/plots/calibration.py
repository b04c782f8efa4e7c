"""Draw how far confidences can be believed: the reliability diagram, and what answering only when sure gains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.evaluation.calibration import Bin, Calibration
from workbench.evaluation.risk_coverage import RiskCoverage
from workbench.evaluation.threshold import TriedThreshold
from workbench.plots.style import FAINT, INK, OKABE_ITO, axes_to_draw_on, plain, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LOOKS = {
    "too sure": (OKABE_ITO[5], "////"),
    "not sure enough": (OKABE_ITO[1], "...."),
    "": ("#B8B8B8", ""),
}
"""Colour and hatch of a bin by its verdict; the legend says it in words."""
_WORDS = {"": "as sure as it is right, as far as can be told"}
_GRID = "#E6E6E6"
_COUNTS_AT = 1.035


def plot_reliability(calibration: Calibration, *, title: str = "", ax: Axes | None = None) -> Axes:
    """Draw a reliability diagram.

    A bar is how often the answers of a bin were right, with its 95% interval; the diamond is how sure they were on
    average. On the diagonal both agree. The number of answers stands above every bin.

    Parameters
    ----------
    calibration : Calibration
        Of clips or moments; without any answer the axes say so.
    title : str
        Written before the expected calibration error.
    """
    used = [one for one in calibration.bins if one.accuracy.n]
    with styled():
        ax = axes_to_draw_on(ax, width_inch=5.6, height_inch=4.6)
        left = 0.1 * np.floor(10 * used[0].low) if used else 0.0
        ax.plot([0, 1], [0, 1], linestyle="--", color=FAINT, linewidth=1.2, zorder=3)
        for one in used:
            _bar(ax, one)
        _diamonds(ax, used)
        for verdict in dict.fromkeys(one.verdict for one in used):
            colour, hatch = _LOOKS[verdict]
            words = _WORDS.get(verdict, verdict)
            ax.bar(np.nan, np.nan, color=colour, hatch=hatch, edgecolor="white", label=words)
        ax.set(xlim=(left, 1), ylim=(0, 1.09), yticks=np.linspace(0, 1, 6))
        ax.set_xlabel(f"how sure (probability of the answer); above: number of {calibration.unit}s")
        ax.set_ylabel("how often right")
        ax.xaxis.set_major_formatter("{x:.0%}")
        ax.yaxis.set_major_formatter("{x:.0%}")
        ax.grid(axis="y", color=_GRID, linewidth=0.8)
        ax.set_axisbelow(True)
        ax.set_title(plain(_title(calibration, title)))
        if used:
            ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), fontsize=8.5, ncols=1)
        else:
            ax.text(0.5, 0.5, "there is nothing to judge", transform=ax.transAxes, ha="center", color=FAINT)
    return ax


def _title(calibration: Calibration, title: str) -> str:
    ece = calibration.ece
    if ece.value is None:
        return title
    said = f"ECE {ece.value:.3f}"
    if ece.low is not None and ece.high is not None:
        said += f" ({ece.low:.3f} to {ece.high:.3f})"
    return f"{title}: {said}" if title else said


def _bar(ax: Axes, one: Bin) -> None:
    accuracy, width = one.accuracy, one.high - one.low
    assert accuracy.value is not None and accuracy.low is not None and accuracy.high is not None  # n > 0
    colour, hatch = _LOOKS[one.verdict]
    middle = one.low + width / 2
    ax.bar(middle, accuracy.value, width, color=colour, hatch=hatch, edgecolor="white", linewidth=0.8)
    errors = [[accuracy.value - accuracy.low], [accuracy.high - accuracy.value]]
    ax.errorbar(middle, accuracy.value, errors, color=INK, capsize=2.5, linewidth=1.1, zorder=4)
    rotation = 90 if width < 0.04 else 0
    where: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 7.5, "color": INK}
    ax.text(middle, _COUNTS_AT, f"{accuracy.n:,}", rotation=rotation, clip_on=True, **where)


def _diamonds(ax: Axes, used: list[Bin]) -> None:
    if not used:
        return
    means = [one.confidence for one in used if one.confidence is not None]
    ax.plot(
        means,
        means,
        "D",
        color="white",
        markeredgecolor=INK,
        markersize=5,
        zorder=5,
        label="how sure on average (a bar that ends there: as often right)",
        clip_on=False,
    )


def plot_risk_coverage(
    curve: RiskCoverage, *, tried: TriedThreshold | None = None, title: str = "", ax: Axes | None = None
) -> Axes:
    """Draw how many answers are wrong when only the surest are given.

    Parameters
    ----------
    curve : RiskCoverage
        Of the test answers; without any the axes say so.
    tried : TriedThreshold, optional
        A threshold chosen on validation, drawn where it lies on the test with its intervals.
    """
    with styled():
        ax = axes_to_draw_on(ax, width_inch=5.6, height_inch=4.6)
        if curve.n:
            _curves(ax, curve)
        else:
            ax.text(0.5, 0.5, "there is nothing to judge", transform=ax.transAxes, ha="center", color=FAINT)
        if tried is not None and curve.n:
            _trial(ax, tried)
        ax.set_xlabel(f"share of {curve.unit}s answered, the surest first (coverage)")
        ax.set_ylabel("share of those that is wrong (risk)")
        ax.set(xlim=(0, 1.01), ylim=(0, _top(curve, tried)))
        ax.xaxis.set_major_formatter("{x:.0%}")
        ax.yaxis.set_major_formatter("{x:.0%}")
        ax.grid(color=_GRID, linewidth=0.8)
        ax.set_axisbelow(True)
        area = "" if curve.aurc.value is None else f"area {curve.aurc.value:.3f}"
        ax.set_title(plain(": ".join(part for part in (title, area) if part)))
        if curve.n:
            ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), fontsize=8.5, ncols=1)
    return ax


def _curves(ax: Axes, curve: RiskCoverage) -> None:
    overall = curve.risk[-1]
    ax.plot(
        curve.coverage,
        curve.risk,
        color=OKABE_ITO[4],
        linewidth=2.2,
        drawstyle="steps-post",
        marker="o" if len(curve.risk) < 30 else "",
        markersize=3.5,
        label=f"surest first ({curve.n:,} {curve.unit}s)",
    )
    kept = np.linspace(0, 1, 201)[1:]
    best = np.maximum(kept - (1 - overall), 0) / kept
    ax.plot(kept, best, linestyle="--", color=OKABE_ITO[2], linewidth=1.5, label="at best, all errors last")
    ax.axhline(overall, linestyle=":", color=FAINT, linewidth=1.5, label=f"by lot: {overall:.1%} wrong")


def _trial(ax: Axes, tried: TriedThreshold) -> None:
    accuracy, coverage, wanted = tried.accuracy, tried.coverage, tried.threshold.wanted
    ax.axhline(
        1 - wanted, linestyle="-.", color=INK, linewidth=1, label=f"wanted: {1 - wanted:.1%} wrong at most"
    )
    if accuracy.value is None or accuracy.low is None or accuracy.high is None or coverage.value is None:
        found = tried.threshold.value is not None
        words = f"on the test {accuracy.undefined}" if found else "no threshold reaches that on validation"
        ax.plot([], [], " ", label=words)
        return
    risk = 1 - accuracy.value
    ax.errorbar(
        coverage.value,
        risk,
        [[max(risk - (1 - accuracy.high), 0)], [max(1 - accuracy.low - risk, 0)]],
        fmt="D",
        color=OKABE_ITO[5],
        markeredgecolor=INK,
        markersize=8,
        capsize=4,
        linewidth=1.6,
        zorder=5,
        label=f"threshold of the validation: {accuracy.n - accuracy.k:,} of {accuracy.n:,} wrong, {coverage.n - coverage.k:,} not answered",
    )


def _top(curve: RiskCoverage, tried: TriedThreshold | None) -> float:
    """Return where the risk's axis ends."""
    if not curve.n:
        return 1.0
    highest = [float(curve.risk.max())]
    if tried is not None:
        highest += [1 - tried.threshold.wanted]
        highest += [] if tried.accuracy.low is None else [1 - tried.accuracy.low]
    return min(max(1.08 * max(highest), 0.05), 1.02)
