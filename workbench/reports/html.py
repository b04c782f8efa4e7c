"""Write a run's report as one self-contained page: no script, nothing loaded from elsewhere."""

from __future__ import annotations

from workbench.models.groups import Group
from workbench.models.runs import Run
from workbench.project import Project
from workbench.reports.audience import Audience
from workbench.reports.document import Document, Heading
from workbench.reports.render import render
from workbench.reports.run_report import report_of


def page(project: Project, run: Run | Group, audience: Audience | None = None) -> str:
    """Return the page of a run, or of a cross-validation, as HTML; for managers unless another audience is named."""
    return page_of(report_of(project, run, audience or Audience()))


def page_of(report: Document) -> str:
    """Return a report as HTML."""
    sections = [block.text for block in report.blocks if isinstance(block, Heading) and block.level == 2]
    return render(
        "report.html.j2",
        report=report,
        numbers={text: number for number, text in enumerate(sections, start=1)},
    )
