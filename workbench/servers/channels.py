"""Between a page and its kernel: every word passes here, so that the gate knows who is there and who has left."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlencode

from tornado.web import HTTPError
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, WebSocketHandler

from workbench.errors import WorkbenchError
from workbench.servers import messages, policy
from workbench.servers.handlers import GateHandler

PROTOCOL = "v1.kernel.websocket.jupyter.org"
LARGEST_FROM_PAGE_BYTES = 4 * 2**20
PING_S = 10.0
"""A page that vanished without a word is noticed after two of these."""


class Channels(WebSocketHandler, GateHandler):
    """One page's line to its kernel."""

    _inner: WebSocketClientConnection | None = None
    _counted = ""
    _passing_on: asyncio.Future[None] | None = None

    def prepare(self) -> None:
        """Let only the page through that was given this kernel, and only from our own origin."""
        GateHandler.prepare(self)
        if self._finished:
            return
        if not policy.same_origin(self.request.headers, required=True):
            raise HTTPError(403)
        self.gate.mine(self.session, self.path_kwargs["kernel_id"])

    def check_origin(self, origin: str) -> bool:
        """Ask for our own origin."""
        return policy.same_origin(self.request.headers, required=True)

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """Speak Jupyter's binary protocol where the page can."""
        return PROTOCOL if PROTOCOL in subprotocols else None

    async def open(self, *args: str, **kwargs: str) -> None:
        """Join the page's line to the kernel's."""
        kernel_id = kwargs["kernel_id"]
        self.gate.kernels.opened(kernel_id)
        self._counted = kernel_id
        self.gate.lines.add(self)
        protocols = [self.selected_subprotocol] if self.selected_subprotocol else []
        session_id = self.get_query_argument("session_id", "")[:64]
        query = urlencode(
            {"session_id": session_id}
        )  # Jupyter's name for this line; no other word is passed on
        try:
            self._inner = await self.gate.voila.channels(kernel_id, query, protocols)
        except WorkbenchError:
            self.close(1011)
            return
        self._passing_on = asyncio.ensure_future(self._pass_on(self._inner))

    async def on_message(self, message: str | bytes) -> None:
        """Pass a word of the page on, if it is a widget's."""
        here = self.session is not None and self.gate.sessions.alive(self.session, used=True)
        if self._inner is None or not here:
            self.close(1008)
            return
        if not messages.may_leave_page(message, binary=self._binary):
            return
        try:
            await self._inner.write_message(message, binary=isinstance(message, bytes))
        except WebSocketClosedError:
            self.close(1011)

    @property
    def _binary(self) -> bool:
        return self.selected_subprotocol == PROTOCOL

    def on_close(self) -> None:
        """Note that the page has left."""
        self.gate.lines.discard(self)
        if self._counted:
            self.gate.kernels.closed(self._counted)
            self._counted = ""
        if self._inner is not None:
            self._inner.close()

    async def _pass_on(self, inner: WebSocketClientConnection) -> None:
        while True:
            message: Any = await inner.read_message()
            if message is None:
                break
            if not messages.may_reach_page(message, binary=self._binary):
                continue
            try:
                await self.write_message(message, binary=isinstance(message, bytes))
            except WebSocketClosedError:
                break
        self.close(1001)
