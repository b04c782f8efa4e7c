"""A whole utterance as one row of numbers: how its mel-frequency cepstrum and its bands are spread over time.

What a classical classifier of speech emotion learns from. The coefficients are the orthonormal cosine transform of the
log-mel bands (Davis & Mermelstein 1980); their slope is the difference between neighbouring columns.
"""

from __future__ import annotations

import numpy as np

from workbench.features.log_mel import HOP_S, N_BANDS, column_levels, spoken
from workbench.lazy import load

N_COEFFICIENTS = 20
PERCENTILES = (10, 50, 90)


def _names() -> tuple[str, ...]:
    coefficients = [f"mfcc_{k}" for k in range(N_COEFFICIENTS)]
    bands = [f"band_{k}" for k in range(N_BANDS)]
    found = []
    for names in (coefficients, [f"{name}_slope" for name in coefficients], bands):
        found += [f"{name}_{what}" for what in ("mean", "sd") for name in names]
    found += [f"{name}_p{percent}" for percent in PERCENTILES for name in coefficients]
    return (*found, "spoken_s", "level_mean", "level_sd", "level_max")


STATISTIC_NAMES = _names()
"""What each number of :func:`voice_statistics` is."""


def voice_statistics(mel: np.ndarray) -> np.ndarray:
    """Return the statistics of the spoken part of an utterance.

    Parameters
    ----------
    mel : np.ndarray, shape (n_columns, 64)
        From :func:`workbench.features.log_mel.log_mel`; float16 from a file will do.

    Returns
    -------
    np.ndarray, shape (272,), float32
        In the order of :data:`STATISTIC_NAMES`.

    Raises
    ------
    InvalidInputError
        There is not one column.
    """
    bands = spoken(mel).astype(np.float64)
    coefficients = load("scipy.fft").dct(bands, axis=1, norm="ortho")[:, :N_COEFFICIENTS]
    slopes = np.gradient(coefficients, axis=0) if len(bands) > 1 else np.zeros_like(coefficients)
    parts: list[np.ndarray] = []
    for values in (coefficients, slopes, bands):
        parts += [values.mean(axis=0), values.std(axis=0)]
    parts += list(np.percentile(coefficients, PERCENTILES, axis=0))
    levels = column_levels(bands)
    parts.append(np.array([len(bands) * HOP_S, levels.mean(), levels.std(), levels.max()]))
    return np.concatenate(parts).astype(np.float32)
