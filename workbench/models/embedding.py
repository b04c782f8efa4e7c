"""A map of what a network has learnt: its last 16 units for every moment, laid out in two dimensions by t-SNE."""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.errors import InvalidInputError
from workbench.lazy import load
from workbench.models.architectures import LAST_HIDDEN_LAYER
from workbench.models.backend import keras_module, tensorflow_module
from workbench.models.batches import network_inputs
from workbench.models.columns import audio_on_columns

_BATCH = 64


def hidden_units(full: Any, arrays: dict[str, np.ndarray]) -> np.ndarray:
    """Return the 16 units before the softmax, shape (n, 16), of a visual or audio network.

    Parameters
    ----------
    full : keras.Model
    arrays : dict of str to np.ndarray
        ``faces`` or ``columns``, as they lie in the feature store.

    Raises
    ------
    InvalidInputError
        The network has no such layer.
    """
    if full.name not in ("visual", "audio"):
        raise InvalidInputError(
            f"The map shows the visual or the audio network. Received the {full.name} network."
        )
    tf = tensorflow_module()
    if full.name == "audio":
        ask = tf.function(lambda x: audio_on_columns(full, x, hidden=True), reduce_retracing=True)
    else:
        ask = tf.function(
            keras_module().Model(full.inputs, full.get_layer(LAST_HIDDEN_LAYER).output), reduce_retracing=True
        )
    n_rows = len(next(iter(arrays.values())))
    blocks = [
        np.asarray(ask(network_inputs({name: a[first : first + _BATCH] for name, a in arrays.items()})))
        for first in range(0, n_rows, _BATCH)
    ]
    return np.concatenate(blocks) if blocks else np.zeros((0, 16), np.float32)


def tsne_map(units: np.ndarray, *, seed: int = 0, perplexity: float = 30.0) -> np.ndarray:
    """Lay points out in the plane so that neighbours stay neighbours (t-SNE by openTSNE).

    Parameters
    ----------
    units : np.ndarray, shape (n, d)
    perplexity : float
        About how many neighbours count; lowered for few points.

    Returns
    -------
    np.ndarray, shape (n, 2), float64
        The same for the same seed. Distances between far groups mean nothing.

    Raises
    ------
    InvalidInputError
        Fewer than 10 points.
    """
    if len(units) < 10:
        raise InvalidInputError(f"A t-SNE map needs at least 10 points. Received {len(units)}.")
    tsne = load("openTSNE").TSNE(
        perplexity=min(perplexity, (len(units) - 1) / 3), random_state=seed, n_jobs=2
    )
    return np.asarray(tsne.fit(np.asarray(units, dtype=np.float64)))
