"""What a kernel of the dashboards may still do: read, write into a folder of its own, and answer Voila."""

from __future__ import annotations

import fcntl
import os
import stat
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from workbench import landlock
from workbench.errors import WorkbenchError
from workbench.lazy import load
from workbench.project import Project

DEVICES = tuple(map(Path, ("/dev/null", "/dev/zero", "/dev/full")))
_STANDARD = 3
"""Below are input, output and errors: the server's log."""


def own_environment(own: Path) -> dict[str, str]:
    """Return the variables by which libraries find a kernel's own folder for what they keep and throw away."""
    return {
        "TMPDIR": str(own),
        "IPYTHONDIR": str(own / "ipython"),
        "MPLCONFIGDIR": str(own / "matplotlib"),
    }


def confine(project: Project, own: Path, connections: Path) -> None:
    """Give up all other rights to write, and TCP but for the labels' PostgreSQL server; nothing where Linux has no Landlock.

    Parameters
    ----------
    project : Project
        Whose labels are read.
    own : Path
        The folder of this kernel.
    connections : Path
        The folder in which kernels open their sockets.

    Raises
    ------
    OSError
        The system refused: then no notebook may run.
    """
    tempfile.tempdir = None  # the kitchen's is another
    close_written_files()
    ports: tuple[int, ...] = ()
    with suppress(WorkbenchError):  # an address that cannot be read: the page says so
        ports = load("workbench.labels.address").address_of(project.labels).ports
    landlock.restrict(
        writable=[own], sockets_in=[connections], devices=filter(Path.exists, DEVICES), ports=ports
    )


def start_keeper(labels: Path) -> subprocess.Popen[bytes]:
    """Start the process that keeps the labels' log there for those who may only read; closing its input ends it."""
    command = (sys.executable, "-m", "workbench.servers.log_keeper", str(labels))
    return subprocess.Popen(command, stdin=subprocess.PIPE)


def end_keeper(keeper: subprocess.Popen[bytes], within_s: float = 3.0) -> None:
    """Let it close the labels, which tidies their log away if nobody else has them open."""
    assert keeper.stdin is not None
    keeper.stdin.close()
    try:
        keeper.wait(within_s)
    except subprocess.TimeoutExpired:
        keeper.kill()
        keeper.wait()


def close_written_files() -> None:
    """Close every file that was opened for writing before: what is open is no matter of Landlock's."""
    for number in [int(name) for name in os.listdir("/proc/self/fd")]:  # noqa: PTH208 - numbers, no paths
        with suppress(OSError):  # that of the listing itself is closed again
            for_writing = fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY
            if number >= _STANDARD and for_writing and stat.S_ISREG(os.fstat(number).st_mode):
                os.close(number)
