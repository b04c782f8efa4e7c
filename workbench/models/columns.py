"""The audio network on the few columns of a one-column spectrogram that differ.

With 1,440 samples, a window of 1,400 and an overlap of 250 the spectrogram has one time column, so the
400 x 400 image is constant along time (Yakaew 2021, section 2.4). After every layer only the columns near the
two edges differ; all others are one and the same column, repeated. Computing each distinct column once, and
weighting it in the batch statistics by how often it stands in the full image, is the same function with the
same gradients at a fraction of the work. The weights are those of the full network, so a run trained on columns
is saved, counted and explained as the paper's network.

Distinct columns (and how often each stands in the full image):
stage 1 (400 wide)  left 1, inner 398, right 1
stage 2 (133 wide)  1, 1, inner 130, 1 after the first convolution; 1, 1, 1, inner 128, 1, 1 after the second
stage 3 (66 wide)   3 x 1, inner 61, 2 x 1; then 4 x 1, inner 59, 3 x 1
pooled (33 wide)    1, 1, inner 29, 1, 1
Pooling by 3 drops column 399, pooling by 2 drops column 132 (sizes 400 -> 133 -> 66 -> 33).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.models.backend import keras_module

STRIP_SHAPE = (400, 1, 3)
"""One spectrogram column as the audio network sees it: rows, one column, colours."""

# Which columns of the layer before to lay side by side (so that 'same' padding sees the right neighbours),
# and how often each resulting column stands in the full image, per convolution.
_LAYOUT_1 = (0, 0, 0)
_WEIGHTS_1 = (1.0, 398.0, 1.0)
_POOL_1 = (0, 1, 1, 1, 1, 1)
_LAYOUT_2 = (0, 1, 1, 1, 1, 1)
_WEIGHTS_2 = ((1.0, 1.0, 130 / 3, 130 / 3, 130 / 3, 1.0), (1.0, 1.0, 1.0, 128.0, 1.0, 1.0))
_POOL_2 = (0, 1, 2, 3, 3, 3, 3, 4)
_LAYOUT_3 = (0, 1, 2, 2, 2, 2, 2, 3)
_WEIGHTS_3 = (
    (1.0, 1.0, 1.0, 61 / 3, 61 / 3, 61 / 3, 1.0, 1.0),
    (1.0, 1.0, 1.0, 1.0, 59.0, 1.0, 1.0, 1.0),
)
_POOL_3 = (0, 1, 2, 3, 4, 4, 4, 5, 6, 7)
FULL_WIDTH = (0, 1, *(2,) * 29, 3, 4)
"""Which distinct column stands at each of the 33 of the full network's last pooling."""

_POOLED = ((1.0, 132.0), (1.0, 1.0, 63.0, 1.0), (1.0, 1.0, 29.0, 1.0, 1.0))
"""How often each distinct column stands in the full image after the first, second and third pooling."""

CHANNEL_WEIGHTS = _WEIGHTS_3[1]
"""How often each column of the last convolution stands in the full network's 66."""

Kept = dict[str, tuple[Any, tuple[float, ...] | None]]
"""By layer: its output, and how often each of its distinct columns stands in the full image (None: it has no columns)."""


def _normalize(layer: Any, x: Any, weights: tuple[float, ...], *, training: bool) -> Any:
    """Batch normalisation whose statistics count column ``w`` ``weights[w]`` times, as the full image would."""
    ops = keras_module().ops
    if training:
        share = ops.cast(np.asarray(weights)[:, None] / sum(weights), x.dtype)
        mean = ops.sum(ops.mean(x, axis=(0, 1)) * share, axis=0)
        variance = ops.sum(ops.mean(ops.square(x - mean), axis=(0, 1)) * share, axis=0)
        keep = layer.momentum
        layer.moving_mean.assign(layer.moving_mean * keep + mean * (1.0 - keep))
        layer.moving_variance.assign(layer.moving_variance * keep + variance * (1.0 - keep))
    else:
        mean, variance = layer.moving_mean, layer.moving_variance
    return (x - mean) * (layer.gamma * ops.rsqrt(variance + layer.epsilon)) + layer.beta


