"""Which moments of a clip carry voice, by their level alone."""

from __future__ import annotations

import numpy as np

BELOW_PEAK_DB = 30.0
FLOOR_DB = -75.0


def voiced(
    level_db: np.ndarray, *, below_peak_db: float = BELOW_PEAK_DB, floor_db: float = FLOOR_DB
) -> np.ndarray:
    """Say for every moment whether it is loud enough to be voice.

    A moment counts when it lies at most ``below_peak_db`` under the clip's loud moments (their 95th percentile, so
    that one click does not set the bar) and above ``floor_db``. RAVDESS speech is quiet (mean -29 to -58 dBFS),
    so the bar is the clip's own, not a fixed level.

    Parameters
    ----------
    level_db : np.ndarray, shape (n,)
        dBFS; NaN where there is no sound.

    Returns
    -------
    np.ndarray, shape (n,), bool

    Examples
    --------
    >>> voiced(np.array([-90.0, -30.0, -28.0, -65.0]))
    array([False,  True,  True, False])
    """
    level_db = np.asarray(level_db, dtype=float)
    heard = np.isfinite(level_db)
    if not heard.any():
        return np.zeros(level_db.shape, dtype=bool)
    bar = max(float(np.percentile(level_db[heard], 95)) - below_peak_db, floor_db)
    return heard & (np.where(heard, level_db, -np.inf) >= bar)
