"""The page's content as it is right now, sent with the page itself: read before any script or kernel has spoken."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

from workbench.lazy import load
from workbench.project import Project
from workbench.servers.handlers import LOG

KEPT_S = 5.0
"""Twenty people who open the same link at the same time get one drawing."""
MOST_KEPT = 64
LONGEST_S = 8.0


class FirstPaint:
    """Draws views with ``workbench.reports.pages`` on one thread of its own, so that the gate goes on answering.

    Parameters
    ----------
    project : Project
        Read only.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="first-paint")
        self._kept: dict[tuple[str, str, str, str], tuple[float, asyncio.Future[str]]] = {}

    def warm(self) -> None:
        """Import what drawing needs, beside everything else."""
        self._thread.submit(load, "workbench.reports.pages")

    async def draw(self, page: str, query: str, role: str, person: str) -> str:
        """Return the HTML of a view, escaped by its templates; empty when it cannot be drawn now.

        Parameters
        ----------
        page : str
            One of ``fusion``, ``labels``, ``data``, ``clip``.
        query : str
            The query string of the address: hostile text until ``ViewState`` has read it.
        role, person : str
            Whose eyes it is for.
        """
        person = person if role == "annotator" else ""  # only to annotators a page says "you"
        key, now = (page, query, role, person), time.monotonic()
        kept = self._kept.get(key)
        if kept is None or now - kept[0] > KEPT_S:
            self._kept = {k: v for k, v in list(self._kept.items())[-MOST_KEPT:] if now - v[0] <= KEPT_S}
            drawn = asyncio.get_running_loop().run_in_executor(self._thread, self._draw, *key)
            self._kept[key] = kept = (now, drawn)
        try:
            return await asyncio.wait_for(asyncio.shield(kept[1]), LONGEST_S)
        except TimeoutError:
            return ""  # the page comes without it, and its kernel draws it

    def _draw(self, page: str, query: str, role: str, person: str) -> str:
        try:
            audience = load("workbench.reports.audience").audience_for(self._project, role, person=person)
            drawn = load("workbench.reports.pages").render_query(self._project, query, audience, page=page)
        except Exception:  # the page comes without it; the kernel says what is wrong
            LOG.exception("a first paint failed")
            return ""
        return str(drawn.html)
