"""Which pixels of a picture a network's answer hangs on.

Gradient saliency after Simonyan et al. 2014 (arXiv 1312.6034), its smoothed form after Smilkov et al. 2017 (arXiv
1706.03825) and Grad-CAM after Selvaraju et al. 2017 (arXiv 1610.02391), computed on the network in its full,
published form.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np

from workbench.errors import InvalidInputError
from workbench.models.backend import keras_module, tensorflow_module
from workbench.models.columns import STRIP_SHAPE, audio_on_columns

Method = Literal["gradient", "smooth_gradient", "grad_cam"]
LAST_CONVOLUTION = "normalization_5"
"""The layer whose channels Grad-CAM weighs: the last convolution, normalised, before its pooling."""
N_NOISY, NOISE = 10, 0.1
"""The smoothed gradient is the mean over so many copies of the picture with noise of this standard deviation."""


def saliency(
    full: Any, pictures: np.ndarray, *, class_number: int, method: Method = "gradient"
) -> np.ndarray:
    """Say how much each pixel matters for one class.

    Parameters
    ----------
    full : keras.Model
        A visual or audio network.
    pictures : np.ndarray, shape (n, height, width, 3), float32 in [0, 1]
        As the network takes them. For the gradients of the audio network also its columns, shape (n, 400, 1, 3): how
        much each frequency matters all along the picture, at a fraction of the work.
    class_number : int
        Which of negative (0), neutral (1), positive (2).
    method : {"gradient", "smooth_gradient", "grad_cam"}
        Plain gradients are sharp and noisy, smoothed ones calmer, Grad-CAM is coarse.

    Returns
    -------
    np.ndarray, shape (n, height, width), float32 in [0, 1]
        Each picture's largest value is 1; all zero where nothing speaks for the class (Grad-CAM).

    Raises
    ------
    InvalidInputError
        The method is none of these, or the class or the pictures' shape is wrong.
    """
    if method not in get_args(Method):
        raise InvalidInputError(
            f"The method must be one of {', '.join(get_args(Method))}. Received {method!r}."
        )
    if not 0 <= class_number < full.output_shape[-1]:
        raise InvalidInputError(
            f"class_number must be 0 to {full.output_shape[-1] - 1}. Received {class_number}."
        )
    as_column = full.name == "audio" and method != "grad_cam" and pictures.shape[1:] == STRIP_SHAPE
    if not as_column and tuple(pictures.shape[1:]) != tuple(full.input_shape[1:]):
        raise InvalidInputError(
            f"Pictures for the {full.name} network must have the shape (n, {', '.join(map(str, full.input_shape[1:]))}). "
            f"Received {pictures.shape}."
        )
    maps = _METHODS[method](full, pictures, class_number)
    peak = maps.max(axis=(1, 2), keepdims=True)
    return np.divide(maps, peak, out=np.zeros_like(maps), where=peak > 0)


def _score(tf: Any, full: Any, units: Any, class_number: int) -> Any:
    """Return how far a class is ahead of the others before softmax: a sure softmax has no slope left."""
    answer = full.layers[-1]
    scores = tf.linalg.matmul(units, tf.convert_to_tensor(answer.kernel)) + tf.convert_to_tensor(answer.bias)
    others = tf.concat([scores[:, :class_number], scores[:, class_number + 1 :]], axis=-1)
    return scores[:, class_number] - tf.reduce_logsumexp(others, axis=-1)


def _gradient(full: Any, pictures: np.ndarray, class_number: int) -> np.ndarray:
    tf, keras = tensorflow_module(), keras_module()
    inputs = tf.convert_to_tensor(pictures, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        if pictures.shape[1:] == STRIP_SHAPE:
            hidden = audio_on_columns(full, inputs, hidden=True)
            units = full.get_layer("normalization_16")(hidden, training=False)
        else:
            units = keras.Model(full.inputs, full.layers[-1].input)(inputs, training=False)
        score = _score(tf, full, units, class_number)
    return np.abs(np.asarray(tape.gradient(score, inputs))).max(axis=-1)


def _smooth_gradient(full: Any, pictures: np.ndarray, class_number: int) -> np.ndarray:
    rng = np.random.default_rng(0)  # the same picture gives the same map
    total = np.zeros(pictures.shape[:3], np.float32)
    for _ in range(N_NOISY):
        noise = rng.normal(0, NOISE, pictures.shape).astype(np.float32)
        total += _gradient(full, np.clip(pictures + noise, 0, 1), class_number)
    return total / N_NOISY


def _grad_cam(full: Any, pictures: np.ndarray, class_number: int) -> np.ndarray:
    tf, keras = tensorflow_module(), keras_module()
    parted = keras.Model(full.inputs, [full.get_layer(LAST_CONVOLUTION).output, full.layers[-1].input])
    with tf.GradientTape() as tape:
        channels, units = parted([tf.convert_to_tensor(pictures, tf.float32)], training=False)
        score = _score(tf, full, units, class_number)
    weights = tf.reduce_mean(tape.gradient(score, channels), axis=(1, 2), keepdims=True)
    coarse = tf.nn.relu(tf.reduce_sum(weights * channels, axis=-1, keepdims=True))
    return np.asarray(tf.image.resize(coarse, pictures.shape[1:3], method="bilinear"))[..., 0]


_METHODS = {"gradient": _gradient, "smooth_gradient": _smooth_gradient, "grad_cam": _grad_cam}
