"""The manager's page: does fusing face and voice help? Reads stored results only; no network is ever loaded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import ipywidgets as widgets

import workbench
from workbench.errors import WorkbenchError
from workbench.project import Project
from workbench.reports.card import DRAWN
from workbench.reports.labelled import count_labels
from workbench.reports.render import accuracies_image, render
from workbench.reports.stored import list_comparisons
from workbench.reports.summary import Summary, summarise


def build(project: Project) -> widgets.VBox:
    """Return the page: the answer in words first, then the chart, whom it was tested on, and the figures.

    Parameters
    ----------
    project : Project
        Its ``reports/`` and ``labels/`` are read, nothing is written.
    """
    shown = widgets.HTML(_content(project, None), layout=widgets.Layout(width="100%", margin="0"))
    names = list_comparisons(project)
    style = widgets.HTML(f"<style>{render('style.css')}</style>")
    parts: list[widgets.Widget] = [style, shown]
    if len(names) > 1:
        parts.insert(1, _chooser(names, lambda name: setattr(shown, "value", _content(project, name))))
    return widgets.VBox(parts, layout=widgets.Layout(width="100%"))


def _chooser(names: list[str], on_choice: Callable[[str], None]) -> widgets.Dropdown:
    options = [(f"{name} (newest)" if i == 0 else name, name) for i, name in enumerate(names)]
    chooser = widgets.Dropdown(
        options=options,
        value=names[0],
        description="Comparison",
        layout=widgets.Layout(width="100%", max_width="58rem", margin="0 auto"),
    )
    chooser.observe(lambda change: on_choice(change["new"]), names="value")
    return chooser


def _content(project: Project, name: str | None) -> str:
    """Return the page of one comparison as HTML; what cannot be read is said on the page."""
    try:
        summary = summarise(project, name)
        labels = count_labels(project)
        if summary is None:
            return render("fusion.html.j2", part="empty", labels=labels)
        return _filled(summary, labels)
    except WorkbenchError as error:
        return render("fusion.html.j2", part="problem", message=str(error))


def _filled(summary: Summary, labels: list[Any]) -> str:
    chart, chart_words = accuracies_image(summary) if summary.systems else ("", "")
    return render(
        "fusion.html.j2",
        part="top",
        summary=summary,
        chart=chart,
        chart_words=chart_words,
        labels=labels,
        drawn=DRAWN if summary.drawn else "",
        version=workbench.__version__,
        read_utc=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )
