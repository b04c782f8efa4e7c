"""The networks in the form in which they are exported: they only answer, so that sums can be done once beforehand.

The audio network's dense layer adds up 139,392 products. On the short way 29 of the 33 columns it reads are one and
the same: their weights are added up here, once, in float64, and the file is a quarter as large. The products are added
row by row and the 33 sums at the end, which keeps the rounding of float32 as small as Keras's own: one long sum is six
times further from the exact answer (docs/runtime.md).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from workbench.models.backend import keras_module
from workbench.models.columns import FULL_WIDTH, channels_on_columns, pooled_channels


def answering(full: Any, *, short: bool) -> Callable[..., Any]:
    """Return the function of a network, from its inputs (tensors, first axis n) to its output.

    Parameters
    ----------
    full : keras.Model
        A network of :mod:`workbench.models.architectures`.
    short : bool
        Whether what it hears are strips, one pixel wide, and not images of 400 x 400.
    """
    if full.name == "audio":
        return _hearing(full, short=short)
    if full.name != "audiovisual":
        return lambda pictures: full(pictures, training=False)
    visual, heard = full.get_layer("visual"), _hearing(full.get_layer("audio"), short=short)

    def both(faces: Any, sound: Any) -> Any:
        scores = full.get_layer("both")([visual(faces, training=False), heard(sound)])
        return full.get_layer("fused_sentiment")(scores)

    return both


def _hearing(audio: Any, *, short: bool) -> Callable[[Any], Any]:
    ops, dense = keras_module().ops, audio.get_layer("dense_16")
    n_rows, n_columns, n_channels = (int(size) for size in audio.get_layer("pool_3").output.shape[1:])
    weights = np.asarray(dense.kernel, np.float64).reshape(n_rows, n_columns, n_channels, -1)
    if short:
        weights = _of_distinct_columns(weights)
    by_row = weights.reshape(n_rows, -1, weights.shape[-1]).astype(np.float32)

    def heard(sound: Any) -> Any:
        x = pooled_channels(audio, channels_on_columns(audio, sound)) if short else _pooled(audio, sound)
        x = ops.transpose(ops.reshape(x, (-1, *by_row.shape[:2])), (1, 0, 2))
        hidden = dense.activation(ops.sum(ops.matmul(x, by_row), axis=0) + dense.bias)
        return audio.get_layer("sentiment")(audio.get_layer("normalization_16")(hidden, training=False))

    return heard


def _of_distinct_columns(weights: np.ndarray) -> np.ndarray:
    """Add up the weights, shape (rows, 33, channels, units), of the columns that are one; shape (rows, 5, channels, units)."""
    added = np.zeros((weights.shape[0], max(FULL_WIDTH) + 1, *weights.shape[2:]))
    for column, distinct in enumerate(FULL_WIDTH):
        added[:, distinct] += weights[:, column]
    return added


def _pooled(audio: Any, images: Any) -> Any:
    x = images
    for layer in audio.layers[1:]:
        x = layer(x, training=False)
        if layer.name == "pool_3":
            return x
    raise AssertionError("the audio network has a layer pool_3")
