"""Keep what libraries say about their own start away from standard error."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_TURN = threading.RLock()  # two threads that redirect at once would lose standard error for good


@contextmanager
def without_chatter(chatter: tuple[str, ...]) -> Iterator[None]:
    """Hold standard error back, also what libraries write past Python, then let through all but the chatter.

    Parameters
    ----------
    chatter : tuple of str
        A line that holds one of these is dropped.
    """
    with _TURN:
        try:
            before = os.dup(2)
        except OSError:  # a program without standard error
            yield
            return
        sys.stderr.flush()
        with tempfile.TemporaryFile() as held:
            os.dup2(held.fileno(), 2)
            try:
                yield
            finally:
                os.dup2(before, 2)
                os.close(before)
                held.seek(0)
                lines = held.read().decode(errors="replace").splitlines(keepends=True)
                sys.stderr.write("".join(line for line in lines if not any(said in line for said in chatter)))
