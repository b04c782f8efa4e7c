"""Start servers, wait until they answer, and leave none behind."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import WorkbenchError


@dataclass(frozen=True)
class Server:
    """One server, ready to be started: what to run, where, and where it will answer.

    ``folder`` is private: it holds the settings with the token, and the log. ``told`` is what people are shown; servers
    that only other servers speak to have none.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    url: str
    told: str = ""

    @property
    def log(self) -> Path:
        """The file with what the server says."""
        return self.folder / f"{self.name.lower().replace(' ', '-')}.log"


@contextmanager
def running(
    servers: Sequence[Server], *, timeout_s: float = 120.0
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Start ``servers``, yield their processes once all answer, and stop them and their kernels at the end.

    Raises
    ------
    WorkbenchError
        One ends, or does not answer within ``timeout_s``.
    """
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for server in servers:
            with server.log.open("wb") as log:
                processes.append(
                    subprocess.Popen(
                        server.command,
                        env=dict(server.environment),
                        cwd=server.folder,
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=subprocess.STDOUT,
                        start_new_session=True,  # else Ctrl+C reaches JupyterLab too, which would ask back
                    )
                )
        deadline = time.monotonic() + timeout_s
        for server, process in zip(servers, processes, strict=True):
            _wait_for(server, process, deadline, timeout_s)
        yield processes
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _wait_for(server: Server, process: subprocess.Popen[bytes], deadline: float, timeout_s: float) -> None:
    unchecked = (
        ssl.create_default_context()
    )  # asked is only whether it answers; the certificate names another host
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    direct = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),  # a proxy knows no loopback of ours
        urllib.request.HTTPSHandler(context=unchecked),
    )
    while process.poll() is None and time.monotonic() < deadline:
        try:
            direct.open(server.url.split("?")[0], timeout=2)
            return
        except urllib.error.HTTPError:
            return  # it answers, if only to ask for the token
        except OSError:
            time.sleep(0.2)
    raise WorkbenchError(
        f"{server.name} must answer within {timeout_s:.0f} s. It did not: run `workbench doctor`. "
        + end_of_log(server.log)
    )


def end_of_log(log: Path) -> str:
    """Return the last lines of a log, for an error message."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "The end of its log:\n" + "\n".join(lines[-8:])


@contextmanager
def stoppable() -> Iterator[None]:
    """Let a closed terminal or a `kill` stop the servers as Ctrl+C does, instead of leaving them behind."""

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
