"""What the networks are given: the stored arrays checked, and in the form the layers take."""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.errors import InvalidInputError
from workbench.features.spectrogram import IMAGE_SIZE, column_strips, constant_along_time, spectrogram_images
from workbench.models.settings import INPUTS


def network_inputs(arrays: dict[str, np.ndarray]) -> Any:
    """Turn stored arrays into what the (column) networks take: float32 in [0, 1], alone or as a tuple in order.

    Parameters
    ----------
    arrays : dict of str to np.ndarray
        ``mouths`` or ``faces`` (uint8) and/or ``columns`` (dB), first axis n; or ``scores`` (n, 6), the answers of
        frozen branches, which pass as they are. Columns of shape (n, 701) and spectrograms of shape
        (n, n_frequencies, 1) become strips, one pixel wide; spectrograms of more columns the full network's images.
    """
    if "scores" in arrays:
        return arrays["scores"]
    ready = []
    for name in ("mouths", "faces"):
        if name in arrays:
            ready.append(arrays[name].astype(np.float32) / 255.0)
    if "columns" in arrays:
        ready.append(_pictures(arrays["columns"]))
    return ready[0] if len(ready) == 1 else tuple(ready)


def _pictures(columns: np.ndarray) -> np.ndarray:
    if columns.ndim == 2:
        return column_strips(columns)
    return spectrogram_images(columns, width=1 if columns.shape[2] == 1 else IMAGE_SIZE)


def check_arrays(network: str, arrays: dict[str, np.ndarray]) -> int:
    """Return how many moments a network is asked about.

    Raises
    ------
    InvalidInputError
        An array is missing or their lengths differ.
    """
    wanted = INPUTS[network]
    if set(arrays) != set(wanted) or len({len(a) for a in arrays.values()}) != 1:
        raise InvalidInputError(
            f"The {network} network takes {' and '.join(wanted)}, one row each per moment. "
            f"Received { ({name: len(a) for name, a in arrays.items()}) }."
        )
    return len(arrays[wanted[0]])


def short_way(arrays: dict[str, np.ndarray]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Say which moments may go the short way, on one column of sound instead of the whole image.

    The short way is exact where a moment's spectrogram is constant along time, and only there.

    Returns
    -------
    short : np.ndarray, shape (n,), bool
        Whether it holds; True where no sound is asked about.
    arrays : dict of str to np.ndarray
        Those received, with the first column of every spectrogram: to be used where ``short`` is True.
    """
    columns = arrays.get("columns")
    if columns is None or columns.ndim != 3:
        return np.ones(len(next(iter(arrays.values()))), bool), arrays
    return constant_along_time(columns), {**arrays, "columns": columns[:, :, :1]}


def both_states(p_open: np.ndarray) -> np.ndarray:
    """Return P(closed) and P(open), shape (n, 2), from the mouth network's P(open), shape (n, 1)."""
    return np.column_stack([1 - p_open[:, 0], p_open[:, 0]])
