"""The dashboards' pages: :func:`render_view` makes every one of them, for Voila and for publication."""

from workbench.reports.pages.page import Page
from workbench.reports.pages.rendering import render_query, render_view

__all__ = ["Page", "render_query", "render_view"]
