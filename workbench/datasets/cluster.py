"""The one door to dask: run a function over many items in other processes, here or on one's own cluster."""

from __future__ import annotations

import logging
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from workbench.errors import InvalidInputError
from workbench.lazy import load

CONNECT_TIMEOUT_S = 20


@contextmanager
def _without_main_module() -> Iterator[None]:
    """Let new processes start without importing the script we were started from.

    Python's ``spawn`` runs that script again in each new process. A script (or a notebook cell) that
    extracts in its first line would start a cluster in each of its own workers; our workers need nothing of
    it.
    """
    main = sys.modules["__main__"]
    kept: dict[str, Any] = {
        name: main.__dict__[name] for name in ("__file__", "__spec__") if name in main.__dict__
    }
    main.__dict__.pop("__file__", None)
    main.__dict__["__spec__"] = None
    try:
        yield
    finally:
        main.__dict__.update(kept)


@contextmanager
def _client(n_workers: int, scheduler: str | None) -> Iterator[Any]:
    """Yield a client of a cluster on this machine, or of the scheduler at an address."""
    distributed = load("distributed")
    if scheduler is not None:
        try:
            client = distributed.Client(scheduler, timeout=CONNECT_TIMEOUT_S, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise InvalidInputError(
                "The scheduler must be the address of a running dask scheduler, such as tcp://host:8786. "
                f"Received {scheduler!r}, which did not answer ({error})."
            ) from error
        try:
            yield client
        finally:
            client.close()
        return
    quiet = {"distributed.comm.timeouts.connect": "60s", "distributed.admin.log-format": "%(message)s"}
    with (
        tempfile.TemporaryDirectory(prefix="workbench-extract-") as folder,
        load("dask").config.set(quiet),
        _without_main_module(),
        distributed.LocalCluster(
            n_workers=n_workers,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",  # None would still serve pages, and on a fixed port
            scheduler_kwargs={"dashboard": False},
            silence_logs=logging.CRITICAL,
            local_directory=folder,
            host="127.0.0.1",
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        yield client


def results_of(
    function: Callable[..., Any],
    items: Sequence[tuple[Any, ...]],
    *,
    n_workers: int,
    scheduler: str | None = None,
) -> Iterator[tuple[int, Any]]:
    """Call ``function(*item)`` for every item and yield each result as soon as it is there.

    Parameters
    ----------
    function : callable
        Known to the workers by its module and name.
    n_workers : int
        Processes on this machine; 0 calls the function here, one item after the other.
    scheduler : str, optional
        Address of a dask scheduler; its workers must see the same files under the same paths.

    Yields
    ------
    tuple of int and object
        The item's number, and its result, or the exception that its process died of.

    Raises
    ------
    InvalidInputError
        ``n_workers`` is negative or the scheduler does not answer.
    """
    if n_workers < 0:
        raise InvalidInputError(f"n_workers must be 0 or more. Received {n_workers}.")
    if n_workers == 0 and scheduler is None:
        yield from ((number, function(*item)) for number, item in enumerate(items))
        return
    with _client(n_workers, scheduler) as client:
        futures = [client.submit(function, *item, pure=False) for item in items]
        numbers = {future.key: number for number, future in enumerate(futures)}
        try:
            for future in load("distributed").as_completed(futures, loop=client.loop):
                error = future.exception() if future.status == "error" else None
                yield numbers[future.key], error if error is not None else future.result()
                future.release()
        finally:
            client.cancel(futures)


def pulled(
    function: Callable[..., Any],
    items: Iterator[tuple[Any, ...]],
    *,
    n_workers: int,
    scheduler: str | None = None,
) -> Iterator[tuple[int, Any]]:
    """Call ``function(*item)`` for items that are made one at a time, each when a worker is free for it.

    What comes back is yielded before the next item is asked for, so the next one may hang on it.

    Parameters
    ----------
    function : callable
        Known to the workers by its module and name.
    items : iterator of tuple
        Asked for one item per worker first, then for one after each result.
    n_workers : int
        Processes on this machine, 1 or more.
    scheduler : str, optional
        Address of a dask scheduler; its workers must see the same files under the same paths.

    Yields
    ------
    tuple of int and object
        The item's number, and its result, or the exception that it ended with.

    Raises
    ------
    InvalidInputError
        ``n_workers`` is not positive, or the scheduler does not answer or has no worker.
    """
    if n_workers < 1:
        raise InvalidInputError(f"n_workers must be 1 or more. Received {n_workers}.")
    with _client(n_workers, scheduler) as client:
        n_at_once = n_workers if scheduler is None else len(client.scheduler_info(n_workers=-1)["workers"])
        if n_at_once == 0:
            raise InvalidInputError(
                f"The scheduler must have a worker or more. {scheduler} has none: start one with `dask worker {scheduler}`."
            )
        waiting = load("distributed").as_completed(loop=client.loop)
        numbers: dict[str, int] = {}

        def send(item: tuple[Any, ...]) -> None:
            future = client.submit(function, *item, pure=False)
            numbers[future.key] = len(numbers)
            waiting.add(future)

        try:
            for item in islice(items, n_at_once):
                send(item)
            for future in waiting:
                error = future.exception() if future.status == "error" else None
                yield numbers[future.key], error if error is not None else future.result()
                future.release()
                for item in islice(items, 1):
                    send(item)
        finally:
            client.cancel(list(waiting.futures))
