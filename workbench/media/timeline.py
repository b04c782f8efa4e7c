"""Second, frame, sample: one clock for pictures and sound.

Convention: a clip's time zero is the earliest start of its streams, all times are seconds from there, taken
from the stream's own timestamps, never from a frame's number. At a moment ``t`` one *sees* the last frame
shown at or before ``t`` and *hears* the sound that starts at ``t``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from workbench.errors import InvalidInputError

GRID_STEP_S = 0.03
"""One look every 30 ms (Yakaew 2021, section 2, step 1)."""

_ROUNDING_S = 1e-6


@dataclass(frozen=True, order=True)
class Segment:
    """A stretch of a clip; a moment has ``start_s == end_s``.

    Attributes
    ----------
    start_s, end_s : float
        Seconds from the clip's time zero.
    """

    start_s: float
    end_s: float

    def __post_init__(self) -> None:
        if (
            not (math.isfinite(self.start_s) and math.isfinite(self.end_s))
            or not 0 <= self.start_s <= self.end_s
        ):
            raise InvalidInputError(
                "A segment must have 0 <= start_s <= end_s, both finite. "
                f"Received {self.start_s} to {self.end_s} s."
            )


def grid_times(duration_s: float, *, step_s: float = GRID_STEP_S) -> np.ndarray:
    """Return the moments to look at in a clip of ``duration_s`` seconds.

    Returns
    -------
    np.ndarray, shape (n,), float64
        ``0, step_s, 2 step_s, …``, all smaller than ``duration_s``.

    Examples
    --------
    >>> grid_times(0.1)
    array([0.  , 0.03, 0.06, 0.09])
    """
    if duration_s <= 0:
        return np.zeros(0)
    n_moments = math.ceil((duration_s - _ROUNDING_S) / step_s)
    return np.round(np.arange(n_moments) * step_s, 9)


def frame_shown_at(frame_times_s: np.ndarray, time_s: float) -> int:
    """Return the index of the frame that is on screen at ``time_s`` (the first one before any is shown).

    Parameters
    ----------
    frame_times_s : np.ndarray, shape (n,)
        Ascending times of the frames, n >= 1.
    """
    return max(int(np.searchsorted(frame_times_s, time_s + _ROUNDING_S, side="right")) - 1, 0)
