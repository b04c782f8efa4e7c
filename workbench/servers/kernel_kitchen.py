"""The kernel kitchen: one process that has imported everything the dashboards need, and splits off kernels ready to run.

A kernel that starts by itself imports for seconds and fills its own memory. One that is forked from here starts in a
fraction of that and shares the imported pages. The kitchen starts Voila and ends it; Voila orders kernels through
:mod:`workbench.servers.kernel_client`. Run as ``python -m workbench.servers.kernel_kitchen``.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.project import Project
from workbench.servers.confinement import confine, end_keeper, own_environment, start_keeper
from workbench.servers.stock import stock_up

CLIENT = Path(__file__).with_name("kernel_client.py")
HEATED_PACE_S = 0.15
"""Kernels that nobody waits for yet are started this far apart: viewers come first."""
STOP_S = 10.0
LONGEST_PLACE = 25


@dataclass
class Order:
    """A kernel that was ordered: what it is to be told, the line on which its end will be, and a folder of its own."""

    line: socket.socket
    connection_file: str
    environment: dict[str, str]
    folder: str
    own: Path

    @property
    def urgent(self) -> bool:
        """Whether somebody is waiting for it."""
        return self.environment.get("VOILA_PREHEAT") != "True"


class Kitchen:
    """Takes orders on a socket and forks a kernel for each.

    Parameters
    ----------
    listener : socket
        Where orders come in.
    folder : Path
        Private: what kernels write and how they are spoken to lies in it, and nowhere else.
    project : Project
        What the kernels show.
    """

    def __init__(self, listener: socket.socket, folder: Path, project: Project) -> None:
        self._listener = listener
        self._folder, self._project = folder, project
        self._settings = Path.cwd().parent
        self._keeper = start_keeper(project.labels)
        self._selector = selectors.DefaultSelector()
        self._waiting: deque[Order] = deque()
        self._running: dict[int, Order] = {}
        self._next_heated_s = 0.0
        self._signals, alarm = socket.socketpair()
        alarm.setblocking(False)
        self._signals.setblocking(False)
        signal.set_wakeup_fd(alarm.fileno(), warn_on_full_buffer=False)
        self._alarm = alarm
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._selector.register(listener, selectors.EVENT_READ)
        self._selector.register(self._signals, selectors.EVENT_READ)

    def work(self) -> None:
        """Do what is to be done now, and wait a moment for more."""
        for key, _ in self._selector.select(HEATED_PACE_S if self._waiting else 1.0):
            if key.fileobj is self._listener:
                self._take_order()
            elif key.fileobj is self._signals:
                self._signals.recv(4096)
            else:
                self._hung_up(key.fileobj)
        self._reap()
        if self._keeper.poll() is not None:
            self._keeper = start_keeper(self._project.labels)
        self._start_waiting()

    def close(self) -> None:
        """Kill every kernel, and let the labels go."""
        for pid in list(self._running):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        end_keeper(self._keeper)

    def _take_order(self) -> None:
        line, _ = self._listener.accept()
        line.settimeout(5.0)
        try:
            order = json.loads(line.makefile("rb").readline())
            # Of an order nothing is taken that widens what its kernel may write.
            if not Path(order["connection_file"]).resolve().is_relative_to(self._folder):
                raise ValueError("connection file")
            own = Path(tempfile.mkdtemp(prefix="own-", dir=self._folder))
            self._waiting.append(
                Order(line, order["connection_file"], order["environment"], order["folder"], own)
            )
        except (OSError, ValueError, KeyError, TypeError):
            line.close()

    def _start_waiting(self) -> None:
        for order in [order for order in self._waiting if order.urgent]:
            self._waiting.remove(order)
            self._fork(order)
        if self._waiting and time.monotonic() >= self._next_heated_s:
            self._next_heated_s = time.monotonic() + HEATED_PACE_S
            self._fork(self._waiting.popleft())

    def _fork(self, order: Order) -> None:
        pid = os.fork()
        if pid == 0:
            self._become(order)
        self._running[pid] = order
        self._selector.register(order.line, selectors.EVENT_READ, data=pid)

    def _become(self, order: Order) -> None:
        """Turn this copy of the kitchen into a kernel; does not return."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            self._selector.close()
            lines = [one.line for one in (order, *self._running.values(), *self._waiting)]
            for held in (self._listener, self._signals, self._alarm, *lines):
                held.close()
            assert self._keeper.stdin is not None
            self._keeper.stdin.close()
            # The servers' settings with their keys; the other kernels' keys, and all else that is temporary.
            run_kernel(order, self._project, (self._settings, self._folder.parent))
            status = 0
        except Exception:
            traceback.print_exc()
        finally:
            os._exit(status)

    def _hung_up(self, line: Any) -> None:
        pid = self._selector.get_key(line).data
        self._selector.unregister(line)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def _reap(self) -> None:
        for pid, order in list(self._running.items()):
            line = order.line
            ended, status = os.waitpid(pid, os.WNOHANG)
            if not ended:
                continue
            del self._running[pid]
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(line)
            with contextlib.suppress(OSError):
                line.sendall(f"{os.waitstatus_to_exitcode(status) & 0xFF}\n".encode())
            line.close()
            shutil.rmtree(order.own, ignore_errors=True)


