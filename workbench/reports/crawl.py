"""Follow the pages' own links, breadth first, and turn every state of a page into a file that links to files."""

from __future__ import annotations

import hashlib
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape

from workbench.errors import InvalidInputError, WorkbenchError
from workbench.reports.view_state import ViewState

BEYOND = "beyond.html"
"""Where links lead that go further than a publication."""
_LINK = re.compile(r'<a data-view href="\?([^"]*)"')
_RECORDING = re.compile(r"<(?:audio|video|source|script|iframe|object|embed)\b|data:(?:audio|video|image/(?!svg\+xml))", re.I)


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
    starts: Sequence[ViewState], show: Callable[[ViewState], tuple[str, str]], *, most_pages: int
) -> Iterator[tuple[CrawledPage, int]]:
    """Yield every page that can be reached, each once, with the number of pages known so far.

    Parameters
    ----------
    starts : sequence of ViewState
        Where to begin; the first becomes ``index.html``, too.
    show : callable
        A state to its title and its HTML, whose links are ``<a data-view href="?…">``.
    most_pages : int
        Links beyond so many pages lead to :data:`BEYOND`.

    Raises
    ------
    WorkbenchError
        A page holds a recording or a script: such a page is never published.
    """
    known = {view.query(): view for view in starts}
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
            target = _target(query)
            if target is not None and target.query() not in known and len(known) < most_pages:
                known[target.query()] = target
                waiting.append(target)
        yield CrawledPage(file_of(view), view, title, _rewritten(html, known)), len(known)


def _rewritten(html: str, known: dict[str, ViewState]) -> str:
    def address(match: re.Match[str]) -> str:
        target = _target(match.group(1))
        there = target is not None and target.query() in known
        return f'<a href="{file_of(target) if there and target is not None else BEYOND}"'

    return _LINK.sub(address, html)


def _target(query: str) -> ViewState | None:
    try:
        return ViewState.from_query(unescape(query))
    except InvalidInputError:
        return None
