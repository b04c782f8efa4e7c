"""The dashboards: one kernel each, bound to the session that asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable

from tornado.web import HTTPError

from workbench.errors import WorkbenchError
from workbench.servers import policy
from workbench.servers.drawing import draw
from workbench.servers.handlers import GateHandler, logged_error
from workbench.servers.routes import PAGES
from workbench.servers.sessions import Session
from workbench.servers.voila_page import VoilaPage, kernel_of, read_page

AGAIN_S = 4


class Dashboard(GateHandler):
    """A page: its content as it is now, and a kernel that answers what is pressed on it."""

    async def get(self, page: str) -> None:
        """Answer with the page, or with a polite one that tries again when all places are taken."""
        if self.session is None:
            raise HTTPError(403)
        asked = self.get_query_argument("page", page)
        if asked != page:
            if asked not in PAGES:
                raise HTTPError(404)
            self.redirect(f"/dashboards/{asked}?{self.request.query}")  # where that page's own rule is asked
            return
        person = self.session.person
        if self.gate.kernels.full() or self.gate.kernels.too_many(person):
            self._queue(mine=self.gate.kernels.too_many(person))
            return
        self.gate.kernels.await_one(person)
        try:
            waiting = asyncio.ensure_future(self._from_voila(page, self.session))
            await self._begin(page, self.session)
            await self._complete(waiting)
        finally:
            self.gate.kernels.awaited(person)

    async def _begin(self, page: str, session: Session) -> None:
        """Send the content as it is stored now: it can be read while kernel and scripts are still on their way."""
        first = await self.gate.first_paint.draw(page, self.request.query, session.role, session.name)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Security-Policy", policy.CONTENT_SECURITY_POLICY)
        self.write(
            draw("dashboard_head.html.j2", session=session, page=page, first=first, xsrf=self.xsrf_form_html)
        )
        await self.flush()

    async def _complete(self, waiting: Awaitable[VoilaPage]) -> None:
        """Send what makes the page answer, or say that it cannot."""
        try:
            found, error_id = await waiting, ""
        except WorkbenchError:
            found, error_id = None, logged_error()
        self.finish(draw("dashboard_tail.html.j2", voila=found, error_id=error_id))

    async def _from_voila(self, page: str, session: Session) -> VoilaPage:
        html = await self.gate.voila.page(session.role, page, session.name)
        kernel_id = kernel_of(html)
        if kernel_id:
            self.gate.kernels.give(kernel_id, session.key, session.person)
        try:
            return read_page(html)
        except WorkbenchError:
            if kernel_id:
                self.gate.kernels.end(kernel_id)
            raise

    def _queue(self, *, mine: bool) -> None:
        self.set_status(503)
        self.set_header("Retry-After", str(AGAIN_S))
        heading = "You have many pages open" if mine else "All places are taken just now"
        advice = "Close one of them. " if mine else "Others are looking. "
        advice += "This page tries again by itself every few seconds."
        self.show("message.html.j2", heading=heading, advice=advice, again_s=AGAIN_S)


class KernelModel(GateHandler):
    """What a page asks about its own kernel."""

    async def get(self, kernel_id: str) -> None:
        """Answer with Voila's words about the kernel of this session's page."""
        self.gate.mine(self.session, kernel_id)
        try:
            answer = await self.gate.voila.model(kernel_id)
        except WorkbenchError as error:
            raise HTTPError(404) from error
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(json.loads(answer)))


class Shutdown(GateHandler):
    """What a page says when it goes."""

    def check_xsrf_cookie(self) -> None:
        """Ask for our own origin: a page that goes sends a beacon, not a form."""
        if not policy.same_origin(self.request.headers, required=True):
            raise HTTPError(403)

    def post(self, kernel_id: str) -> None:
        """End the kernel of this session's page."""
        self.gate.mine(self.session, kernel_id)
        self.gate.kernels.end(kernel_id)
        self.set_status(204)
        self.finish()


class PageAsset(GateHandler):
    """Scripts and styles of Voila's packages."""

    def get(self, file: str) -> None:
        """Answer with one file of the list."""
        self.send(self.gate.assets.find(file), kept="private, max-age=3600")


class OwnAsset(GateHandler):
    """The gate's own style and script."""

    def get(self, file: str) -> None:
        """Answer with one file."""
        self.send(self.gate.own_asset(file), kept="private, max-age=300")


class PublishedFile(GateHandler):
    """The static pages."""

    async def get(self, file: str) -> None:
        """Answer with one file of the newest publication."""
        role = self.session.role if self.session else ""
        self.send(await self.gate.published.find(file, role), kept="private, no-cache")
