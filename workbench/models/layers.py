"""What any layer of any network makes of moments: one row of numbers each, ready to be laid out as a map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.errors import InvalidInputError
from workbench.models.backend import keras_module, tensorflow_module
from workbench.models.columns import Kept, audio_on_columns
from workbench.models.inputs import network_inputs
from workbench.progress import Progress, silent

CELLS = 4
"""A layer too large to be taken whole is told by its means over CELLS x CELLS cells of the picture, channel by channel."""
MOST_VALUES = 4096
"""The largest layer that is taken whole."""
_BATCH = 64
_WIDTH = 400.0  # of the spectrogram, of which one column is computed

Told = tuple[Any, tuple[float, ...] | None]


@dataclass(frozen=True)
class Layer:
    """A layer that can be looked at.

    Attributes
    ----------
    name : str
        Within a fused network with its branch before it: ``visual/dense_16``.
    shape : tuple of int
        Of its output for one moment.
    """

    name: str
    shape: tuple[int, ...]


def layers_of(full: Any) -> list[Layer]:
    """Return every layer of a network (keras.Model) in order, those of its branches included."""
    found: list[Layer] = []
    for layer in full.layers:
        if hasattr(layer, "layers"):  # a branch; what it is given is already there as the network's own
            found += [Layer(f"{layer.name}/{one.name}", one.shape) for one in layers_of(layer)[1:]]
        else:
            found.append(Layer(layer.name, tuple(int(size) for size in layer.output.shape[1:])))
    return found


def check_layer(full: Any, layer: str) -> None:
    """Raise InvalidInputError, with the layers there are, where a network has none of that name."""
    there = [one.name for one in layers_of(full)]
    if layer not in there:
        raise InvalidInputError(
            f"A layer must be one of the {full.name} network's. Received {layer!r}; there are: {', '.join(there)}."
        )


def activations(
    full: Any, arrays: dict[str, np.ndarray], layer: str, *, progress: Progress = silent
) -> np.ndarray:
    """Return what a layer says about each moment.

    The pictures within the audio network do not vary along time, save at the two edges: they are told by their means
    over 16 bands of frequency, exactly those of the published network on the full 400 x 400 image.

    Parameters
    ----------
    full : keras.Model
        A network of :mod:`workbench.models.architectures`.
    arrays : dict of str to np.ndarray
        ``mouths``, ``faces`` or ``columns`` as they lie in the feature store, n rows each, n >= 1.
    layer : str
        A name of :func:`layers_of`.

    Returns
    -------
    np.ndarray, shape (n, n_values), float32

    Raises
    ------
    InvalidInputError
        The network has no such layer (the message lists those it has), or there are no moments.
    """
    check_layer(full, layer)
    n_rows = len(next(iter(arrays.values())))
    if not n_rows:
        raise InvalidInputError("A layer is asked about one moment or more. Received none.")
    output = _asker(full, layer)
    ask = tensorflow_module().function(
        lambda inputs: _in_a_row(*output(inputs)), autograph=False, reduce_retracing=True
    )
    blocks = []
    for first in range(0, n_rows, _BATCH):
        batch = {name: values[first : first + _BATCH] for name, values in arrays.items()}
        blocks.append(np.asarray(ask(network_inputs(batch))))
        progress(min(first + _BATCH, n_rows), n_rows, "moments")
    return np.concatenate(blocks)


def _asker(full: Any, layer: str) -> Callable[[Any], Told]:
    """Return what turns a network's inputs into a layer's output and the weights of its columns, where it has some."""
    if full.name == "audiovisual":
        return _of_the_fused(full, layer)
    if full.name == "audio":
        return lambda strips: _of_the_audio(full, layer, strips)
    part = _up_to(full, layer)
    return lambda pictures: (part(pictures, training=False), None)


def _of_the_fused(full: Any, layer: str) -> Callable[[Any], Told]:
    visual, audio = full.get_layer("visual"), full.get_layer("audio")
    branch, _, name = layer.rpartition("/")
    if branch == "visual":
        part = _up_to(visual, name)
        return lambda inputs: (part(inputs[0], training=False), None)
    if branch == "audio":
        return lambda inputs: _of_the_audio(audio, name, inputs[1])

    def fused(inputs: Any) -> Told:
        faces, strips = inputs
        if layer in ("face", "spectrogram"):
            return (faces, None) if layer == "face" else (strips, (_WIDTH,))
        both = full.get_layer("both")([visual(faces, training=False), audio_on_columns(audio, strips)])
        return (both if layer == "both" else full.get_layer("fused_sentiment")(both)), None

    return fused


def _of_the_audio(audio: Any, layer: str, strips: Any) -> Told:
    kept: Kept = {"spectrogram": (strips, (_WIDTH,))}
    kept["sentiment"] = (audio_on_columns(audio, strips, kept=kept), None)
    return kept["pool_3" if layer == "flatten" else layer]


def _up_to(network: Any, layer: str) -> Any:
    """Return the network that ends with a layer; a layer that only lays a picture out in a line gives the picture."""
    keras, last = keras_module(), network.get_layer(layer)
    laid_out = isinstance(last, keras.layers.Flatten)
    return keras.Model(network.inputs, last.input if laid_out else last.output)


def _in_a_row(told: Any, weights: tuple[float, ...] | None) -> Any:
    """Return the values of a layer, shape (n, n_values): as they are, or the means of its cells."""
    tf = tensorflow_module()
    if len(told.shape) == 2:
        return told
    if weights is not None:
        share = tf.constant(weights, told.dtype)[:, None] / sum(weights)
        bands = _cut(tf.reduce_sum(told * share, axis=2), CELLS * CELLS, axis=1)
        return tf.concat([tf.reduce_mean(band, axis=1) for band in bands], axis=1)
    if int(np.prod(told.shape[1:])) <= MOST_VALUES:
        return tf.reshape(told, (-1, int(np.prod(told.shape[1:]))))
    rows = _cut(told, CELLS, axis=1)
    return tf.concat(
        [tf.reduce_mean(cell, axis=(1, 2)) for row in rows for cell in _cut(row, CELLS, axis=2)], 1
    )


def _cut(told: Any, n_pieces: int, *, axis: int) -> list[Any]:
    edges = np.linspace(0, told.shape[axis], n_pieces + 1).round().astype(int)
    return tensorflow_module().split(told, np.diff(edges), axis=axis)
