"""Speech as a log-mel picture: how loud each of 64 bands is every 10 ms, and where in it somebody speaks.

Decisions written down here:

* *64 bands, 50 Hz to 8 kHz*, Slaney's mel scale (librosa's default), windows of 25 ms (Hann) every 10 ms.
* *Decibels relative to a fixed level*, at least -100: how loudly a person speaks tells much of what they feel, so no
  clip is scaled to its own loudest point.
* *Spoken part*: from the first to the last moment within 40 dB of the clip's loudest one, and 50 ms on either side.
  RAVDESS clips begin and end with about a second of silence.
"""

from __future__ import annotations

import numpy as np

from workbench.errors import InvalidInputError
from workbench.features.spectrogram import mel_power

N_BANDS = 64
HOP_S = 0.01
WINDOW_S = 0.025
LOW_HZ, HIGH_HZ = 50.0, 8_000.0
FLOOR_DB = -100.0
SPOKEN_BELOW_PEAK_DB = 40.0
_MARGIN = 5  # columns kept around the spoken part


def log_mel(samples: np.ndarray) -> np.ndarray:
    """Return the log-mel picture of a sound.

    Parameters
    ----------
    samples : np.ndarray, shape (n,)
        Sound at 48 kHz in [-1, 1].

    Returns
    -------
    np.ndarray, shape (n_columns, 64), float32
        Decibels, one row every 10 ms, low bands first.

    Raises
    ------
    InvalidInputError
        There is no sound at all.
    """
    power = mel_power(
        samples, n_bands=N_BANDS, hop_s=HOP_S, window_s=WINDOW_S, low_hz=LOW_HZ, high_hz=HIGH_HZ
    )
    return np.maximum(10 * np.log10(np.maximum(power.T, 1e-30)), FLOOR_DB).astype(np.float32)


def column_levels(mel: np.ndarray) -> np.ndarray:
    """Return how loud every column is over all bands, shape (n_columns,), in dB."""
    return 10 * np.log10((10 ** (mel.astype(np.float64) / 10)).sum(axis=1))


def spoken(mel: np.ndarray) -> np.ndarray:
    """Return the columns from the first to the last loud one; never none.

    Parameters
    ----------
    mel : np.ndarray, shape (n_columns, n_bands)
        From :func:`log_mel`.

    Raises
    ------
    InvalidInputError
        There is not one column.
    """
    if mel.ndim != 2 or not len(mel):
        raise InvalidInputError(
            f"A log-mel picture must have shape (n_columns, n_bands), one column or more. Received {mel.shape}."
        )
    levels = column_levels(mel)
    loud = np.flatnonzero(levels > levels.max() - SPOKEN_BELOW_PEAK_DB)
    return mel[max(loud[0] - _MARGIN, 0) : loud[-1] + 1 + _MARGIN]
