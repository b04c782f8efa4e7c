"""The dashboards as two servers: Voila, which only the gate can reach, and the gate, which people reach."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from workbench.project import Project
from workbench.reports.audience import ROLES
from workbench.reports.pseudonyms import keep_key
from workbench.servers.gate_settings import GateSettings, check_exposure, check_role
from workbench.servers.kernels import CAP
from workbench.servers.people import People
from workbench.servers.places import choose_port, notebooks_folder, write_private
from workbench.servers.processes import Server
from workbench.servers.routes import PAGES, PAGES_OF_ROLE
from workbench.servers.settings import LOOPBACK, dashboards_environment, dashboards_settings

DASHBOARDS_PORT = 8866
HEATED = 5
"""Kernels that wait heated, of each page of the managers'."""
CALL = "build(Project.open())"
"""What a page's notebook ends with; the role is written into it."""


@dataclass(frozen=True)
class Exposure:
    """Whom the dashboards let in, and how.

    Attributes
    ----------
    host : str
        Where the gate listens.
    port : int or None
        None: the usual port, or any free one.
    certificate, key : Path or None
        PEM files; needed for every host but this machine.
    public_address : str
        The https address of a reverse proxy on this machine.
    role : str
        Of the holder of the printed key, as long as nobody has an account.
    cap : int
        Kernels at once.
    heated : int
        Kernels that wait heated, of each page.
    """

    host: str = LOOPBACK
    port: int | None = None
    certificate: Path | None = None
    key: Path | None = None
    public_address: str = ""
    role: str = "manager"
    cap: int = CAP
    heated: int = HEATED


def dashboards_servers(project: Project, folder: Path, exposure: Exposure | None = None) -> list[Server]:
    """Write the settings of Voila and the gate into ``folder`` and say how to start both, Voila first.

    Raises
    ------
    InvalidInputError
        Other machines would be let in without accounts or without TLS, or the port is taken.
    """
    exposure = exposure or Exposure()
    check_role(exposure.role)
    check_exposure(project, exposure.host, exposure.certificate, exposure.key, exposure.public_address)
    keep_key(project)  # before the first page: numbers of people and links to clips stay what they are
    folder.mkdir(mode=0o700, parents=True)
    port = choose_port(exposure.port, DASHBOARDS_PORT, exposure.host)
    inner_port, token = choose_port(None, 0), secrets.token_urlsafe(32)
    shown = folder / "voila" / "shown"
    shown.parent.mkdir(mode=0o700)
    shown.mkdir(mode=0o700)
    copy_pages(notebooks_folder(project), shown)
    pools = _pools(shown, exposure)
    voila = _voila(project, shown, inner_port, token, pools)
    settings = GateSettings(
        project=str(project.root),
        host=exposure.host,
        port=port,
        inner_port=inner_port,
        inner_token=token,
        printed_key=secrets.token_urlsafe(24),
        role=exposure.role,
        cap=exposure.cap,
        heated=sum(pools.values()),
        certificate=str(exposure.certificate.resolve()) if exposure.certificate else "",
        key=str(exposure.key.resolve()) if exposure.key else "",
        public_address=exposure.public_address.rstrip("/"),
    )
    return [voila, _gate(project, folder / "gate", settings)]


def copy_pages(notebooks: Path, shown: Path) -> None:
    """Copy each page's notebook into the folder of each role that may see it, with the role written into its call.

    A notebook without that call is shown to those who may see everything, and to nobody else.
    """
    for role in ROLES:
        (shown / role).mkdir(mode=0o700)
        for page in PAGES_OF_ROLE[role]:
            source = notebooks / f"dashboard_{page}.ipynb"
            text = source.read_text(encoding="utf-8") if source.is_file() else ""
            if CALL in text or (text and role == "analyst"):
                (shown / role / source.name).write_text(
                    text.replace(CALL, f"build(Project.open(), role='{role}')"), encoding="utf-8"
                )


def _voila(project: Project, shown: Path, port: int, token: str, pools: dict[str, int]) -> Server:
    folder = shown.parent
    write_private(folder / "voila.json", dashboards_settings(shown, port, token, heated=pools))
    environment = dashboards_environment(os.environ, project)
    # JUPYTER_CONFIG_DIR: this account's own Voila settings must not reopen what is closed here.
    environment |= {"JUPYTER_CONFIG_DIR": str(folder)}
    # Forking after imports is sound on Linux only; elsewhere Voila starts kernels by itself, more slowly.
    module = "workbench.servers.kernel_kitchen" if sys.platform == "linux" else "voila"
    return Server(
        "Voila",
        (sys.executable, "-m", module),
        environment,
        folder,
        f"http://{LOOPBACK}:{port}/voila/static/",
    )


def _gate(project: Project, folder: Path, settings: GateSettings) -> Server:
    folder.mkdir(mode=0o700)
    write_private(folder / "gate.json", settings.as_json())
    command = (sys.executable, "-m", "workbench.servers.gate", str(folder / "gate.json"))
    scheme = "https" if settings.certificate else "http"
    name = socket.gethostname() if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
    outside = settings.public_address or f"{scheme}://{name}:{settings.port}"
    key = "" if People(project).all() else f"?token={settings.printed_key}"
    asked = LOOPBACK if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
    environment = dashboards_environment(os.environ, project)
    return Server(
        "Dashboards",
        command,
        environment,
        folder,
        f"{scheme}://{asked}:{settings.port}/login",
        f"{outside}/{key}",
    )


def _pools(shown: Path, exposure: Exposure) -> dict[str, int]:
    """Heat the managers' pages, as far as half of the cap goes: the other half is for those who come."""
    each = min(exposure.heated, exposure.cap // 2 // len(PAGES))
    names = [f"manager/dashboard_{page}.ipynb" for page in PAGES_OF_ROLE["manager"]]
    return {name: each for name in names if each > 0 and (shown / name).is_file()}
