"""Signing in and out, and the list of pages."""

from __future__ import annotations

import asyncio
import math

from tornado.web import HTTPError

from workbench.servers.handlers import LOG, GateHandler
from workbench.servers.people import Person, fits
from workbench.servers.routes import safe_return

_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$c29tZXRoaW5nIHJhbmRvbQ$Zm9yIG5hbWVzIHRoYXQgYXJlIG5vdCB0aGVyZSwgMzIgYg"
)
"""Checked for names that are not there, so that they take as long as those that are."""


class Login(GateHandler):
    """The form, and what it sends."""

    def get(self) -> None:
        """Show the form, or the list of pages to who is signed in."""
        target = safe_return(self.get_query_argument("next", "/"))
        if self.session is not None:
            self.redirect(target)
            return
        self._form(target)

    async def post(self) -> None:
        """Sign in by name and password."""
        target = safe_return(self.get_body_argument("next", "/"))
        name, password = (
            self.get_body_argument("name", ""),
            self.get_body_argument("password", "", strip=False),
        )
        address = self.request.remote_ip or ""
        wait_s = self.gate.brake.wait_s(name, address)
        if wait_s > 0:
            self.set_status(429)
            self.set_header("Retry-After", str(math.ceil(wait_s)))
            self._form(target, f"Too many tries. Wait {math.ceil(wait_s)} seconds, then try again.")
            return
        self.gate.brake.failed(name, address)  # before checking: tries sent at the same time count, too
        person = await self._checked(name, password)
        if person is None:
            LOG.warning("a login failed")
            self.set_status(403)
            self._form(target, "Name or password is not right.")
            return
        self.gate.brake.succeeded(name, address)
        self.sign_in(self.gate.sessions.begin(person))
        self.redirect(target, status=303)

    async def _checked(self, name: str, password: str) -> Person | None:
        person = self.gate.people.find(name)
        async with self.gate.one_password_at_a_time:
            good = await asyncio.to_thread(fits, password, person.password_hash if person else _NOBODY)
        return person if good else None

    def _form(self, target: str, problem: str = "") -> None:
        self.show("login.html.j2", target=target, problem=problem, people=bool(self.gate.people.all()))


PUBLISHED = {
    "index.html": ("Last publication", "the pages as they were when they were published"),
    "report.html": ("Report", "one file with the model card, to save or print"),
    "report.pdf": ("Report as PDF", "the same"),
}
"""What of a publication stands on the list, where it is there."""


class Logout(GateHandler):
    """Signing out."""

    def post(self) -> None:
        """End the session and every page it has open."""
        if self.session is None:
            raise HTTPError(403)
        self.gate.kernels.end_all_of(self.session.key)
        self.gate.sessions.end(self.session)
        self.clear_cookie(self.gate.cookie, path="/")
        self.redirect("/login", status=303)


class Start(GateHandler):
    """The list of the pages that this role may see."""

    async def get(self) -> None:
        """Show the list."""
        role = self.session.role if self.session else ""
        there = [name for name in PUBLISHED if await self.gate.published.find(name, role) is not None]
        self.show("start.html.j2", published=[(name, PUBLISHED[name]) for name in there])
