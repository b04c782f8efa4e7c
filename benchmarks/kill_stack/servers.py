"""A Jupyter server with one kernel, and a browser: each a real process that can be killed and started again."""

from __future__ import annotations

import contextlib
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
from pathlib import Path
from typing import Any

from benchmarks.chromium import CHROMIUM_ARGUMENTS

_START_S = 60.0
_NOT_NEEDED = (
    "jupyterlab",
    "jupyter_lsp",
    "jupyter_server_terminals",
    "notebook_shim",
    "voila.server_extension",
)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class JupyterServer:
    """``jupyter_server`` on one port with one token, however often it is killed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.token = folder, free_port(), secrets.token_hex(16)
        self.origin = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
        own = {name: str(self.folder / "home" / name.lower()) for name in names}
        own["PYTHONPATH"] = str(
            Path(__file__).resolve().parents[2]
        )  # the kernel imports what it runs from here
        command = [sys.executable, "-m", "jupyter_server", f"--port={self.port}", "--ServerApp.port_retries=0",
                   "--no-browser", f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={self.folder}",
                   f"--ServerApp.jpserver_extensions={dict.fromkeys(_NOT_NEEDED, False)}",
                   f"--ServerApp.extra_static_paths={[str(Path(__file__).parent)]}"]  # fmt: skip
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--allow-root")
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, env=os.environ | own, start_new_session=True
            )
        end = time.monotonic() + _START_S
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                self.ask("GET", "api/kernels")
                return
            time.sleep(0.05)
        raise RuntimeError(f"The server did not start: see {self.folder / 'server.log'}.")

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Return what the server's own interface answers."""
        request = urllib.request.Request(
            f"{self.origin}/{path}", method=method, headers={"Authorization": f"token {self.token}"},
            data=None if body is None else json.dumps(body).encode(),
        )  # fmt: skip
        with self._open(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def start_kernel(self) -> str:
        """Start a kernel and return its id."""
        return str(self.ask("POST", "api/kernels", {"name": "python3"})["id"])

    def forget_kernel(self, kernel: str) -> None:
        """Remove a dead kernel, before the server brings it back by itself."""
        with contextlib.suppress(OSError):
            self.ask("DELETE", f"api/kernels/{kernel}")

    def kill(self) -> None:
        """End the server at once, as a power cut would; its kernel goes with it."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self.kill_kernel()

    def kill_kernel(self) -> None:
        """End every kernel of this server at once."""
        _kill_all(str(self.folder / "home" / "jupyter_runtime_dir" / "kernel-"))


class Browser:
    """Chromium with one profile that outlives its processes."""

    def __init__(self, chromium: Any, *, profile: Path) -> None:
        self._chromium, self.profile = chromium, profile
        found = shutil.which("chromium") or shutil.which("chromium-browser")
        self._options = {"executable_path": found, "args": CHROMIUM_ARGUMENTS, "headless": True}
        self.context: Any = None

    def start(self) -> Any:
        """Start it and return a page."""
        self.context = self._chromium.launch_persistent_context(str(self.profile), **self._options)
        return self.context.pages[0] if self.context.pages else self.context.new_page()

    def kill(self) -> None:
        """End all of its processes at once."""
        _kill_all(f"--user-data-dir={self.profile}")
        with contextlib.suppress(Exception):
            self.context.close()


def _kill_all(words: str) -> None:
    """Kill every process with these words in its command line."""
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if folder.name.isdigit() and words.encode() in (folder / "cmdline").read_bytes():
                os.kill(int(folder.name), signal.SIGKILL)