def audio_on_columns(
    audio: Any, strips: Any, *, training: bool = False, hidden: bool = False, kept: Kept | None = None
) -> Any:
    """Run the audio network on spectrogram columns: the same answer as on the columns stretched to 400 x 400.

    Parameters
    ----------
    audio : keras.Model
        The network of :func:`workbench.models.architectures.build_audio`.
    strips : tensor, shape (n, 400, 1, 3), float32 in [0, 1]
    training : bool
        Whether batch statistics are used (and the moving ones updated).
    hidden : bool
        Return the 16 units before the softmax instead.
    kept : dict, optional
        Filled with the output of every layer on the way.

    Returns
    -------
    tensor, shape (n, 3) or (n, 16)
    """
    kept = {} if kept is None else kept
    x = hidden_from_channels(
        audio, channels_on_columns(audio, strips, training=training, kept=kept), kept=kept
    )
    if hidden:
        return x
    x = audio.get_layer("normalization_16")(x, training=training)
    kept["normalization_16"] = (x, None)
    return audio.get_layer("sentiment")(x)


def channels_on_columns(audio: Any, strips: Any, *, training: bool = False, kept: Kept | None = None) -> Any:
    """Return the channels of the last convolution, normalised, shape (n, 66, 8, 128).

    Column ``w`` of the 8 stands ``CHANNEL_WEIGHTS[w]`` times in the full network's 66. Parameters as
    :func:`audio_on_columns`.
    """
    layer, kept = audio.get_layer, {} if kept is None else kept

    def convolve(x: Any, number: int, weights: tuple[float, ...]) -> Any:
        x = layer(f"convolution_{number}")(x)
        kept[f"convolution_{number}"] = (x, weights)
        x = _normalize(layer(f"normalization_{number}"), x, weights, training=training)
        kept[f"normalization_{number}"] = (x, weights)
        return x

    def pool(x: Any, number: int, columns: tuple[int, ...]) -> Any:
        x = layer(f"pool_{number}")(_take(x, columns))
        kept[f"pool_{number}"] = (x, _POOLED[number - 1])
        return x

    x = pool(convolve(_take(strips, _LAYOUT_1), 1, _WEIGHTS_1), 1, _POOL_1)
    x = convolve(convolve(_take(x, _LAYOUT_2), 2, _WEIGHTS_2[0]), 3, _WEIGHTS_2[1])
    x = pool(x, 2, _POOL_2)
    return convolve(convolve(_take(x, _LAYOUT_3), 4, _WEIGHTS_3[0]), 5, _WEIGHTS_3[1])


def hidden_from_channels(audio: Any, channels: Any, *, kept: Kept | None = None) -> Any:
    """Return the 16 units before the softmax, shape (n, 16), from :func:`channels_on_columns`."""
    kept = {} if kept is None else kept
    x = pooled_channels(audio, channels)
    kept["pool_3"] = (x, _POOLED[2])
    x = audio.get_layer("dense_16")(audio.get_layer("flatten")(_take(x, FULL_WIDTH)))
    kept["dense_16"] = (x, None)
    return x


def pooled_channels(audio: Any, channels: Any) -> Any:
    """Return the distinct columns of the last pooling, shape (n, 33, 5, 128), from :func:`channels_on_columns`."""
    return audio.get_layer("pool_3")(_take(channels, _POOL_3))


def _take(x: Any, columns: tuple[int, ...]) -> Any:
    ops = keras_module().ops
    return ops.take(x, ops.convert_to_tensor(columns, dtype="int32"), axis=2)


def column_network(full: Any) -> Any:
    """Return a trainable model on columns that shares every weight with ``full`` (an audio or audiovisual network).

    Its inputs are ``strips`` for the audio network, ``(faces, strips)`` for the audiovisual one.
    """
    keras = keras_module()
    fused = full.name == "audiovisual"

    class ColumnNetwork(keras.Model):  # type: ignore[name-defined]  # Keras is loaded when asked for
        def __init__(self) -> None:
            super().__init__(name=f"{full.name}_on_columns")
            self.full = full

        def call(self, inputs: Any, training: bool = False) -> Any:
            if not fused:
                return audio_on_columns(self.full, inputs, training=training)
            faces, strips = inputs
            seen = self.full.get_layer("visual")(faces, training=training)
            heard = audio_on_columns(self.full.get_layer("audio"), strips, training=training)
            return self.full.get_layer("fused_sentiment")(self.full.get_layer("both")([seen, heard]))

    return ColumnNetwork()
