"""What a kernel of the dashboards may still do: read, write into a folder of its own, and answer Voila."""

from __future__ import annotations

import fcntl
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from workbench import landlock
from workbench.errors import WorkbenchError
from workbench.lazy import load
from workbench.project import Project
from workbench.servers.settings import PACKAGE

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


def confine(project: Project, own: Path, connection_file: Path, secret: Iterable[Path] = ()) -> None:
    """Give up all other rights to write, to read private places, and TCP; nothing where Linux has no Landlock.

    TCP stays possible to the port of the PostgreSQL server that holds the labels, if one does.

    Parameters
    ----------
    project : Project
        Whose labels are read.
    own : Path
        The folder of this kernel.
    connection_file : Path
        What the kernel learns its key from; in the same folder it opens its sockets.
    secret : iterable of Path
        Folders of which nothing may be read, besides the home folder and what else lies in the project's.

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
    hidden = {path.resolve() for path in secret}
    private = hidden | _own_places(project)
    landlock.restrict(
        writable=[own],
        readable=[
            connection_file,
            *_needed(project, private, hidden, postgresql=bool(ports)),
            *_beside(private),
        ],
        sockets_in=[connection_file.parent],
        devices=filter(Path.exists, DEVICES),
        ports=ports,
    )


def _own_places(project: Project) -> set[Path]:
    places = {project.root.resolve()}
    with suppress(RuntimeError):  # an account without a home
        places.add(Path.home().resolve())
    return places - {Path("/")}


def _needed(project: Project, private: set[Path], hidden: set[Path], *, postgresql: bool) -> list[Path]:
    """Return what is read though it may lie in a private place: the project's data, Python, the workbench."""
    needed = [project.datasets, project.labels, project.reports, PACKAGE]
    needed += map(Path, (sys.prefix, sys.base_prefix, sys.exec_prefix))
    # Of the places of modules not: the clone with the project in it, and the folder Python was started in.
    around = {folder for path in private for folder in (path, *path.parents)}
    for place in filter(None, sys.path):
        path = Path(place).resolve()
        if path not in around and not hidden & set(path.parents):
            needed.append(path)
    needed += [Path(place) for place in os.environ.get("LD_LIBRARY_PATH", "").split(":") if place]
    if postgresql:
        needed += [Path.home() / name for name in (".pgpass", ".pg_service.conf", ".postgresql")]
    return [path for path in needed if path.exists()]


def _beside(private: set[Path]) -> Iterator[Path]:
    """Yield what is on the way to private folders and leads to none; a link's target is allowed where it lies, or not."""
    on_the_way = {parent for path in private for parent in path.parents}
    for folder in sorted(on_the_way - {below for below in on_the_way if private & {below, *below.parents}}):
        with suppress(PermissionError), os.scandir(folder) as entries:
            for entry in entries:
                path = Path(entry.path)
                if not entry.is_symlink() and path not in private and path not in on_the_way:
                    yield path


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
