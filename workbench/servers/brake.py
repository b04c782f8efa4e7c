"""A brake on guessing passwords: after some failures each further try must wait twice as long as the one before."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

FREE_TRIES = 5
FORGOTTEN_AFTER_S = 3600.0
LONGEST_BY_NAME_S = 60.0
"""Short: a stranger who guesses at a name must not be able to lock its owner out for long."""
LONGEST_BY_ADDRESS_S = 900.0
REMEMBERED = 10_000


@dataclass
class _Failures:
    count: int = 0
    last_s: float = 0.0


class Brake:
    """Counts failed logins per name and per address, in memory.

    Parameters
    ----------
    clock : Callable
        Seconds that only grow; replaced in tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[tuple[str, str], _Failures] = OrderedDict()

    def wait_s(self, name: str, address: str) -> float:
        """Return how many seconds must pass before this name, from this address, may be tried again; 0 for now."""
        by_name = self._wait(("name", name), LONGEST_BY_NAME_S)
        return max(by_name, self._wait(("address", address), LONGEST_BY_ADDRESS_S))

    def failed(self, name: str, address: str) -> None:
        """Write down a failed try."""
        for key in (("name", name), ("address", address)):
            kept = self._failures.pop(key, _Failures())
            self._failures[key] = _Failures(kept.count + 1, self._clock())
        while len(self._failures) > REMEMBERED:
            self._failures.popitem(last=False)

    def succeeded(self, name: str, address: str) -> None:
        """Forget the failures of a name that has proved itself, and of its address this one try.

        The address's other failures stand: else who has one account could guess at the others for ever.
        """
        self._failures.pop(("name", name), None)
        kept = self._failures.get(("address", address))
        if kept is not None and kept.count > 1:
            kept.count -= 1
        else:
            self._failures.pop(("address", address), None)

    def _wait(self, key: tuple[str, str], longest_s: float) -> float:
        kept = self._failures.get(key)
        if kept is None:
            return 0.0
        since = self._clock() - kept.last_s
        if since > FORGOTTEN_AFTER_S:
            del self._failures[key]
            return 0.0
        if kept.count < FREE_TRIES:
            return 0.0
        pause: float = min(2.0 ** min(kept.count - FREE_TRIES, 30), longest_s)
        return max(0.0, pause - since)
