"""Start a real JupyterLab or Voila server on the loopback for a test, and end it again.

Every server gets its own folder for settings, so that nothing of the person who runs the tests is read or changed.
"""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from workbench.servers.settings import BUSY_ICON_OFF

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
_START_S = 90


@dataclass(frozen=True)
class Server:
    """A running server: ``address`` without token, ``log`` for when something goes wrong."""

    address: str
    token: str
    log: Path

    def page(self, path: str) -> str:
        """The address of a page with its token."""
        return f"{self.address}/{path}?token={self.token}"

    def notebook(self, name: str) -> str:
        """The address of a notebook in this server."""
        return self.page(f"{self.kind_path}/{name}")

    kind_path: str = ""


def copy_notebooks(target: Path) -> Path:
    """Copy the notebooks, so that a test can never change the real ones."""
    shutil.copytree(NOTEBOOKS, target, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return target


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _environment(home: Path, project: Path) -> dict[str, str]:
    home.mkdir(parents=True, exist_ok=True)
    settings = {
        "HOME": home,
        "IPYTHONDIR": home / "ipython",
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
        "WORKBENCH_PROJECT": project,
    }
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "JPY_"))}
    return kept | {name: str(value) for name, value in settings.items()} | {"NO_PROXY": "127.0.0.1,localhost"}


@contextmanager
def _running(command: list[str], *, home: Path, project: Path, token: str, port: int, kind_path: str):
    log = home.with_suffix(".log")
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=_environment(home, project),
            start_new_session=True,
        )
        try:
            server = Server(f"http://127.0.0.1:{port}", token, log, kind_path)
            _wait_until_there(server, process)
            yield server
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _wait_until_there(server: Server, process: subprocess.Popen) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + _START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            opener.open(server.page(""), timeout=5)
            return
        except (urllib.error.URLError, OSError) as error:
            if isinstance(error, urllib.error.HTTPError) and error.code in (401, 403, 404):
                return
            time.sleep(0.25)
    raise RuntimeError(f"the server did not start:\n{server.log.read_text(errors='replace')[-4000:]}")


def running_lab(project: Path, notebooks: Path, *, home: Path):
    """A JupyterLab server (context manager) that serves ``notebooks`` and whose kernels find ``project``."""
    port, token = _free_port(), secrets.token_hex(16)
    # The question about news would lie over the page; the tab's icon is not changed, as `workbench lab` has it.
    settings = home / "config" / "labconfig" / "page_config.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(
        json.dumps(
            {
                "disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}
                | BUSY_ICON_OFF["disabledExtensions"]
            }
        )
    )
    options = {
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.open_browser": False,
        "ServerApp.root_dir": notebooks,
        "IdentityProvider.token": token,
    }
    command = [sys.executable, "-m", "jupyterlab", *(f"--{name}={value}" for name, value in options.items())]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    return _running(command, home=home, project=project, token=token, port=port, kind_path="lab/tree")


def running_voila(project: Path, notebooks: Path, *, home: Path):
    """A Voila server (context manager) that serves ``notebooks`` and whose kernels find ``project``."""
    port, token = _free_port(), secrets.token_hex(16)
    options = {
        "Voila.ip": "127.0.0.1",
        "port": port,
        "Voila.open_browser": False,
        "token": token,
        "Voila.root_dir": notebooks,
    }
    command = [
        sys.executable,
        "-m",
        "voila",
        *(f"--{name}={value}" for name, value in options.items()),
        str(notebooks),
    ]
    return _running(command, home=home, project=project, token=token, port=port, kind_path="voila/render")
