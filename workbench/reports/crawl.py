"""Follow the pages' own links, breadth first, and turn every state of a page into a file that links to files."""

from __future__ import annotations

import hashlib
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import unescape

from workbench.errors import InvalidInputError, WorkbenchError
from workbench.reports.view_state import ViewState

BEYOND = "beyond.html"
"""Where links lead that go further than a publication."""
_LINK = re.compile(r'<a data-view href="\?([^"]*)"')
_RECORDING = re.compile(
    r"<(?:audio|video|source|script|iframe|object|embed)\b|=[\"']data:(?:audio|video|image/(?!svg\+xml))",
    re.I,
)


@dataclass(frozen=True)
class CrawledPage:
    """A page with its links rewritten.

    Attributes
    ----------
    name : str
        The file's name.
    view : ViewState
    title, html : str
    """

    name: str
    view: ViewState
    title: str
    html: str


def file_of(view: ViewState) -> str:
    """Return the name of the file of a state: the page, and a hash of the address."""
    return f"{view.page}-{hashlib.sha256(view.query().encode()).hexdigest()[:16]}.html"


def crawl(
    starts: Sequence[ViewState],
    show: Callable[[ViewState], tuple[str, str]],
    *,
    meant: Callable[[ViewState], ViewState | None],
    most_pages: int,
) -> Iterator[tuple[CrawledPage, int]]:
    """Yield every page that can be reached, each once, with the number of pages known so far.

    Parameters
    ----------
    starts : sequence of ViewState
        Where to begin.
    show : callable
        A state to its title and its HTML, whose links are ``<a data-view href="?…">``.
    meant : callable
        The state that a link is to lead to, or None where it leads out of the publication.
    most_pages : int
        Links beyond so many pages lead to :data:`BEYOND`.

    Raises
    ------
    WorkbenchError
        A page holds a recording or a script: such a page is never published.
    """
    known = {view.query(): view for view in starts}

    @cache
    def target_of(query: str) -> ViewState | None:
        try:
            return meant(ViewState.from_query(unescape(query)))
        except InvalidInputError:
            return None

    def rewritten(match: re.Match[str]) -> str:
        target = target_of(match.group(1))
        there = target is not None and target.query() in known
        return f'<a href="{file_of(target) if there and target is not None else BEYOND}"'

    waiting = deque(known.values())
    while waiting:
        view = waiting.popleft()
        title, html = show(view)
        if found := _RECORDING.search(html):
            raise WorkbenchError(
                f"A published page must hold no recording and no script. The page {view.query()} holds "
                f"{found.group()!r}: tell the workbench's authors."
            )
        for query in _LINK.findall(html):
            target = target_of(query)
            if target is not None and target.query() not in known and len(known) < most_pages:
                known[target.query()] = target
                waiting.append(target)
        yield CrawledPage(file_of(view), view, title, _LINK.sub(rewritten, html)), len(known)
