"""A queue in front of a file that one process at a time may write: who comes first is served first.

SQLite's own lock is asked for again and again after pauses, so under pressure somebody waits for seconds while others
pass. The lock of the operating system (``flock``) keeps its waiters in a queue and wakes the first one at once.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_POLL_S = 0.004


class TurnTimeoutError(Exception):
    """One's turn did not come in time (told in words by whoever asked for it)."""


@contextmanager
def in_turn(lock: Path, *, timeout_s: float) -> Iterator[None]:
    """Wait for one's turn, and hold it until the block ends; not to be entered twice by one thread.

    Raises
    ------
    TurnTimeoutError
        It did not come within ``timeout_s``.
    OSError
        The lock's file cannot be made.
    """
    if fcntl is None:
        with _polled(lock, timeout_s):
            yield
        return
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    if not _taken_at_once(handle) and not _Waiting(handle).until(timeout_s):
        raise TurnTimeoutError
    try:
        yield
    finally:
        # Unlocked by word, not only closed: a forked child may still hold the same opening of the file.
        fcntl.flock(handle, fcntl.LOCK_UN)
        os.close(handle)


def _taken_at_once(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except BaseException:
        os.close(handle)
        raise
    return True


class _Waiting:
    """A thread that stands in the queue, because ``flock`` itself knows no time limit."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._guard = threading.Lock()
        self._gone = False
        self._turn = threading.Event()
        threading.Thread(target=self._wait, daemon=True, name="label-turn").start()

    def until(self, timeout_s: float) -> bool:
        """Whether the turn came; when it did not, the thread leaves the queue as soon as it is called up."""
        try:
            self._turn.wait(timeout_s)
        except BaseException:  # interrupted
            timeout_s = -1.0
            raise
        finally:
            with self._guard:
                self._gone = not self._turn.is_set()
            if timeout_s < 0 and not self._gone:
                os.close(self._handle)
        return not self._gone

    def _wait(self) -> None:
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX)
        except OSError:
            os.close(self._handle)  # the timeout tells
            return
        with self._guard:
            if self._gone:
                os.close(self._handle)
            else:
                self._turn.set()


@contextmanager
def _polled(lock: Path, timeout_s: float) -> Iterator[None]:
    try:
        with filelock.FileLock(str(lock), timeout=timeout_s, mode=0o600, poll_interval=_POLL_S):
            yield
    except filelock.Timeout as error:
        raise TurnTimeoutError from error
    except NotImplementedError as error:
        raise OSError(str(error)) from error
