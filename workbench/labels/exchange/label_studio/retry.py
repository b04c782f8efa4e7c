"""Try again, later each time, not all at once; and as late as the server asks."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

LONGEST_WAIT_S = 60.0


@dataclass
class Retry:
    """How often and how late to try again.

    Attributes
    ----------
    attempts : int
        How often a request is sent at most.
    first_wait_s : float
        The wait after the first failure; it doubles with each further one, up to a minute.
    sleep, rng
        What waits and what draws by lot; tests give their own.
    """

    attempts: int = 6
    first_wait_s: float = 0.5
    sleep: Callable[[float], None] = time.sleep
    rng: random.Random = field(default_factory=random.Random)

    def wait(self, n_failures: int, *, asked_s: float | None = None) -> None:
        """Wait after the ``n_failures``-th failure in a row; at least as long as the server asked, within a minute."""
        longest = min(self.first_wait_s * 2 ** (n_failures - 1), LONGEST_WAIT_S)
        wait_s = self.rng.uniform(longest / 2, longest)
        self.sleep(min(max(wait_s, asked_s or 0.0), LONGEST_WAIT_S))
