"""Steady what is displayed: the One-Euro filter (Casiez, Roussel, Vogel 2012) over box and landmarks.

A low pass whose cut-off rises with speed: a face that keeps still stands still on the screen, one that moves is not
left behind. For display only: what is judged, cropped, stored or labelled never passes through here.

Speeds are counted in face widths, so that a face near the camera is steadied as one far away. How much it steadies and
how far it lags is measured by ``python -m benchmarks.jitter`` (docs/faces.md).
"""

from __future__ import annotations

import numpy as np

from workbench.errors import InvalidInputError
from workbench.features.landmarks import Box
from workbench.features.sight import Sight

STILL_HZ = 2.0
"""Cut-off while nothing moves."""
SPEED_HZ = 20.0
"""By how much the cut-off rises for one face width a second."""
SLOPE_HZ = 2.0
"""Cut-off of the speed itself."""
LONGEST_GAP_S = 0.3
"""After a longer gap everything starts anew."""


class OneEuro:
    """One filter over an array of values; each value has a cut-off of its own.

    Parameters
    ----------
    still_hz, speed_hz, slope_hz : float
        ``f_c_min``, ``beta`` and ``f_c`` of the derivative in the paper.

    Raises
    ------
    InvalidInputError
        A cut-off is not above 0, or ``speed_hz`` is negative.
    """

    def __init__(
        self, *, still_hz: float = STILL_HZ, speed_hz: float = SPEED_HZ, slope_hz: float = SLOPE_HZ
    ) -> None:
        if still_hz <= 0 or slope_hz <= 0 or speed_hz < 0:
            raise InvalidInputError(
                "Cut-offs must be above 0 Hz and speed_hz at least 0. "
                f"Received {still_hz}, {slope_hz} and {speed_hz}."
            )
        self._still_hz, self._speed_hz, self._slope_hz = still_hz, speed_hz, slope_hz
        self._value: np.ndarray | None = None
        self._speed = np.zeros(0)
        self._time_s = 0.0

    def forget(self) -> None:
        """Start anew with the next values."""
        self._value = None

    def filter(self, values: np.ndarray, time_s: float) -> np.ndarray:
        """Return the values steadied; the first after a start, a gap or a step back in time pass as they are."""
        values = np.asarray(values, dtype=float)
        passed_s = time_s - self._time_s
        known = self._value
        if known is None or known.shape != values.shape or not 0 < passed_s <= LONGEST_GAP_S:
            self._value, self._speed, self._time_s = values, np.zeros_like(values), time_s
            return values.copy()
        slope = (values - known) / passed_s
        self._speed = self._speed + _share(self._slope_hz, passed_s) * (slope - self._speed)
        cut_off_hz = self._still_hz + self._speed_hz * np.abs(self._speed)
        self._value = known + _share(cut_off_hz, passed_s) * (values - known)
        self._time_s = time_s
        return self._value.copy()


def _share(cut_off_hz: np.ndarray | float, passed_s: float) -> np.ndarray:
    """Return the weight of the newest value in a low pass of first order."""
    turn = 2 * np.pi * np.asarray(cut_off_hz) * passed_s
    return turn / (turn + 1)


class DisplaySmoother:
    """Steadies box and landmarks of one recording for display (a ``Smoother`` of the stream)."""

    def __init__(self) -> None:
        self._box, self._points = OneEuro(), OneEuro()
        self._face: tuple[int | None] | None = None
        self._unit_px = 1.0

    def smooth(self, sight: Sight) -> tuple[Box | None, np.ndarray | None]:
        """Return the box and the landmarks, shape (68, 2), to show; another face or a lost one starts anew."""
        if sight.box is None or sight.landmarks is None:
            self._face = None
            return None, None
        if self._face != (sight.face_id,):
            self._box.forget()
            self._points.forget()
            self._face, self._unit_px = (sight.face_id,), max(sight.box[2], 1.0)
        unit = self._unit_px
        x, y, width, height = self._box.filter(np.array(sight.box) / unit, sight.time_s) * unit
        points = self._points.filter(sight.landmarks / unit, sight.time_s) * unit
        return (float(x), float(y), float(width), float(height)), points.astype(np.float32)
