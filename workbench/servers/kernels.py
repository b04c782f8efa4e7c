"""Which running page belongs to whom, how many there may be, and which have been left: pure book-keeping."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

CAP = 48
"""Kernels at once, those that wait heated included."""
PER_PERSON = 10
"""However many browsers somebody has signed in with: else one person could take everybody's places."""
NEVER_OPENED_S = 30.0
LEFT_S = 20.0
"""Long enough for a page to come back after a short break of the line."""


@dataclass
class Kernel:
    """One kernel that was given out."""

    id: str
    owner: str
    given_s: float
    person: str = ""
    channels: int = 0
    left_s: float | None = None
    ended: bool = False


class KernelBook:
    """The kernels that were given out, each to the session whose page it answers.

    Parameters
    ----------
    cap : int
        Kernels that may run at once, heated ones included.
    heated : int
        How many wait heated.
    clock : Callable
        Seconds that only grow; replaced in tests.
    """

    def __init__(self, cap: int = CAP, heated: int = 0, clock: Callable[[], float] = time.monotonic) -> None:
        self.cap = cap
        self.heated = heated
        self._clock = clock
        self._kernels: dict[str, Kernel] = {}
        self._awaited: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._kernels) + sum(self._awaited.values())

    def full(self) -> bool:
        """Say whether one more page would be one too many."""
        return len(self) + self.heated >= self.cap

    def too_many(self, person: str) -> bool:
        """Say whether one person's pages, in all their browsers, are as many as one person may have open."""
        mine = sum(kernel.person == person for kernel in self._kernels.values())
        return mine + self._awaited.get(person, 0) >= PER_PERSON

    def await_one(self, person: str) -> None:
        """Count a kernel that is being asked for, before its name is known."""
        self._awaited[person] = self._awaited.get(person, 0) + 1

    def awaited(self, person: str) -> None:
        """Take back one :meth:`await_one`: the kernel came, or will not come."""
        self._awaited[person] -= 1
        if not self._awaited[person]:
            del self._awaited[person]

    def give(self, kernel_id: str, owner: str, person: str = "") -> None:
        """Write down which session's page a kernel answers, and whose place it takes (the session's own by default)."""
        self._kernels[kernel_id] = Kernel(kernel_id, owner, self._clock(), person or owner)

    def belongs(self, kernel_id: str, owner: str) -> bool:
        """Say whether this session's page was given that kernel, and has not given it back."""
        kernel = self._kernels.get(kernel_id)
        return kernel is not None and kernel.owner == owner and not kernel.ended

    def opened(self, kernel_id: str) -> None:
        """Count a channel of a page to its kernel."""
        kernel = self._kernels[kernel_id]
        kernel.channels += 1
        kernel.left_s = None

    def closed(self, kernel_id: str) -> None:
        """Take a channel away; with the last one the kernel counts as left."""
        kernel = self._kernels.get(kernel_id)
        if kernel is None:
            return
        kernel.channels -= 1
        if kernel.channels <= 0:
            kernel.left_s = self._clock()

    def end(self, kernel_id: str) -> None:
        """Write down that a page said it is going: its kernel is due at once."""
        if kernel_id in self._kernels:
            self._kernels[kernel_id].ended = True

    def end_all_of(self, owner: str) -> None:
        """End every kernel of a session that is over."""
        for kernel in self._kernels.values():
            kernel.ended = kernel.ended or kernel.owner == owner

    def owners(self) -> set[str]:
        """Return the sessions that have kernels."""
        return {kernel.owner for kernel in self._kernels.values()}

    def due(self) -> list[str]:
        """Return the kernels to be ended now: left, never opened, or said good-bye to."""
        return [kernel.id for kernel in self._kernels.values() if self._is_due(kernel)]

    def gone(self, kernel_id: str) -> None:
        """Strike a kernel off, once it is ended."""
        self._kernels.pop(kernel_id, None)

    def _is_due(self, kernel: Kernel) -> bool:
        now = self._clock()
        if kernel.ended:
            return True
        if kernel.left_s is not None:
            return now - kernel.left_s >= LEFT_S
        return kernel.channels == 0 and now - kernel.given_s >= NEVER_OPENED_S
