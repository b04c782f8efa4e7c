"""What every handler of the gate shares: who asks, whether they may, and errors that tell nothing but a number."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tornado.web import HTTPError, RequestHandler

from workbench.servers import policy
from workbench.servers.assets import Asset
from workbench.servers.drawing import draw
from workbench.servers.routes import STRANGER, Route, plain
from workbench.servers.sessions import Session

if TYPE_CHECKING:
    from workbench.servers.gate import Gate

LOG = logging.getLogger("workbench.gate")
WORDS = {
    400: ("That request cannot be understood", "Open the page anew from the list."),
    403: ("This is not for you to see", "Ask whoever runs this workbench if you should see it."),
    404: ("There is no such page", "Go back to the list of pages."),
    405: ("That cannot be done here", "Go back to the list of pages."),
    429: ("Too many tries", "Wait a little, then try again."),
    503: ("All places are taken", "This page tries again by itself every few seconds."),
}


class GateHandler(RequestHandler):
    """Checks every request before any handler sees it: host, address, method, session, role."""

    gate: Gate
    route: Route | None
    session: Session | None = None

    def initialize(self, gate: Gate, route: Route | None = None) -> None:
        """Take the gate and the rule of this address; no rule means that the address does not exist."""
        self.gate, self.route = gate, route

    def set_default_headers(self) -> None:
        """Put the policy on every answer, errors included."""
        gate = self.application.settings["gate"]
        for name, value in policy.headers(secure=gate.settings.secure).items():
            self.set_header(name, value)

    def prepare(self) -> None:
        """Let a request through only when all rules allow it."""
        if self.request.headers.get("Host", "").lower() not in self.gate.hosts and self.gate.hosts:
            raise HTTPError(403)
        self.session = self.gate.sessions.of(self.get_cookie(self.gate.cookie) or "")
        if self._takes_the_key():
            return
        role = self.session.role if self.session else STRANGER
        if self.session is None and (self.route is None or STRANGER not in self.route.who):
            return self._send_to_login()
        if self.route is None or not plain(self.request.path):
            raise HTTPError(404)
        if role not in self.route.who:
            raise HTTPError(403)
        if self.request.method not in self.route.methods:
            raise HTTPError(405)

    def check_xsrf_cookie(self) -> None:
        """Refuse a POST that no form of ours sent: by the form's hidden number, and by where it came from."""
        if not policy.same_origin(self.request.headers, required=False):
            raise HTTPError(403)
        super().check_xsrf_cookie()

    def sign_in(self, cookie: str) -> None:
        """Give the browser its session."""
        self.set_cookie(
            self.gate.cookie,
            cookie,
            httponly=True,
            samesite="Lax",
            secure=self.gate.settings.secure,
            path="/",
        )

    def show(self, template: str, **content: Any) -> None:
        """Answer with one of the gate's pages."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(draw(template, session=self.session, xsrf=self.xsrf_form_html, **content))

    def send(self, found: Asset | None, *, kept: str) -> None:
        """Answer with a file, or with the remark that the browser's copy is still good."""
        if found is None:
            raise HTTPError(404)
        self.set_header("Cache-Control", kept)
        self.set_header("Etag", found.etag)
        self.set_header("Vary", "Accept-Encoding")
        self.set_header("Content-Type", found.kind)
        if self.check_etag_header():
            self.set_status(304)
            self.finish()
            return
        content = found.content
        if found.packed and "gzip" in self.request.headers.get("Accept-Encoding", ""):
            self.set_header("Content-Encoding", "gzip")
            content = found.packed
        self.finish(content)

    def compute_etag(self) -> None:
        """Leave pages without a mark: they are never kept."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with what went wrong in general words; of a fault of ours, with the number it has in the log."""
        heading, advice = WORDS.get(status_code, ("Something went wrong here", ""))
        if status_code not in WORDS:
            advice = f"Tell whoever runs this workbench the number {logged_error()}: it stands in the log."
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(draw("message.html.j2", session=self.session, heading=heading, advice=advice, again_s=0))

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Leave telling errors to :meth:`write_error`: the usual words repeat the address."""

    def _send_to_login(self) -> None:
        pages = self.request.method == "GET" and self.route is not None and (
            self.route.name in ("start", "published") or self.route.name.startswith("dashboard")
        )  # fmt: skip
        if not pages:
            raise HTTPError(403)
        self.redirect("/login?" + urlencode({"next": self._without_key()}))

    def _takes_the_key(self) -> bool:
        """Sign in whoever brings the printed key, and show the address without it."""
        brought = self.request.method == "GET" and "token" in self.request.query_arguments
        if not brought or not plain(self.request.path):
            return False
        if self.session is None:
            if not self.gate.key_fits(self.get_query_argument("token")):
                return False
            self.sign_in(self.gate.sessions.begin(None, self.gate.settings.role))
        self.redirect(self._without_key())
        return True

    def _without_key(self) -> str:
        query = self.request.query_arguments
        rest = [
            (name, value.decode("utf-8", "replace"))
            for name in query
            for value in query[name]
            if name != "token"
        ]
        path = "/" if self.request.path == "/login" else self.request.path
        return f"{path}?{urlencode(rest)}" if rest else path


class NoSuchPage(GateHandler):
    """Answers every address that is on no list."""


def logged_error() -> str:
    """Write the error that is being handled to the log, and return the number it has there."""
    error_id = secrets.token_hex(4)
    LOG.error("error %s", error_id, exc_info=True)
    return error_id


def log_request(handler: RequestHandler) -> None:
    """Write one line per request: what kind of address, never the address, a query, a cookie or a name."""
    route = getattr(handler, "route", None)
    LOG.info(
        "%s %s %s %.0f ms", handler.get_status(), handler.request.method if route else "-",
        route.name if route else "no such page", 1000 * handler.request.request_time(),
    )  # fmt: skip
