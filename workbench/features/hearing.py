"""Hear sound as it comes: every 30 ms become one column as soon as they are complete.

Push sound in pieces of any size and the columns are the same, bit for bit, as those of the whole sound.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from workbench.errors import InvalidInputError
from workbench.features.spectrogram import N_SAMPLES, level_db, sound_column
from workbench.media.audio import SOUND_RATE
from workbench.media.timeline import GRID_STEP_S

_AT_ONCE = 10 * SOUND_RATE


@dataclass(frozen=True, eq=False)
class HeardMoment:
    """What was heard in the 30 ms from one moment on.

    Attributes
    ----------
    column : np.ndarray, shape (701,), float16, or None
        Decibels, as the feature store keeps them; None where less than half of the 30 ms is there.
    level_db : float
        Root mean square in dBFS; NaN where ``column`` is None.
    missing : bool
        Whether samples of it never came though later ones did.
    """

    column: np.ndarray | None = None
    level_db: float = math.nan
    missing: bool = False


class Hearing:
    """Turn one recording's sound into moments.

    Samples that never came are silence; a moment of which less than half came is not heard.

    Parameters
    ----------
    step_s : float
        From one moment to the next.
    first_index : int
        The first moment to hear; what sounds before is passed over.
    """

    def __init__(self, *, step_s: float = GRID_STEP_S, first_index: int = 0) -> None:
        self._step_s, self._index = step_s, first_index
        self._start = self._first(first_index)
        self._samples: np.ndarray = np.zeros(0, np.float32)
        self._came: np.ndarray = np.zeros(0, bool)
        self._end = self._start

    @property
    def next_index(self) -> int:
        """The moment that will be heard next."""
        return self._index

    @property
    def end_s(self) -> float:
        """Where the sound that came so far ends."""
        return self._end / SOUND_RATE

    def _first(self, index: int) -> int:
        return round(round(index * self._step_s, 9) * SOUND_RATE)

    def push(self, start_s: float, samples: np.ndarray) -> list[HeardMoment]:
        """Take sound and return the moments it completes, in order.

        Parameters
        ----------
        start_s : float
            When the first sample sounds. What came before already is not taken twice; a hole before it is silence.
        samples : np.ndarray, shape (n,)
            48 kHz, one channel, in [-1, 1].

        Raises
        ------
        InvalidInputError
            The time is not finite, or the samples have more than one axis.
        """
        if not math.isfinite(start_s) or samples.ndim != 1:
            raise InvalidInputError(
                "Sound must be one row of samples with a finite time. "
                f"Received shape {samples.shape} at {start_s} s."
            )
        first = round(start_s * SOUND_RATE)
        heard: list[HeardMoment] = []
        while self._end < first:  # a hole: filled piece by piece, so that a long one takes no memory
            n = min(first - self._end, _AT_ONCE)
            heard += self._take(np.zeros(n, np.float32), came=False)
        fresh = np.nan_to_num(samples[max(self._end - first, 0) :], nan=0.0, posinf=1.0, neginf=-1.0)
        return heard + self._take(fresh.astype(np.float32, copy=False), came=True)

    def _take(self, fresh: np.ndarray, *, came: bool) -> list[HeardMoment]:
        here = self._end
        self._end += fresh.size
        skip = max(self._start - here, 0)  # before the next moment: nobody hears it
        self._samples = np.concatenate([self._samples, fresh[skip:]])
        self._came = np.concatenate([self._came, np.full(max(fresh.size - skip, 0), came)])
        heard = []
        while self._start + self._samples.size >= self._first(self._index) + N_SAMPLES:
            heard.append(self._hear())
        self._forget()
        return heard

    def _hear(self) -> HeardMoment:
        """Hear the next moment from what is there, silence behind it."""
        first = self._first(self._index) - self._start
        self._index += 1
        piece: np.ndarray = self._samples[first : first + N_SAMPLES]
        came = self._came[first : first + N_SAMPLES]
        n_came = int(np.count_nonzero(came))
        missing = n_came < piece.size
        if n_came < N_SAMPLES / 2:
            return HeardMoment(missing=missing)
        if piece.size < N_SAMPLES:
            piece = np.pad(piece, (0, N_SAMPLES - piece.size))
        return HeardMoment(sound_column(piece).astype(np.float16), float(level_db(piece)), missing)

    def _forget(self) -> None:
        passed = min(self._first(self._index) - self._start, self._samples.size)
        self._samples, self._came = self._samples[passed:].copy(), self._came[passed:].copy()
        self._start = self._first(self._index) if self._samples.size == 0 else self._start + passed

    def skip(self) -> None:
        """Pass over the next moment: it was judged without its sound, which may still come."""
        self._index += 1
        self._forget()

    def end(self) -> list[HeardMoment]:
        """Return the last moment when half of it or more is there; after it nothing is heard."""
        heard = []
        while self._start + self._samples.size - self._first(self._index) >= N_SAMPLES / 2:
            heard.append(self._hear())
        self._samples, self._came = self._samples[:0], self._came[:0]
        return heard
