"""A network opened where saliency looks: what goes in, its last convolution, its scores before the answer.

What is explained is always a class's *log-odds*, log(p / (1 - p)), computed from the scores before the last
activation: a sure softmax has no slope left, and how far a class is ahead of the others is what an answer is made
of. For the mouth network the log-odds of "closed" are minus those of "open".

The audio network is asked on the columns of its picture (:mod:`workbench.models.columns`): the picture is constant
along time, and what a place in a column gets is what its row of the full picture gets in sum.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from workbench.errors import InvalidInputError
from workbench.features.spectrogram import column_strips
from workbench.models.backend import keras_module, tensorflow_module
from workbench.models.columns import (
    CHANNEL_WEIGHTS,
    STRIP_SHAPE,
    channels_on_columns,
    hidden_from_channels,
)
from workbench.models.settings import INPUTS

Pictures = dict[str, np.ndarray]
"""Input name to float32 in [0, 1], shape (n, height, width, colours), as the network takes it."""

_BATCH = 32
_NOT_LOOKED_AT = ("MaxPooling2D", "AveragePooling2D", "Dropout")


def pictures_of(arrays: dict[str, np.ndarray]) -> Pictures:
    """Return stored arrays as pictures: ``faces`` and ``mouths`` / 255, ``columns`` (dB) as strips (n, 400, 1, 3)."""
    return {
        name: column_strips(values) if name == "columns" else values.astype(np.float32) / 255.0
        for name, values in arrays.items()
    }


class Cut:
    """A network with its gradients, each compiled when it is first asked for.

    Parameters
    ----------
    full : keras.Model
        One of the four networks, or any model that ends in a dense layer with softmax (or one sigmoid unit) and
        takes one picture.

    Attributes
    ----------
    inputs : tuple of str
        Names of what goes in: those of :data:`workbench.models.settings.INPUTS`, else ``("picture",)``.
    shapes : dict of str to tuple of int
        Height, width and colours of each input.
    n_classes : int
    """

    def __init__(self, full: Any) -> None:
        self.full = full
        self.inputs = INPUTS.get(full.name, ("picture",))
        self.shapes = {
            name: STRIP_SHAPE if name == "columns" else tuple(int(s) for s in tensor.shape[1:])
            for name, tensor in zip(self.inputs, full.inputs, strict=True)
        }
        self.n_classes = max(int(full.output_shape[-1]), 2)
        self.channel_weights = {
            name: np.array(CHANNEL_WEIGHTS, np.float32) if name == "columns" else None for name in self.inputs
        }
        self._parts = _parts_of(full)

    @functools.cached_property
    def _ask(self) -> Any:
        return self._compiled(lambda tensors, wanted: self._log_odds(tensors, wanted)[1])

    @functools.cached_property
    def _slope(self) -> Any:
        return self._compiled(self._slope_in_pictures)

    @functools.cached_property
    def _channel_slope(self) -> Any:
        return self._compiled(self._slope_in_channels)

    def _compiled(self, function: Any) -> Any:
        """Trace a function of a batch once, for any number of rows; the weights are read at every call."""
        tf = tensorflow_module()
        tensors = tuple(tf.TensorSpec((None, *self.shapes[name]), tf.float32) for name in self.inputs)
        wanted = tf.TensorSpec((None, self.n_classes), tf.float32)
        return tf.function(function, autograph=False).get_concrete_function(tensors, wanted)

    def log_odds(self, pictures: Pictures, classes: np.ndarray) -> np.ndarray:
        """Return how far each row's class is ahead, shape (n,)."""
        return np.concatenate([np.asarray(self._ask(*batch)) for batch in self._batches(pictures, classes)])

    def probabilities(self, pictures: Pictures) -> np.ndarray:
        """Return the probability of every class, shape (n, n_classes)."""
        n = len(next(iter(pictures.values())))
        ahead = [self.log_odds(pictures, np.full(n, number)) for number in range(self.n_classes)]
        return probability(np.stack(ahead, axis=1))

    def slopes(self, pictures: Pictures, classes: np.ndarray) -> Pictures:
        """Return the gradient of the log-odds with respect to every value of every input."""
        return self.log_odds_and_slopes(pictures, classes)[1]

    def log_odds_and_slopes(self, pictures: Pictures, classes: np.ndarray) -> tuple[np.ndarray, Pictures]:
        """Return the log-odds, shape (n,), and their gradient with respect to every value of every input."""
        found = [self._slope(*batch) for batch in self._batches(pictures, classes)]
        ahead = np.concatenate([np.asarray(score) for score, _ in found])
        return ahead, self._joined([slope for _, slope in found])

    def channels(self, pictures: Pictures, classes: np.ndarray) -> tuple[Pictures, Pictures]:
        """Return the channels of each input's last convolution and the log-odds' gradient with respect to them."""
        found = [self._channel_slope(*batch) for batch in self._batches(pictures, classes)]
        return self._joined([channels for channels, _ in found]), self._joined([slope for _, slope in found])

    def _joined(self, blocks: list[Any]) -> Pictures:
        return {
            name: np.concatenate([np.asarray(block[k]) for block in blocks])
            for k, name in enumerate(self.inputs)
        }

    def _batches(self, pictures: Pictures, classes: np.ndarray) -> Any:
        tf = tensorflow_module()
        wanted = np.eye(self.n_classes, dtype=np.float32)[classes]
        for first in range(0, len(classes), _BATCH):
            rows = slice(first, first + _BATCH)
            tensors = tuple(tf.convert_to_tensor(pictures[name][rows], tf.float32) for name in self.inputs)
            yield tensors, tf.convert_to_tensor(wanted[rows])

    def _log_odds(self, tensors: Any, wanted: Any) -> tuple[Any, Any]:
        tf = tensorflow_module()
        channels, scores = self._parts(tensors)
        if scores.shape[-1] == 1:  # the mouth: a score of 0 for closed gives the same sigmoid
            scores = tf.concat([tf.zeros_like(scores), scores], axis=-1)
        own = tf.reduce_sum(scores * wanted, axis=-1)
        others = tf.reduce_logsumexp(scores - _FAR * wanted, axis=-1)
        return channels, own - others

    def _slope_in_pictures(self, tensors: Any, wanted: Any) -> tuple[Any, Any]:
        with tensorflow_module().GradientTape() as tape:
            tape.watch(tensors)
            score = self._log_odds(tensors, wanted)[1]
        return score, tape.gradient(score, tensors)

    def _slope_in_channels(self, tensors: Any, wanted: Any) -> tuple[Any, Any]:
        with tensorflow_module().GradientTape() as tape:
            tape.watch(tensors)  # watching what goes in records all that follows, the channels too
            channels, score = self._log_odds(tensors, wanted)
        return channels, tape.gradient(score, channels)


