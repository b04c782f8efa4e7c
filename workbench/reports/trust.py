"""The analyst's figures on confidences, one call each for the notebook: calibration, and answering only when sure."""

from __future__ import annotations

from workbench.evaluation.calibration_report import CalibrationReport
from workbench.evaluation.calibration_words import verdict_sentence
from workbench.evaluation.trust import Trust
from workbench.plots.calibration import plot_reliability, plot_risk_coverage
from workbench.plots.style import Drawing, new_figure
from workbench.reports.markdown import literal, word

_PANEL_INCH = (5.6, 5.0)


def sentences(report: CalibrationReport) -> str:
    """Return, as a Markdown list, what each level's confidences are worth, and every alarm."""
    said = [f"Per {trust.before.unit}: {verdict_sentence(trust.before)}" for trust in _levels(report)]
    alarms = [f"**{word(alarm.code)}**: {literal(alarm.message)}" for alarm in report.warnings]
    return "\n".join(f"- {words}" for words in [*said, *alarms])


def reliability(report: CalibrationReport) -> Drawing:
    """Draw reliability diagrams: a row per level; as the probabilities stand and, once fitted, with the temperature."""
    rows = []
    for trust in _levels(report):
        drawn = [(f"{trust.before.unit}s", trust.before)]
        if trust.after is not None and trust.temperature is not None:
            drawn.append((f"with temperature {trust.temperature.value.value:.2f}", trust.after))
        rows.append(drawn)
    n_columns = max(len(row) for row in rows)
    width_inch, height_inch = _PANEL_INCH
    figure, axes = new_figure(
        len(rows), n_columns, width_inch=width_inch * n_columns, height_inch=height_inch * len(rows)
    )
    for row, axes_of_row in zip(rows, axes.reshape(len(rows), n_columns), strict=True):
        for ax, (title, calibration) in zip(axes_of_row, row, strict=False):
            plot_reliability(calibration, title=title, ax=ax)
        left = min(ax.get_xlim()[0] for ax in axes_of_row[: len(row)])
        for ax in axes_of_row[: len(row)]:
            ax.set_xlim(left, 1)  # the same scale, to be compared
        for ax in axes_of_row[len(row) :]:
            ax.set_axis_off()
    return Drawing(figure)


def selective(report: CalibrationReport) -> Drawing:
    """Draw the risk-coverage curve of each level, with the threshold chosen on validation where there is one."""
    levels = _levels(report)
    width_inch, height_inch = _PANEL_INCH
    figure, axes = new_figure(1, len(levels), width_inch=width_inch * len(levels), height_inch=height_inch)
    for ax, trust in zip(axes, levels, strict=True):
        plot_risk_coverage(trust.curve, tried=trust.threshold, title=f"{trust.before.unit}s", ax=ax)
    return Drawing(figure)


def _levels(report: CalibrationReport) -> list[Trust]:
    return [trust for trust in (report.clips, report.frames) if trust is not None]
