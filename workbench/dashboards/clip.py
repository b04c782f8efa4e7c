"""A manager's page: a clip, explained: what the system thought, moment by moment, and why."""

from __future__ import annotations

from workbench.dashboards.pages import page_at
from workbench.project import Project
from workbench.widgets.address_bar import AddressBar


def build(project: Project, role: str = "manager") -> AddressBar:
    """Return the dashboards opened at this page; see :func:`workbench.dashboards.pages.page_at`."""
    return page_at(project, role, "clip")