def run_kernel(order: Order, project: Project, secret: Iterable[Path]) -> None:
    """Be an IPython kernel until it is told to end; one that can read nothing in the ``secret`` folders."""
    from ipykernel.kernelapp import IPKernelApp

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(order.environment | own_environment(order.own))
    os.chdir(order.folder)
    os.nice(5)  # the gate and Voila answer first
    confine(project, order.own, Path(order.connection_file), secret)
    # It would listen on a port for what programs print that a notebook starts.
    warnings.filterwarnings("ignore", "Couldn't bind IOPub Pipe")
    sys.argv = ["kernel", "-f", order.connection_file]
    # The kitchen is the parent: a kernel whose kitchen is gone ends.
    IPKernelApp.launch_instance(sys.argv[1:], parent_handle=os.getppid())


def start_voila(folder: Path, socket_path: Path) -> subprocess.Popen[bytes]:
    """Start Voila with a kernel specification of our own that orders here."""
    spec = folder / "kernels" / "python3"
    spec.mkdir(parents=True)
    argv = [sys.executable, "-I", "-S", str(CLIENT), str(socket_path), "{connection_file}"]
    content = {"argv": argv, "display_name": "Python 3 (ipykernel)", "language": "python"}
    (spec / "kernel.json").write_text(json.dumps(content), encoding="utf-8")
    # Kernels are spoken to through sockets in this private folder: a port could be listened to by every account here.
    command = (
        sys.executable,
        "-m",
        "voila",
        "--KernelManager.transport=ipc",
        f"--Voila.connection_dir_root={folder}",
    )
    return subprocess.Popen(command, env={**os.environ, "JUPYTER_PATH": str(folder)})


def main() -> int:
    """Run Voila and its kernels until told to stop, or until Voila ends."""
    os.umask(0o077)
    # A private place of its own, and a short one: the path of a socket may have 107 characters.
    usual = tempfile.gettempdir()
    short = usual if len(usual) < LONGEST_PLACE else "/tmp"  # noqa: S108
    folder = Path(tempfile.mkdtemp(prefix="kitchen-", dir=short)).resolve()
    project = Project.open()
    stopping: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopping.append(number))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "orders"))
        listener.listen(256)
        voila = start_voila(folder, folder / "orders")
        kitchen = Kitchen(listener, folder, project)
        stock_up(project)
        try:
            while not stopping and voila.poll() is None:
                kitchen.work()
            voila.terminate()
            deadline = time.monotonic() + STOP_S
            while voila.poll() is None and time.monotonic() < deadline:
                kitchen.work()  # Voila asks its kernels to end: their ends are to be told
        finally:
            kitchen.close()
            if voila.poll() is None:
                voila.kill()
            shutil.rmtree(folder, ignore_errors=True)
    return 0 if stopping else voila.wait()


if __name__ == "__main__":
    sys.exit(main())
