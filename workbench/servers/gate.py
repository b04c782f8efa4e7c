"""The gate: the one process that others reach. It stands before Voila and lets through what is on its list.

Run by :mod:`workbench.servers.start` as ``python -m workbench.servers.gate SETTINGS``; the settings are a private file.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
import signal
import sys
from pathlib import Path
from urllib.parse import urlsplit

from tornado.httpserver import HTTPServer
from tornado.ioloop import PeriodicCallback
from tornado.web import Application, HTTPError

from workbench import landlock
from workbench.files import read_json
from workbench.project import Project
from workbench.servers import channels, login, pages
from workbench.servers.assets import Assets, own_asset
from workbench.servers.brake import Brake
from workbench.servers.first_paint import FirstPaint
from workbench.servers.gate_settings import GateSettings, tls_context
from workbench.servers.handlers import LOG, GateHandler, NoSuchPage, log_request
from workbench.servers.kernels import KernelBook
from workbench.servers.people import People
from workbench.servers.published import Published
from workbench.servers.routes import ROUTES
from workbench.servers.sessions import Session, Sessions
from workbench.servers.voila_client import VoilaClient

HANDLERS: dict[str, type[GateHandler]] = {
    "login": login.Login,
    "logout": login.Logout,
    "start": login.Start,
    "own asset": pages.OwnAsset,
    "page asset": pages.PageAsset,
    "kernel": pages.KernelModel,
    "channels": channels.Channels,
    "shutdown": pages.Shutdown,
    "published": pages.PublishedFile,
    **{route.name: pages.Dashboard for route in ROUTES if route.name.startswith("dashboard ")},
}
LARGEST_BODY_BYTES = 16 * 1024
"""A login form is the longest thing that anybody sends, but for the channels."""
SWEEP_S = 2.0


class Gate:
    """Everything that the handlers share.

    Parameters
    ----------
    settings : GateSettings
        Where to listen, what stands behind, whom to let in.
    """

    def __init__(self, settings: GateSettings) -> None:
        project = Project(Path(settings.project))
        self.settings = settings
        self.people = People(project)
        self.sessions = Sessions(self.people)
        self.brake = Brake()
        self.kernels = KernelBook(settings.cap, settings.heated)
        self.voila = VoilaClient(settings.inner_port, settings.inner_token)
        self.assets = Assets()
        self.own_asset = own_asset
        self.published = Published(project)
        self.first_paint = FirstPaint(project)
        self.lines: set[channels.Channels] = set()
        self.one_password_at_a_time = asyncio.Lock()  # argon2 takes 64 MB and a core
        self.cookie = "__Host-workbench" if settings.secure else f"workbench-{settings.port}"
        self.hosts = hosts(settings)

    def key_fits(self, key: str) -> bool:
        """Say whether this is the printed key; it fits nothing once somebody has an account."""
        return hmac.compare_digest(key.encode(), self.settings.printed_key.encode()) and not self.people.all()

    def mine(self, session: Session | None, kernel_id: str) -> None:
        """Raise 403 unless this session's page was given that kernel."""
        if session is None or not self.kernels.belongs(kernel_id, session.key):
            raise HTTPError(403)

    def application(self) -> Application:
        """Return the Tornado application: one handler per route of the list, one for everything else."""
        rules = [(route.pattern, HANDLERS[route.name], {"gate": self, "route": route}) for route in ROUTES]
        return Application(
            rules,
            default_handler_class=NoSuchPage,
            default_handler_args={"gate": self},
            gate=self,
            log_function=log_request,
            xsrf_cookies=True,
            xsrf_cookie_name=f"{self.cookie}-form",
            xsrf_cookie_kwargs={"httponly": True, "samesite": "Strict", "secure": self.settings.secure},
            websocket_ping_interval=channels.PING_S,
            websocket_max_message_size=channels.LARGEST_FROM_PAGE_BYTES,
        )

    async def sweep(self) -> None:
        """Cut off whose session is over, and end the kernels that are due."""
        alive = self.sessions.keys()
        for line in list(self.lines):
            if line.session is None or line.session.key not in alive:
                line.close(1008)
        for owner in self.kernels.owners() - alive:
            self.kernels.end_all_of(owner)
        await asyncio.gather(*(self._end(kernel_id) for kernel_id in self.kernels.due()))

    async def _end(self, kernel_id: str) -> None:
        if await self.voila.end(kernel_id):
            self.kernels.gone(kernel_id)


def hosts(settings: GateSettings) -> frozenset[str]:
    """Return the names by which the gate may be called; empty: any.

    On this machine only its own names count: else a foreign page could have its name point here and speak to us.
    """
    if settings.public_address:
        return frozenset({urlsplit(settings.public_address).netloc.lower()})
    if settings.certificate:
        return frozenset()  # the certificate says who we are, and accounts who may come in
    return frozenset(f"{name}:{settings.port}" for name in ("127.0.0.1", "localhost", "[::1]"))


async def serve(settings: GateSettings) -> None:
    """Listen until told to stop."""
    LOG.info(landlock.told(landlock.version()))
    gate = Gate(settings)
    gate.first_paint.warm()
    server = HTTPServer(
        gate.application(),
        ssl_options=tls_context(settings.certificate, settings.key) if settings.certificate else None,
        xheaders=bool(settings.public_address),
        max_body_size=LARGEST_BODY_BYTES,
        max_header_size=LARGEST_BODY_BYTES,
        idle_connection_timeout=120,
        body_timeout=20,
    )
    server.listen(settings.port, settings.host)
    sweeping = PeriodicCallback(gate.sweep, SWEEP_S * 1000)
    sweeping.start()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()


def main() -> None:
    """Read the private file that is named on the command line, and serve."""
    os.umask(0o077)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for noisy in ("tornado.access", "tornado.general", "tornado.application"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)  # they repeat addresses with their queries
    asyncio.run(serve(GateSettings.from_json(read_json(Path(sys.argv[1])))))


if __name__ == "__main__":
    main()