_FAR = 1e9


def probability(log_odds: np.ndarray) -> np.ndarray:
    """Return the probability that log-odds stand for."""
    return 1 / (1 + np.exp(-np.clip(log_odds.astype(float), -500, 500)))


def _parts_of(full: Any) -> Any:
    """Return a function from input tensors to (channels of each input's last convolution, scores before the answer)."""
    if full.name == "audiovisual":
        seen, heard = _parts_of(full.get_layer("visual")), _parts_of(full.get_layer("audio"))
        softmax = tensorflow_module().nn.softmax

        def fused(tensors: Any) -> Any:
            (face, face_scores), (sound, sound_scores) = seen(tensors[:1]), heard(tensors[1:])
            both = full.get_layer("both")([softmax(face_scores), softmax(sound_scores)])
            return face + sound, _scores(full.get_layer("fused_sentiment"), both)

        return fused
    if full.name == "audio":

        def on_columns(tensors: Any) -> Any:
            channels = channels_on_columns(full, tensors[0])
            units = full.get_layer("normalization_16")(hidden_from_channels(full, channels), training=False)
            return (channels,), _scores(full.layers[-1], units)

        return on_columns
    parted = keras_module().Model(full.inputs, [_last_convolution(full).output, full.layers[-1].input])

    def on_picture(tensors: Any) -> Any:
        channels, units = parted(list(tensors), training=False)
        return (channels,), _scores(full.layers[-1], units)

    return on_picture


def _scores(answer: Any, units: Any) -> Any:
    tf = tensorflow_module()
    return tf.linalg.matmul(units, tf.convert_to_tensor(answer.kernel)) + tf.convert_to_tensor(answer.bias)


def _last_convolution(full: Any) -> Any:
    """Return the last layer with channels that is no pooling or dropout: a convolution, normalised where it is."""
    for layer in reversed(full.layers):
        looked_at = type(layer).__name__ not in (*_NOT_LOOKED_AT, "InputLayer")
        if looked_at and len(layer.output.shape) == 4:
            return layer
    raise InvalidInputError(
        f"Saliency needs a network with a convolution over a picture. Received {full.name}, which has none."
    )
