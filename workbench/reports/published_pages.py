"""The static pages of one publication: every state a file of its own, with a frame that says whence it comes."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from workbench.lazy import load
from workbench.progress import Progress
from workbench.project import Project
from workbench.reports.audience import Audience
from workbench.reports.crawl import BEYOND, crawl
from workbench.reports.pages import render_view
from workbench.reports.pages.page import pages_of
from workbench.reports.render import render
from workbench.reports.view_state import ViewState


@dataclass(frozen=True)
class Frame:
    """What stands around every page: whence it comes, and the reports beside it.

    Attributes
    ----------
    facts : dict
        As in the manifest.
    reports : tuple of str
        The names of the report's files.
    """

    facts: dict[str, Any]
    reports: tuple[str, ...]

    def around(self, title: str, html: str) -> str:
        """Return a whole page."""
        style, allowed = _style()
        return render(
            "published.html.j2",
            title=title,
            content=load("markupsafe").Markup(html),  # escaped where it was made
            style=load("markupsafe").Markup(style),  # ours
            allowed=allowed,
            facts=self.facts,
            reports=self.reports,
        )


@dataclass(frozen=True)
class Pages:
    """The pages of one publication.

    Attributes
    ----------
    first : str
        The comparison that is meant where an address names none.
    comparisons, datasets : set of str
        Those that may be published.
    """

    project: Project
    first: str
    comparisons: frozenset[str]
    datasets: frozenset[str]
    audience: Audience
    frame: Frame

    def show(self, view: ViewState) -> tuple[str, str]:
        """Return title and HTML of a state."""
        page = render_view(self.project, view, self.audience)
        return page.title, page.html

    def meant(self, view: ViewState) -> ViewState | None:
        """Return the state that a link leads to here; None where its data may not be published."""
        if view.page in ("fusion", "clip") and not (
            view.comparison or view.dataset or view.show == "comparisons"
        ):
            view = view.but(comparison=self.first)
        if view.comparison and view.comparison not in self.comparisons:
            return None
        return None if view.dataset and view.dataset not in self.datasets else view

    def write(self, making: Path, most_pages: int, progress: Progress) -> dict[str, Any]:
        """Write every page that can be reached; return how many, and whether no link leads beyond them."""
        starts = [self.meant(ViewState(page)) for page in pages_of(self.audience)]
        n_pages, beyond = 0, False
        reached = [start for start in starts if start is not None]
        for page, n_known in crawl(reached, self.show, meant=self.meant, most_pages=most_pages):
            content = self.frame.around(page.title, page.html)
            beyond = beyond or f'href="{BEYOND}"' in page.html
            (making / page.name).write_text(content, encoding="utf-8")
            if n_pages == 0:
                (making / "index.html").write_text(content, encoding="utf-8")
            n_pages += 1
            progress(n_pages, n_known, page.title)
        if beyond:
            (making / BEYOND).write_text(self.frame.around(*_beyond(n_pages)), encoding="utf-8")
        return {"n_pages": n_pages, "complete": not beyond}


@cache
def _style() -> tuple[str, str]:
    """Return the pages' style, and the hash by which their policy allows it and no other."""
    style = render("published.css.j2")
    return style, base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def _beyond(n_pages: int) -> tuple[str, str]:
    return "Not in this publication", render("beyond.html.j2", n_pages=n_pages)
