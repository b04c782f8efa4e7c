"""The running system on a camera: a thread of its own, and a stated rule for what is left out when it is too slow.

The rule: at most one picture waits; a newer one takes its place and the older is counted as dropped, so that what is
told is always about the newest moment. Sound is never dropped.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from workbench.errors import WorkbenchError
from workbench.systems.moment_events import Event, MomentAnswer, PictureSeen
from workbench.systems.stream import StreamingAnalyser


@dataclass(frozen=True)
class LiveSummary:
    """What came of a live session.

    Attributes
    ----------
    n_pictures : int
        Pictures that were looked at.
    n_dropped : int
        Pictures that were not, because a newer one came first or they were out of order.
    n_moments, n_answered : int
        Moments, and those with a face.
    accumulated : dict of str to float, or None
        The last opinion; None when no face was ever seen.
    """

    n_pictures: int = 0
    n_dropped: int = 0
    n_moments: int = 0
    n_answered: int = 0
    accumulated: dict[str, float] | None = None

    @property
    def label(self) -> str | None:
        """The sentiment with the largest accumulated probability; None when no face was ever seen."""
        return max(self.accumulated, key=self.accumulated.__getitem__) if self.accumulated else None


class LiveAnalyser:
    """Judge pictures and sound as they come, on a thread of its own.

    Parameters
    ----------
    analyser : StreamingAnalyser
        A fresh one; from now on only this thread uses it.
    on_event : callable
        Called on the worker thread with each :class:`PictureSeen` and :class:`MomentAnswer`, in order.

    Notes
    -----
    An error in the analyser or in ``on_event`` ends the thread; the next push or :meth:`stop` raises it.
    """

    def __init__(self, analyser: StreamingAnalyser, on_event: Callable[[Event], None]) -> None:
        self._analyser, self._on_event = analyser, on_event
        self._changed = threading.Condition()
        self._picture: tuple[float, np.ndarray, Any] | None = None
        self._sound: deque[tuple[float, np.ndarray]] = deque()
        self._ending = False
        self._error: BaseException | None = None
        self._shown_s = float("-inf")
        self._summary = LiveSummary()
        self._thread = threading.Thread(target=self._work, name="live analysis", daemon=True)
        self._thread.start()

    @property
    def summary(self) -> LiveSummary:
        """What came of it so far."""
        return self._summary

    def push_frame(self, time_s: float, image: np.ndarray, key: Any = None) -> None:
        """Hand over a picture, shape (height, width, 3), uint8 RGB; returns at once.

        Parameters
        ----------
        key : object
            Comes back as :attr:`PictureSeen.key`.

        Raises
        ------
        WorkbenchError
            It was stopped before, or its thread ended with an error.
        """
        with self._changed:
            self._check()
            newest_s = self._shown_s if self._picture is None else self._picture[0]
            if not time_s > newest_s:
                self._drop()
                return
            if self._picture is not None:
                self._drop()
            self._picture = (time_s, image, key)
            self._changed.notify()

    def push_sound(self, start_s: float, samples: np.ndarray) -> None:
        """Hand over sound, shape (n,), 48 kHz; returns at once. Errors as :meth:`push_frame`."""
        with self._changed:
            self._check()
            self._sound.append((start_s, samples))
            self._changed.notify()

    def stop(self) -> LiveSummary:
        """Judge what waits, end the thread and return what came of it. Errors as :meth:`push_frame`."""
        with self._changed:
            self._ending = True
            self._changed.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join()
        if self._error is not None:
            raise WorkbenchError(f"The live analysis ended with an error: {self._error}") from self._error
        return self._summary

    def _check(self) -> None:
        if self._error is not None:
            raise WorkbenchError(f"The live analysis ended with an error: {self._error}") from self._error
        if self._ending:
            raise WorkbenchError("The live analysis must be running. It was stopped: start a new one.")

    def _drop(self) -> None:
        self._summary = replace(self._summary, n_dropped=self._summary.n_dropped + 1)

    def _work(self) -> None:
        try:
            while self._step():
                pass
            for event in self._analyser.end():
                self._tell(event, None)
        except BaseException as error:  # the pusher's thread raises it
            with self._changed:
                self._error = error
                self._picture = None
                self._sound.clear()

    def _step(self) -> bool:
        """Judge what came; False when all is judged and no more comes."""
        with self._changed:
            while self._picture is None and not self._sound:
                if self._ending:
                    return False
                self._changed.wait()
            sound, picture = list(self._sound), self._picture
            self._sound.clear()
            self._picture = None
            if picture is not None:
                self._shown_s = picture[0]
        for start_s, samples in sound:
            for event in self._analyser.push_sound(start_s, samples):
                self._tell(event, None)
        if picture is not None:
            time_s, image, key = picture
            for event in self._analyser.push_frame(time_s, image):
                self._tell(event, key)
        return True

    def _tell(self, event: Event, key: Any) -> None:
        with self._changed:
            now = self._summary
            if isinstance(event, PictureSeen):
                event = replace(event, key=key)
                self._summary = replace(now, n_pictures=now.n_pictures + 1)
            else:
                self._summary = _with(now, event)
        self._on_event(event)


def _with(summary: LiveSummary, answer: MomentAnswer) -> LiveSummary:
    return replace(
        summary,
        n_moments=summary.n_moments + 1,
        n_answered=summary.n_answered + (answer.accumulated is not None),
        accumulated=answer.accumulated or summary.accumulated,
    )
