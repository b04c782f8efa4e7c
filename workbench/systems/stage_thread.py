"""One stage of a pipeline on a thread of its own, with a short queue behind it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Generic, TypeVar

Item = TypeVar("Item")

_LOOK_UP_S = 0.2


class StageThread(Generic[Item]):
    """Run an iterator on another thread; iterate here over what it yields, in its order.

    At most ``size`` items wait, so that a fast stage cannot fill the memory. An error on the thread is raised here,
    after the items that came before it. :meth:`close` ends the thread, wherever it is.
    """

    def __init__(self, items: Iterator[Item], *, size: int, name: str) -> None:
        self._items, self._queue = items, queue.Queue[tuple[str, Item | BaseException | None]](size)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[Item]:
        try:
            while True:
                kind, item = self._queue.get()
                if kind == "end":
                    return
                if isinstance(item, BaseException):
                    raise item
                yield item  # type: ignore[misc]
        finally:
            self.close()

    def close(self) -> None:
        """End the thread and wait for it; a second time does nothing."""
        self._closed.set()
        while self._thread.is_alive():
            with suppress(queue.Empty):
                while True:
                    self._queue.get_nowait()  # make room, so that a waiting put comes back
            self._thread.join(_LOOK_UP_S / 10)

    def _work(self) -> None:
        try:
            for item in self._items:
                if not self._put("item", item):
                    return
            self._put("end", None)
        except BaseException as error:  # raised again by the one who iterates
            self._put("error", error)
        finally:
            close = getattr(self._items, "close", None)
            if close is not None:
                close()

    def _put(self, kind: str, item: Item | BaseException | None) -> bool:
        while not self._closed.is_set():
            with suppress(queue.Full):
                self._queue.put((kind, item), timeout=_LOOK_UP_S)
                return True
        return False
