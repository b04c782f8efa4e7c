"""Which pixels of a picture a network's answer hangs on.

Gradient saliency after Simonyan et al. 2014 (arXiv 1312.6034) and Grad-CAM after Selvaraju et al. 2017
(arXiv 1610.02391), computed on the network in its full, published form.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np

from workbench.errors import InvalidInputError
from workbench.models.backend import keras_module, tensorflow_module

Method = Literal["gradient", "grad_cam"]
LAST_CONVOLUTION = "normalization_5"
"""The layer whose channels Grad-CAM weighs: the last convolution, normalised, before its pooling."""


def saliency(
    full: Any, pictures: np.ndarray, *, class_number: int, method: Method = "gradient"
) -> np.ndarray:
    """Say how much each pixel matters for one class.

    Parameters
    ----------
    full : keras.Model
        A visual or audio network.
    pictures : np.ndarray, shape (n, height, width, 3), float32 in [0, 1]
        As the network takes them.
    class_number : int
        Which of negative (0), neutral (1), positive (2).
    method : {"gradient", "grad_cam"}

    Returns
    -------
    np.ndarray, shape (n, height, width), float32 in [0, 1]
        Each picture's largest value is 1; all zero where nothing speaks for the class (Grad-CAM).

    Raises
    ------
    InvalidInputError
        The method is none of the two, or the class or the pictures' shape is wrong.
    """
    if method not in get_args(Method):
        raise InvalidInputError(
            f"The method must be one of {', '.join(get_args(Method))}. Received {method!r}."
        )
    if not 0 <= class_number < full.output_shape[-1]:
        raise InvalidInputError(
            f"class_number must be 0 to {full.output_shape[-1] - 1}. Received {class_number}."
        )
    if tuple(pictures.shape[1:]) != tuple(full.input_shape[1:]):
        raise InvalidInputError(
            f"Pictures for the {full.name} network must have the shape (n, {', '.join(map(str, full.input_shape[1:]))}). "
            f"Received {pictures.shape}."
        )
    maps = (
        _gradient(full, pictures, class_number)
        if method == "gradient"
        else _grad_cam(full, pictures, class_number)
    )
    peak = maps.max(axis=(1, 2), keepdims=True)
    return np.divide(maps, peak, out=np.zeros_like(maps), where=peak > 0)


def _logit_of(tf: Any, probabilities: Any, class_number: int) -> Any:
    """Return the score before softmax, up to what all classes share: a sure softmax has no slope left."""
    others = tf.reduce_sum(probabilities, axis=-1) - probabilities[:, class_number]
    return tf.math.log(probabilities[:, class_number] + 1e-12) - tf.math.log(others + 1e-12)


def _gradient(full: Any, pictures: np.ndarray, class_number: int) -> np.ndarray:
    tf = tensorflow_module()
    inputs = tf.convert_to_tensor(pictures, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        score = _logit_of(tf, full(inputs, training=False), class_number)
    return np.abs(np.asarray(tape.gradient(score, inputs))).max(axis=-1)


def _grad_cam(full: Any, pictures: np.ndarray, class_number: int) -> np.ndarray:
    tf, keras = tensorflow_module(), keras_module()
    parted = keras.Model(full.inputs, [full.get_layer(LAST_CONVOLUTION).output, full.output])
    with tf.GradientTape() as tape:
        channels, probabilities = parted([tf.convert_to_tensor(pictures, tf.float32)], training=False)
        score = _logit_of(tf, probabilities, class_number)
    weights = tf.reduce_mean(tape.gradient(score, channels), axis=(1, 2), keepdims=True)
    coarse = tf.nn.relu(tf.reduce_sum(weights * channels, axis=-1, keepdims=True))
    return np.asarray(tf.image.resize(coarse, pictures.shape[1:3], method="bilinear"))[..., 0]
