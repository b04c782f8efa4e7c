"""Say where the time goes: seconds per named part, for benchmarks and reports."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")


class Stopwatch:
    """Add up seconds under names.

    Examples
    --------
    >>> watch = Stopwatch()
    >>> with watch.part("decode"):
    ...     pass
    >>> list(watch.seconds)
    ['decode']
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count the time of the block under ``name``."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start

    def each(self, name: str, items: Iterable[Item]) -> Iterator[Item]:
        """Yield ``items``, counting the time it takes to get each one under ``name``."""
        iterator = iter(items)
        while True:
            with self.part(name):
                try:
                    item = next(iterator)
                except StopIteration:
                    return
            yield item
