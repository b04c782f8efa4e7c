"""Start JupyterLab for the people who work, and Voila with the dashboards for those who look.

Nothing personal lies under a web root: JupyterLab sees the notebooks folder only, Voila a private copy of the
dashboards only; recordings, labels and reports are in neither. Tokens are new at each start and stand in a
folder that only this account can read, never in a command line, where every account of the machine could.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workbench.errors import InvalidInputError, WorkbenchError
from workbench.files import write_json
from workbench.project import ENVIRONMENT_VARIABLE, Project
from workbench.servers.processes import Server, end_of_log, running, stoppable
from workbench.servers.settings import (
    DASHBOARDS_VARIABLE,
    LOOPBACK,
    NEWS_OFF,
    START_NOTEBOOK,
    dashboards_environment,
    dashboards_settings,
    lab_settings,
)

LAB_PORT, DASHBOARDS_PORT = 8888, 8866


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
        dashboards = dashboards_server(project, private / "dashboards", port=dashboards_port)
        lab_folder, shown = private / "lab", dashboards.url
        lab = lab_server(project, lab_folder, port=port, open_browser=open_browser, dashboards_url=shown)
        _serve([lab, dashboards], advice="First: in JupyterLab press 'Run the whole loop', or read on there.")


def start_dashboards(project: Project, *, host: str = LOOPBACK, port: int | None = None) -> None:
    """Run the dashboards alone until Ctrl+C. Arguments and errors as for :func:`start_lab`."""
    with _private_folder() as private:
        server = dashboards_server(project, private / "dashboards", host=host, port=port)
        _serve([server], advice="First: open the address; each page shows what was last published.")


def lab_server(
    project: Project,
    folder: Path,
    *,
    port: int | None = None,
    open_browser: bool = False,
    dashboards_url: str = "",
) -> Server:
    """Write JupyterLab's settings into ``folder`` and say how to start it."""
    port, token = _choose_port(port, LAB_PORT), secrets.token_urlsafe(24)
    notebooks = notebooks_folder(project)
    _write_private(folder / "jupyter_lab_config.json", lab_settings(notebooks, port, token, open_browser))
    _write_private(folder / "labconfig" / "default_setting_overrides.json", NEWS_OFF)
    searched = [str(folder), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    environment = {
        **os.environ,
        ENVIRONMENT_VARIABLE: str(project.root),
        DASHBOARDS_VARIABLE: dashboards_url,
        "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, searched)),
    }
    url = f"http://{LOOPBACK}:{port}/lab/tree/{START_NOTEBOOK}?token={token}"
    return Server("JupyterLab", (sys.executable, "-m", "jupyterlab"), environment, folder, url)


def dashboards_server(
    project: Project, folder: Path, *, host: str = LOOPBACK, port: int | None = None
) -> Server:
    """Copy the dashboards and Voila's settings into ``folder`` and say how to start it.

    Raises
    ------
    InvalidInputError
        ``host`` can be reached from other machines, or the port is taken.
    """
    if host not in {LOOPBACK, "localhost"}:
        raise InvalidInputError(
            f"The dashboards listen on this machine only ({LOOPBACK}), because faces and voices must not "
            f"travel unencrypted. Received --host {host}: leave it out and let a viewer tunnel to it with "
            f"`ssh -L {port or DASHBOARDS_PORT}:{LOOPBACK}:{port or DASHBOARDS_PORT} THIS_MACHINE`, "
            "or send the page as one file with `workbench report RUN --to FILE.html`."
        )
    port, token = _choose_port(port, DASHBOARDS_PORT), secrets.token_urlsafe(24)
    shown = folder / "shown"
    folder.mkdir(mode=0o700, parents=True)
    shown.mkdir(mode=0o700)
    pages = sorted(notebooks_folder(project).glob("dashboard_*.ipynb"))
    for page in pages:
        shutil.copyfile(page, shown / page.name)
    _write_private(folder / "voila.json", dashboards_settings(shown, port, token))
    environment = dashboards_environment(os.environ, project)
    # JUPYTER_CONFIG_DIR: this account's own Voila settings must not reopen what is closed here.
    environment |= {"JUPYTER_CONFIG_DIR": str(folder)}
    first = f"voila/render/{pages[0].name}" if len(pages) == 1 else ""  # else Voila's list of them
    url = f"http://{LOOPBACK}:{port}/{first}?token={token}"
    return Server("Dashboards", (sys.executable, "-m", "voila"), environment, folder, url)


def notebooks_folder(project: Project) -> Path:
    """Return the project's ``notebooks/``; where there is none yet, the workbench's own are copied there."""
    folder = project.root / "notebooks"
    if not (folder / START_NOTEBOOK).exists():
        package = Path(__file__).resolve().parents[1]
        places = (package / "_notebooks", package.parent / "notebooks")  # in a wheel, in a clone
        source = next(place for place in places if place.is_dir())
        folder.mkdir(exist_ok=True)
        for notebook in sorted(source.glob("*.ipynb")):
            if not (folder / notebook.name).exists():
                shutil.copyfile(notebook, folder / notebook.name)
    return folder


def _choose_port(wanted: int | None, usual: int) -> int:
    """Return ``wanted`` if it is free; when nothing was wanted, the usual port or else any free one."""
    for port in [wanted] if wanted is not None else [usual, 0]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except (OSError, OverflowError):
                continue
            return int(probe.getsockname()[1])
    raise InvalidInputError(
        f"A port must be free and 1 to 65535. Received {wanted}: name another, or none to have one chosen."
    )


def _write_private(target: Path, settings: dict[str, Any]) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_json(target, settings)
    target.chmod(0o600)


@contextmanager
def _private_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="affect-workbench-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)  # mode 0700: made so by tempfile


def _serve(servers: Sequence[Server], *, advice: str) -> None:
    with stoppable(), running(servers) as processes:
        for server in servers:
            print(f"{server.name:<11} {server.url}")
        print(f"{advice}\nThe addresses hold a key: whoever has one can come in. Ctrl+C stops.", flush=True)
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
