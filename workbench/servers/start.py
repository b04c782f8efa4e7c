"""Start JupyterLab for the people who work, and the dashboards for those who look.

Nothing personal lies under a web root: JupyterLab sees the notebooks folder only, Voila private copies of the
dashboards only, and nobody but the gate sees Voila. Tokens are new at each start and stand in a folder that only this
account can read, never in a command line, where every account of the machine could.
"""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.project import ENVIRONMENT_VARIABLE, Project
from workbench.servers.dashboards import Exposure, dashboards_servers
from workbench.servers.places import choose_port, notebooks_folder, write_private
from workbench.servers.processes import Server, end_of_log, running, stoppable
from workbench.servers.settings import (
    BUSY_ICON_OFF,
    DASHBOARDS_VARIABLE,
    LOOPBACK,
    NEWS_OFF,
    START_NOTEBOOK,
    lab_settings,
)

LAB_PORT = 8888


def start_lab(
    project: Project,
    *,
    port: int | None = None,
    dashboards_port: int | None = None,
    open_browser: bool = True,
) -> None:
    """Run JupyterLab on the start notebook, with the dashboards beside it, until Ctrl+C.

    Raises
    ------
    InvalidInputError
        A port that was asked for is taken.
    WorkbenchError
        A server does not start; the message holds the end of its log.
    """
    with _private_folder() as private:
        few = Exposure(port=dashboards_port, heated=0)  # who works here looks alone
        dashboards = dashboards_servers(project, private / "dashboards", few)
        lab_folder, shown = private / "lab", dashboards[-1].told
        lab = lab_server(project, lab_folder, port=port, open_browser=open_browser, dashboards_url=shown)
        _serve(
            [lab, *dashboards], advice="First: in JupyterLab press 'Run the whole loop', or read on there."
        )


def start_dashboards(project: Project, exposure: Exposure | None = None) -> None:
    """Run the dashboards alone until Ctrl+C.

    Raises
    ------
    InvalidInputError
        Other machines would be let in without accounts or without TLS, or a port that was asked for is taken.
    WorkbenchError
        A server does not start; the message holds the end of its log.
    """
    with _private_folder() as private:
        servers = dashboards_servers(project, private / "dashboards", exposure)
        _serve(servers, advice="First: open the address; each page shows what is stored now.")


def lab_server(
    project: Project,
    folder: Path,
    *,
    port: int | None = None,
    open_browser: bool = False,
    dashboards_url: str = "",
) -> Server:
    """Write JupyterLab's settings into ``folder`` and say how to start it."""
    port, token = choose_port(port, LAB_PORT), secrets.token_urlsafe(24)
    notebooks = notebooks_folder(project)
    write_private(folder / "jupyter_lab_config.json", lab_settings(notebooks, port, token, open_browser))
    write_private(folder / "labconfig" / "default_setting_overrides.json", NEWS_OFF)
    write_private(folder / "labconfig" / "page_config.json", BUSY_ICON_OFF)
    searched = [str(folder), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    environment = {
        **os.environ,
        ENVIRONMENT_VARIABLE: str(project.root),
        DASHBOARDS_VARIABLE: dashboards_url,
        "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, searched)),
    }
    url = f"http://{LOOPBACK}:{port}/lab/tree/{START_NOTEBOOK}?token={token}"
    return Server("JupyterLab", (sys.executable, "-m", "jupyterlab"), environment, folder, url, url)


@contextmanager
def _private_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="affect-workbench-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)  # mode 0700: made so by tempfile


def _serve(servers: Sequence[Server], *, advice: str) -> None:
    with stoppable(), running(servers) as processes:
        told = [server for server in servers if server.told]
        for server in told:
            print(f"{server.name:<11} {server.told}")
        keys = any("token=" in server.told for server in told)
        warning = (
            "An address with a token is a key: whoever has it can come in. "
            if keys
            else "People sign in by name. "
        )
        print(f"{advice}\n{warning}Ctrl+C stops.", flush=True)
        try:
            while all(process.poll() is None for process in processes):
                time.sleep(0.5)
        except KeyboardInterrupt:
            print("\nStopped. What was labelled and trained is kept.")
            return
        ended = next(
            server for server, process in zip(servers, processes, strict=True) if process.poll() is not None
        )
        raise WorkbenchError(f"{ended.name} ended by itself: start it again. {end_of_log(ended.log)}")
