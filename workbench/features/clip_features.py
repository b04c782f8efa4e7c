"""What was found in one clip, moment by moment: the arrays everything downstream learns from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FACE_SIZE = 96
MOUTH_SIZE = 28
N_FREQUENCIES = 701
"""Rows of one spectrogram column: 1,400-sample windows give 701 frequencies, 0 to 24 kHz."""


@dataclass(frozen=True)
class ClipFeatures:
    """The features of one clip on its 30 ms grid.

    ``n`` is the number of moments, ``m`` the number of moments with a face (``found.sum()``); ``faces``,
    ``mouths`` and ``landmarks`` have one row for each of these, in order (``np.flatnonzero(found)``).
    A clip without sound has ``columns`` of shape (0, 701) and ``level_db`` of NaN, never silent zeros; a clip
    without pictures has ``found`` all False and ``frame_time_s`` of NaN.

    Attributes
    ----------
    time_s : np.ndarray, shape (n,), float64
        Moments, seconds from the clip's time zero.
    frame_time_s : np.ndarray, shape (n,), float64
        Time of the picture shown at each moment.
    found : np.ndarray, shape (n,), bool
        Whether the followed face was there.
    box : np.ndarray, shape (n, 4), float32
        x, y, width, height of the face in pixels of the upright picture; NaN where there was none.
    landmarks : np.ndarray, shape (m, 68, 2), float32
        The 68-point scheme (0-based rows), pixels of the upright picture.
    faces : np.ndarray, shape (m, 96, 96, 3), uint8
        RGB.
    mouths : np.ndarray, shape (m, 28, 28, 3), uint8
        RGB.
    columns : np.ndarray, shape (n, 701) or (0, 701), float16
        Magnitude in dB relative to full scale of the 30 ms of sound that start at each moment.
    level_db : np.ndarray, shape (n,), float32
        Root mean square of the same 30 ms in dBFS.
    """

    time_s: np.ndarray
    frame_time_s: np.ndarray
    found: np.ndarray
    box: np.ndarray
    landmarks: np.ndarray
    faces: np.ndarray
    mouths: np.ndarray
    columns: np.ndarray
    level_db: np.ndarray

    @property
    def has_sound(self) -> bool:
        """Whether the clip has sound."""
        return len(self.columns) > 0

    @property
    def heard(self) -> np.ndarray:
        """Which moments have sound, shape (n,), bool: only these rows of ``columns`` may be learned from."""
        return np.isfinite(self.level_db)

    def face_rows(self) -> np.ndarray:
        """Return each moment's row in ``faces``, ``mouths`` and ``landmarks``; -1 where there is no face."""
        return np.where(self.found, np.cumsum(self.found) - 1, -1)
