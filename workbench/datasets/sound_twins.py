"""Seconds of sound as small pictures, so that the same sound under two names is found as the same face is.

A picture of sound is 32 moments of 30 ms (0.96 s) by 32 bands (100 Hz to 8 kHz, equally wide on a logarithmic scale), in
decibels, smoothed over five moments. Nothing lower than 50 dB under the clip's own loud moments is kept, and the hash and
the appearance of pictures (:mod:`workbench.datasets.picture_hash`) take off the mean: how loud a copy is does not matter.

Two people may say a syllable alike by chance; a copy is alike *in step*. So seconds count as twins only where half of
their clip's or more have twins in the same clip learnt from, all the same time later or earlier (as audio fingerprints are
matched: Wang 2003, "An Industrial-Strength Audio Search Algorithm", section 2.3). Of RAVDESS speech, four actors split by
clip, at most 9 of 28 seconds of a take were in step with another take; of copies that begin 10 or 15 ms later and are louder
or softer, 28 and 19 of 29.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.looking import MOST_LEARNT, MOST_TESTED, Looked, look
from workbench.datasets.picture_hash import appearance
from workbench.datasets.twins import Twins
from workbench.errors import InvalidInputError
from workbench.features.clip_features import N_FREQUENCIES
from workbench.media.audio import SOUND_RATE
from workbench.media.timeline import GRID_STEP_S
from workbench.progress import Progress, silent

N_TOGETHER = N_BANDS = 32
"""Moments of one picture (0.96 s), and its bands: square, as hashes want them."""
SMOOTHED = 5
LOWEST_HZ, HIGHEST_HZ = 100.0, 8_000.0
DEEP_DB = 50.0
VOICED_SHARE = 0.5
IN_STEP_SHARE, FEWEST_IN_STEP = 0.5, 3


def listen_to(
    dataset: Dataset,
    moments: pd.DataFrame,
    *,
    most_tested: int = MOST_TESTED,
    most_learnt: int = MOST_LEARNT,
    seed: int = 0,
    progress: Progress = silent,
) -> Looked:
    """Read an even choice of seconds of sound, and keep what makes them comparable.

    Parameters
    ----------
    moments : pd.DataFrame
        Rows of :func:`workbench.datasets.moments.moments_table` with ``part``. A second counts where all of its
        moments are there and heard, and half of them or more are voiced.
    most_tested, most_learnt, seed
        As :func:`workbench.datasets.looking.look_at`.

    Raises
    ------
    InvalidInputError
        There is no such second.
    """
    seen = voiced_seconds(moments)
    if seen.empty:
        raise InvalidInputError(
            f"Sound can only be compared where {0.03 * N_TOGETHER:.2f} s of it carry a voice. The clips of {dataset.name} "
            "have none such."
        )
    store = FeatureStore(dataset.features)
    return look(
        seen,
        lambda clip: pictures_of_sound(store.arrays(clip, ("columns",))["columns"]),
        embed=appearance,
        most_tested=most_tested,
        most_learnt=most_learnt,
        seed=seed,
        progress=progress,
    )


def in_step(twins: Twins) -> Twins:
    """Return the twins that are in step with those of their clip: the copies; the others are alike by chance."""
    pairs = twins.pairs
    later = ((pairs["time_s"] - pairs["learnt_time_s"]) / GRID_STEP_S).round().astype(int)
    n_looked = twins.tested["clip"].value_counts()
    kept = pd.Series(False, index=pairs.index)
    for (clip, _), steps in later.groupby([pairs["clip"], pairs["learnt"]]):
        together = np.abs(steps.to_numpy()[:, None] - steps.to_numpy()) <= 1
        enough = max(FEWEST_IN_STEP, IN_STEP_SHARE * n_looked[clip])
        kept.loc[steps.index] = together.sum(axis=1) >= enough
    times = set(zip(pairs.loc[kept, "clip"], pairs.loc[kept, "time_s"], strict=True))
    has_twin = [row in times for row in zip(twins.tested["clip"], twins.tested["time_s"], strict=True)]
    return replace(
        twins, tested=twins.tested.assign(has_twin=has_twin), pairs=pairs[kept].reset_index(drop=True)
    )


def voiced_seconds(moments: pd.DataFrame) -> pd.DataFrame:
    """Return the moments at which a second of voice begins, with ``row`` and ``followed``."""
    clip, moment = moments["clip"], moments["moment"]
    ends = N_TOGETHER - 1
    whole = (clip.shift(-ends) == clip) & (moment.shift(-ends) == moment + ends)
    # The sum over each moment and the 31 after it: rolling windows end at their row.
    heard, voiced = (
        moments[name].astype(float).rolling(N_TOGETHER).sum().shift(-ends) for name in ("heard", "voiced")
    )
    seen = moments[whole & (heard == N_TOGETHER) & (voiced >= VOICED_SHARE * N_TOGETHER)]
    after = seen.shift(-1)
    followed = (after["clip"] == seen["clip"]) & (after["moment"] == seen["moment"] + 1)
    return seen.assign(row=seen["moment"], followed=followed)


def pictures_of_sound(columns: np.ndarray) -> np.ndarray:
    """Return the second that begins at each moment as a picture, shape (n, 32, 32, 3), float32, in decibels.

    Parameters
    ----------
    columns : np.ndarray, shape (n, 701)
        Of a clip, in decibels, NaN without sound. Pictures past the end, or with such moments, are not to be used.
    """
    bands = _smoothed(_in_bands(columns.astype(np.float32)))
    n = len(bands)
    padded = np.concatenate([bands, np.repeat(bands[-1:], N_TOGETHER - 1, axis=0)])
    pictures = padded[np.arange(n)[:, None] + np.arange(N_TOGETHER)]
    return np.repeat(pictures[..., None], 3, axis=3)


def _smoothed(bands: np.ndarray) -> np.ndarray:
    """Return the mean of each moment and the two before and after it: a copy seldom lies on the same 30 ms grid."""
    around = SMOOTHED // 2
    padded = np.pad(bands, ((around, around), (0, 0)), mode="edge")
    return np.stack([padded[k : k + len(bands)] for k in range(SMOOTHED)]).mean(axis=0)


def _in_bands(columns: np.ndarray) -> np.ndarray:
    """Return the mean level of each band at each moment, shape (n, 32), not lower than 50 dB under the loud ones."""
    edges_hz = np.geomspace(LOWEST_HZ, HIGHEST_HZ, N_BANDS + 1)
    edges = np.round(edges_hz / (SOUND_RATE / 2) * (N_FREQUENCIES - 1)).astype(int)
    edges = np.maximum(
        edges, edges[0] + np.arange(N_BANDS + 1)
    )  # the lowest bands: one frequency each at least
    levels = np.add.reduceat(columns[:, : edges[-1]], edges[:-1], axis=1) / np.diff(edges)
    finite = levels[np.isfinite(levels)]
    loud = np.percentile(finite, 99) if len(finite) else 0.0
    return np.maximum(levels, np.float32(loud - DEEP_DB))
