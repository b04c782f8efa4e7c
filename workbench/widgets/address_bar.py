"""Pages that lead to one another without being loaded anew: the browser's address tells what is shown, and the other way round.

Messages from the browser: ``open`` (``query``, ``id``; at first and whenever a link is followed) and ``look`` (``clip``,
``id``: pictures and sound are wanted). Messages to the browser: ``page`` (``id``, ``query``, ``title``, ``html``),
``same`` (the page that stands is still right), ``media`` (with buffers) and ``trouble``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import anywidget
import traitlets

from workbench.widgets.messages import handle

_HERE = Path(__file__).parent
PARTS = ("page_parts.js", "clip_player.js", "address_media.js", "address_bar.js")
"""The files that make up the widget's one ES module, in order."""

Media = tuple[dict[str, Any], list[bytes]]


class Shown(Protocol):
    """A page as it is put on the screen."""

    @property
    def title(self) -> str:
        """Of the window."""

    @property
    def html(self) -> str:
        """Of the page, every text in it escaped."""


class AddressBar(anywidget.AnyWidget):
    """Show the page of the address, and follow links between pages.

    Parameters
    ----------
    show : callable
        From the address's query to its page; never raises for what came with an address.
    stamp : callable
        Returns something that changes when stored results do: what was painted before anybody came is then painted anew.
    look : callable, optional
        From a clip's key to what is seen and heard (``moment_context``'s message), or raises a WorkbenchError.
    """

    _esm = "\n".join((_HERE / name).read_text(encoding="utf-8") for name in PARTS)
    html = traitlets.Unicode().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    sheet = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        show: Callable[[str], Shown],
        *,
        stamp: Callable[[], object],
        look: Callable[[str], Media] | None = None,
        sheet: str = "",
    ) -> None:
        self._show, self._stamp_now, self._look_at = show, stamp, look
        self._stamp = stamp()
        page = show("")
        super().__init__(html=page.html, title=page.title, sheet=sheet)
        self.on_msg(self._receive)

    def _receive(self, _: object, content: dict[str, Any], buffers: object = None) -> None:
        problem = handle(content, {"open": self._open, "look": self._look})
        if problem is not None:
            told = content.get("id") if isinstance(content, dict) else None
            self.send({"type": "trouble", "message": problem, "id": told})

    def _open(self, content: dict[str, Any]) -> None:
        query, known = str(content["query"]), self._stamp
        self._stamp = self._stamp_now()
        if not query and content.get("first") and self._stamp == known:
            self.send({"type": "same", "id": content["id"]})
            return
        page = self._show(query)
        answer = {"type": "page", "id": content["id"], "query": query, "title": page.title, "html": page.html}
        self.send(answer)

    def _look(self, content: dict[str, Any]) -> None:
        if self._look_at is None:
            raise ValueError("nothing can be seen or heard on these pages")
        message, pieces = self._look_at(str(content["clip"]))
        self.send(
            {"type": "media", "id": content["id"], "clip": str(content["clip"]), "meta": message}, pieces
        )
