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
_FULL_SHARE = 0.9
"""Only memory that is in use already: a large page takes all of its 2 MB, and what is merely reserved must stay free."""
_MADV_COLLAPSE = 25
_MAPS = Path("/proc/self/smaps")


def use_large_pages() -> bool:
    """Put the memory that is in use into large pages; call it after a model was loaded.

    Returns
    -------
    bool
        Whether any of it is in large pages now. It takes Linux 6.1 or newer.
    """
    if sys.platform != "linux":
        return False
    done = False
    with suppress(OSError, ValueError, AttributeError):
        madvise = ctypes.CDLL(None).madvise
        madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
        for first, size in list(_own_memory(_MAPS.read_text(encoding="utf-8"))):
            done |= madvise(first, size, _MADV_COLLAPSE) == 0
    return done


def _own_memory(maps: str) -> Iterator[tuple[int, int]]:
    """Yield start and size of writable memory that is no file's and in use, cut to whole large pages."""
    first = end = 0
    for line in maps.splitlines():
        words = line.split()
        if "-" in words[0]:
            _, rights, _, _, inode, *name = words
            is_own = rights == "rw-p" and inode == "0" and name in ([], ["[heap]"])
            first, end = (int(number, 16) for number in words[0].split("-")) if is_own else (0, 0)
        elif words[0] == "Rss:" and 1024 * int(words[1]) >= _FULL_SHARE * max(end - first, 1):
            first, end = -(-first // _PAGE) * _PAGE, end // _PAGE * _PAGE
            if end > first:
                yield first, end - first
