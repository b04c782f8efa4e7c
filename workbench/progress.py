"""How long work tells how far it is: one call per step, an estimate, and a way to stop.

Long functions take ``progress: Progress = silent`` and call ``progress(done, total, what)``.
A caller stops the work by raising :class:`Stopped` from that call: the function lets it pass after
leaving everything already finished in place.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

Progress = Callable[[int, int, str], None]


class Stopped(KeyboardInterrupt):
    """The person asked to stop. What is finished is kept; running again goes on from there."""


def in_one_line(text: str) -> str:
    """Return a text that no file's name can break, colour or clear a terminal with."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


def silent(done: int, total: int, what: str) -> None:
    """Tell nobody."""


class Estimate:
    """Say how many seconds are left, from the pace so far.

    Examples
    --------
    >>> estimate = Estimate(clock=iter([0.0, 10.0]).__next__)
    >>> estimate.remaining_s(done=2, total=10)
    40.0
    """

    _TOO_EARLY = 0.02  # before that, starting up counts as pace and the answer frightens people

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._start = clock()

    def remaining_s(self, done: int, total: int) -> float | None:
        """Return the seconds left, or None while it is too early to say."""
        if done <= 0 or done < self._TOO_EARLY * total:
            return None
        return (self._clock() - self._start) / done * max(total - done, 0)


def in_words(seconds: float | None) -> str:
    """Say a duration as a person would: ``"about 3 min"``."""
    if seconds is None:
        return "estimating"
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    return f"about {round(seconds / 60)} min"


@contextmanager
def terminal(title: str, *, at_once: bool = True) -> Iterator[Progress]:
    """Yield a progress that draws a bar with an estimate on standard error, or plain lines where it is no terminal.

    Parameters
    ----------
    at_once : bool
        False draws nothing before the first word: for work that is seldom needed.
    """
    shown: list[Progress] = []
    with ExitStack() as stack:

        def show() -> None:
            shown.append(stack.enter_context(_bar(title)) if sys.stderr.isatty() else _lines(title))

        def progress(done: int, total: int, what: str) -> None:
            if not shown:
                show()
            shown[0](done, total, in_one_line(what))

        if at_once:
            show()
        yield progress


@contextmanager
def _bar(title: str) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[what]}", markup=False),  # a file's name is no mark
    )
    with Bar(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=None, what="")
        yield lambda done, total, what: bar.update(task, completed=done, total=total, what=what)


def _lines(title: str) -> Progress:
    estimate = Estimate()
    last = [time.monotonic() - 10.0]

    def progress(done: int, total: int, what: str) -> None:
        now = time.monotonic()
        if done >= total or now - last[0] >= 5.0:
            last[0] = now
            left = "done" if done >= total else in_words(estimate.remaining_s(done, total)) + " left"
            print(f"{title}: {done}/{total} {what} ({left})", file=sys.stderr, flush=True)

    return progress


def within(progress: Progress, start: float, end: float) -> Progress:
    """Return a progress for one step of a longer work: its 0 to 100% are ``start`` to ``end`` (shares) of the whole.

    Examples
    --------
    >>> within(lambda done, total, what: print(done, total, what), 0.2, 0.4)(1, 2, "clip")
    300 1000 clip
    """

    def step(done: int, total: int, what: str) -> None:
        share = start + (end - start) * (done / total if total else 1.0)
        progress(round(share * 1000), 1000, what)

    return step
