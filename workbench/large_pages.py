"""Ask Linux to keep what this process holds in memory pages of 2 MB instead of 4 kB.

dlib's landmark model is 100 MB of small trees that are read at random, and a network's weights are read from end to end
at every question: with small pages the processor spends a quarter of that time looking up addresses. Nothing but the
speed changes, so where the system has no such pages nothing is said.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PAGE = 2 << 20
_MADV_HUGEPAGE, _MADV_COLLAPSE = 14, 25
_MAPS = Path("/proc/self/maps")


def use_large_pages() -> bool:
    """Put the memory that was taken so far into large pages; call it after a model was loaded.

    Returns
    -------
    bool
        Whether any of it is in large pages now: needs Linux 6.1 and ``transparent_hugepage`` not set to ``never``.
    """
    if sys.platform != "linux":
        return False
    done = False
    with suppress(OSError, ValueError, AttributeError):
        madvise = ctypes.CDLL(None).madvise
        madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
        for first, size in list(_own_memory(_MAPS.read_text(encoding="utf-8"))):
            madvise(first, size, _MADV_HUGEPAGE)
            done |= madvise(first, size, _MADV_COLLAPSE) == 0
    return done


def _own_memory(maps: str) -> Iterator[tuple[int, int]]:
    """Yield start and size of the writable memory that is no file's, cut to whole large pages."""
    for line in maps.splitlines():
        place, rights, _, _, inode, *name = line.split()
        if rights != "rw-p" or inode != "0" or name not in ([], ["[heap]"]):
            continue
        first, end = (int(number, 16) for number in place.split("-"))
        first, end = -(-first // _PAGE) * _PAGE, end // _PAGE * _PAGE
        if end > first:
            yield first, end - first
