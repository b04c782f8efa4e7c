"""The lightweight network for whole utterances: convolutions over a log-mel picture, and attention over time.

Unlike the paper's audio network, which hears 30 ms at a time (2,509,827 parameters), this one hears a whole sentence:

* four 3x3 convolutions with batch normalisation, in steps of two, that make of 64 bands by 20 ms columns a row of
  features every 160 ms (steps instead of pooling: an eighth of the work on a processor);
* attentive statistics pooling (Okabe et al. 2018, "Attentive Statistics Pooling for Deep Speaker Embedding"): a small
  network says how much each moment counts; the weighted mean and spread of the features stand for the utterance;
* where statistics of the utterance are given as well, a second small branch on them.

Silence laid around a short utterance is masked: it counts for nothing.
"""

from __future__ import annotations

from typing import Any

from workbench.features.log_mel import N_BANDS
from workbench.models.backend import keras_module

N_COLUMNS = 128
"""Columns of 20 ms that the network sees: 2.56 s, longer than nearly every spoken part of RAVDESS."""
REDUCED = 8
"""How many columns become one moment."""
WIDTH = 16
_STEPS = ((2, 2), (2, 2), (2, 2), (1, 2))
"""Steps of each convolution over columns and bands."""
MOST_PARAMETERS = 2_600_000
"""What all members of a system may have together: about the paper's audio network (issue 4)."""


def build_speech_network(
    *, n_targets: int, n_statistics: int = 0, width: int = WIDTH, dropout: float = 0.3
) -> Any:
    """Return a new network: picture (n, 128, 64, 1), mask (n, 128) and statistics (n, d) -> (n, n_targets).

    Parameters
    ----------
    n_targets : int
        What is told apart.
    n_statistics : int
        Numbers of the second branch; 0 for none, the network then takes picture and mask only.
    width : int
        Filters of the first block; the later ones have two, three and four times as many.
    dropout : float
    """
    keras = keras_module()
    layers = keras.layers
    picture = keras.Input((N_COLUMNS, N_BANDS, 1), name="picture")
    mask = keras.Input((N_COLUMNS,), name="mask")
    x = picture
    for number, step in enumerate(_STEPS, start=1):
        x = layers.Conv2D(
            number * width, 3, strides=step, padding="same", use_bias=False, name=f"convolution_{number}"
        )(x)
        x = layers.ReLU(name=f"relu_{number}")(layers.BatchNormalization(name=f"normalization_{number}")(x))
        x = layers.SpatialDropout2D(dropout / 3, name=f"dropout_{number}")(x)
    x = layers.Reshape((N_COLUMNS // REDUCED, -1), name="moments")(x)
    x = layers.BatchNormalization(name="normalization_moments")(layers.Dense(96, name="dense_moments")(x))
    x = layers.Dropout(dropout, name="dropout_moments")(layers.ReLU(name="relu_moments")(x))
    inputs, said = [picture, mask], layers.Dropout(dropout, name="dropout_utterance")(_pooled(x, mask))
    if n_statistics:
        statistics = keras.Input((n_statistics,), name="statistics")
        inputs.append(statistics)
        said = layers.Concatenate(name="both")([said, _statistics_branch(statistics)])
    answer = layers.Dense(n_targets, activation="softmax", name="target")(said)
    return keras.Model(inputs, answer, name="speech")


def _pooled(x: Any, mask: Any) -> Any:
    """Return mean and spread of the moments, weighted by attention; moments without speech weigh nothing."""
    keras = keras_module()
    layers, ops = keras.layers, keras.ops
    there = ops.max(ops.reshape(mask, (-1, N_COLUMNS // REDUCED, REDUCED)), axis=2)[..., None]
    score = layers.Dense(1, name="attention_score")(
        layers.Dense(32, activation="tanh", name="attention_hidden")(x)
    )
    weight = ops.softmax(score - 1e4 * (1.0 - there), axis=1)
    mean = ops.sum(weight * x, axis=1)
    spread = ops.sqrt(ops.maximum(ops.sum(weight * ops.square(x), axis=1) - ops.square(mean), 1e-5))
    return layers.Concatenate(name="utterance")([mean, spread])


def _statistics_branch(statistics: Any) -> Any:
    layers, regularizers = keras_module().layers, keras_module().regularizers
    x = layers.Dropout(0.3, name="dropout_statistics")(
        layers.GaussianNoise(0.2, name="noise_statistics")(statistics)
    )
    x = layers.Dense(
        64, activation="relu", kernel_regularizer=regularizers.L2(1e-3), name="dense_statistics"
    )(x)
    return layers.Dropout(0.4, name="dropout_branch")(x)
