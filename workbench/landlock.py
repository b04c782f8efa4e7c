"""Give up rights of this process for good: Landlock, which Linux has since 5.13, asked by its three system calls.

What is given up stays given up, for this process and for all that it starts; an administrator is no exception. Files
that are open already stay open. Packages for this exist, but none with a stable release and more than one maintainer.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same number on every architecture that Python has a wheel for
_BENEATH, _PORT = 1, 2
_NO_NEW_PRIVILEGES = 38
_WRITE_FILE, _READ_FILE, _MAKE_SOCKET, _TRUNCATE = 1 << 1, 1 << 2, 1 << 9, 1 << 14
_CHANGES = _WRITE_FILE | sum(1 << bit for bit in range(4, 13))  # to remove, and to make things of every kind
_REFER, _DEVICE_CONTROL = 1 << 13, 1 << 15
_BIND, _CONNECT = 1 << 0, 1 << 1
_ABSTRACT_SOCKETS, _SIGNALS = 1 << 0, 1 << 1
SINCE = TRUNCATES, CONNECTS, SCOPES = 3, 4, 6
"""The versions of Landlock from which on cutting files short, TCP, and signals to others can be given up."""


def version() -> int:
    """Return this system's version of Landlock; 0 where there is none, or where it is switched off."""
    if not sys.platform.startswith("linux"):
        return 0
    found = _library().syscall(_CREATE, None, ctypes.c_size_t(0), 1)
    return max(int(found), 0)


def told(found: int) -> str:
    """Return in one line what a version of Landlock keeps the dashboards' kernels from, and what not."""
    if found == 0:
        return (
            "No Landlock here (Linux 5.13 or newer has it, unless switched off): the dashboards' kernels may read and "
            "write whatever this account may."
        )
    lacking = [
        what
        for what, since in zip(("cutting files short", "TCP", "signals to others"), SINCE, strict=True)
        if found < since
    ]
    said = f"Landlock {found}: the dashboards' kernels write into folders of their own only, and read no private place"
    return said + (f"; not kept from: {', '.join(lacking)} (a newer Linux does that)." if lacking else ".")


def restrict(
    *,
    writable: Iterable[Path],
    readable: Iterable[Path],
    sockets_in: Iterable[Path] = (),
    devices: Iterable[Path] = (),
    ports: Iterable[int] = (),
) -> int:
    """Give up every file and every TCP connection but these. Only before the first thread is started.

    Names, sizes and times of all files can still be seen.

    Parameters
    ----------
    writable : iterable of Path
        Folders in which everything may be read and changed.
    readable : iterable of Path
        Files, and folders with all that is in them; what is missing is left out.
    sockets_in : iterable of Path
        Folders in which sockets may be made, and nothing else.
    devices : iterable of Path
        Files that may be written.
    ports : iterable of int
        To which TCP connections may be made.

    Returns
    -------
    int
        The version of Landlock that holds from now on; 0 if there is none, and then nothing is given up.

    Raises
    ------
    OSError
        A folder is missing, or the system refused: the process may still do everything.
    """
    found = version()
    if found == 0:
        return 0
    files = _CHANGES | (_REFER if found >= 2 else 0) | (_TRUNCATE if found >= TRUNCATES else 0)
    handled = files | _READ_FILE | (_DEVICE_CONTROL if found >= 5 else 0)
    with _ruleset(found, handled) as rules:
        for folder in writable:
            _allow_beneath(rules, folder, files | _READ_FILE)
        for path in readable:
            with suppress(FileNotFoundError):  # gone since it was listed: nothing to allow
                _allow_beneath(rules, path, _READ_FILE)
        for folder in sockets_in:
            _allow_beneath(rules, folder, _MAKE_SOCKET)
        for device in devices:
            _allow_beneath(rules, device, files & (_WRITE_FILE | _TRUNCATE))
        for port in ports if found >= CONNECTS else ():
            _checked(_library().syscall(_ADD, rules, _PORT, struct.pack("QQ", _CONNECT, port), 0))
        _checked(_library().prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
        _checked(_library().syscall(_RESTRICT, rules, 0))
    return found


@contextmanager
def _ruleset(found: int, handled: int) -> Iterator[int]:
    attributes = struct.pack("Q", handled)
    if found >= CONNECTS:
        attributes += struct.pack("Q", _BIND | _CONNECT)
    if found >= SCOPES:
        attributes += struct.pack("Q", _ABSTRACT_SOCKETS | _SIGNALS)
    rules = _checked(_library().syscall(_CREATE, attributes, ctypes.c_size_t(len(attributes)), 0))
    try:
        yield rules
    finally:
        os.close(rules)


def _allow_beneath(rules: int, path: Path, allowed: int) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        _checked(_library().syscall(_ADD, rules, _BENEATH, struct.pack("=Qi", allowed, place), 0))
    finally:
        os.close(place)


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"Landlock: {os.strerror(number)}")
    return result


def _library() -> Any:
    return ctypes.CDLL(None, use_errno=True)
