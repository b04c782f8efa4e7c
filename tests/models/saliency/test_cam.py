"""Grad-CAM and Score-CAM against networks small enough to be worked out by hand."""

import numpy as np
import pytest

from workbench.models.architectures import build_audio
from workbench.models.backend import keras_module, seed_everything, tensorflow_module
from workbench.models.saliency import attribute
from workbench.models.saliency.cut import Cut


def two_channels(*, read):
    """A 2 x 2 picture, two channels (red; green), all eight values read by one sigmoid unit with weights ``read``."""
    keras = keras_module()
    image = keras.Input((2, 2, 3), name="picture")
    x = keras.layers.Conv2D(2, 1, activation="relu", name="convolution")(image)
    answer = keras.layers.Dense(1, activation="sigmoid", name="answer")(
        keras.layers.Flatten(name="flatten")(x)
    )
    full = keras.Model(image, answer, name="two_channels")
    kernel = np.zeros((1, 1, 3, 2), np.float32)
    kernel[0, 0, 0, 0] = kernel[0, 0, 1, 1] = 1
    full.get_layer("convolution").set_weights([kernel, np.zeros(2)])
    full.get_layer("answer").set_weights([np.reshape(read, (8, 1)), np.zeros(1)])
    return full


PICTURE = np.zeros((1, 2, 2, 3), np.float32)
PICTURE[0, :, :, 0] = [[0.2, 0.8], [0.4, 0.0]]
PICTURE[0, :, :, 1] = [[0.6, 0.1], [0.0, 0.5]]


def test_grad_cam_is_what_pencil_and_paper_give():
    # The score is linear: d score / d red = 4, 0, 0, 0 (mean 1); d score / d green = -1, -1, 0, 0 (mean -0.5).
    read = [[4, -1], [0, -1], [0, 0], [0, 0]]  # per place in order: (red, green)
    full = two_channels(read=read)
    found = attribute(full, {"picture": PICTURE}, 1, "grad_cam").maps["picture"][0]
    # relu(1 * red - 0.5 * green) = [[0.2 - 0.3, 0.8 - 0.05], [0.4 - 0, 0 - 0.25]]
    np.testing.assert_allclose(found, [[0, 0.75], [0.4, 0]], atol=1e-6)
    against = attribute(full, {"picture": PICTURE}, 0, "grad_cam").maps["picture"][0]
    np.testing.assert_allclose(against, [[0.1, 0], [0, 0.25]], atol=1e-6)  # the other class: all signs turned


def test_score_cam_is_what_pencil_and_paper_give():
    full = two_channels(read=[[2, 1], [2, 1], [2, 1], [2, 1]])
    # score = 2 * sum(red) + sum(green); grey everywhere gives 2 * 2 + 2 = 6.
    # Channel red as a mask, 0 to 1: [[.25, 1], [.5, 0]]: shown = mask * picture + (1 - mask) * 0.5
    #   red [[.425, .8], [.45, .5]] = 2.175, green [[.525, .1], [.25, .5]] = 1.375: score 5.725, gain -0.275
    # Channel green as a mask: [[1, 1/6], [0, 5/6]]:
    #   red [[.2, .55], [.5, .5/6]] = 1.33333, green [[.6, 2.6/6], [.5, .5]] = 2.03333: score 4.7, gain -1.3
    red, green = np.exp([-0.275, -1.3]) / np.exp([-0.275, -1.3]).sum()
    found = attribute(full, {"picture": PICTURE}, 1, "score_cam").maps["picture"][0]
    np.testing.assert_allclose(found, red * PICTURE[0, :, :, 0] + green * PICTURE[0, :, :, 1], atol=1e-5)


@pytest.mark.slow
def test_grad_cam_on_columns_is_that_of_the_full_picture():
    seed_everything(0)
    audio, tf = build_audio(), tensorflow_module()
    strip = np.random.default_rng(0).uniform(0, 1, (1, 400, 1, 3)).astype(np.float32)
    parted = keras_module().Model(
        audio.inputs, [audio.get_layer("normalization_5").output, audio.layers[-1].input]
    )
    with tf.GradientTape() as tape:
        channels, units = parted([tf.convert_to_tensor(np.repeat(strip, 400, axis=2))], training=False)
        scores = tf.linalg.matmul(units, tf.convert_to_tensor(audio.layers[-1].kernel))
        score = scores[:, 2] - tf.reduce_logsumexp(scores[:, :2], axis=-1)
    weights = tf.reduce_mean(tape.gradient(score, channels), axis=(1, 2), keepdims=True)
    coarse = tf.nn.relu(tf.reduce_sum(weights * channels, axis=-1))
    expected = np.asarray(tf.image.resize(tf.reduce_mean(coarse, axis=2)[:, :, None, None], (400, 1)))[
        0, :, 0, 0
    ]
    found = attribute(audio, {"columns": strip}, 2, "grad_cam").maps["columns"][0, :, 0]
    np.testing.assert_allclose(found, expected, rtol=2e-3, atol=2e-3 * expected.max())


@pytest.mark.slow
def test_the_gradient_of_a_column_is_that_of_its_picture_summed_along_time():
    seed_everything(0)
    audio, tf = build_audio(), tensorflow_module()
    strip = np.random.default_rng(0).uniform(0, 1, (1, 400, 1, 3)).astype(np.float32)
    inputs = tf.convert_to_tensor(np.repeat(strip, 400, axis=2))
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        chances = audio(inputs, training=False)
        score = tf.math.log(chances[:, 2]) - tf.math.log(chances[:, 0] + chances[:, 1])
    expected = np.asarray(tape.gradient(score, inputs)).sum(axis=2)[:, :, None]
    found = Cut(audio).slopes({"columns": strip}, np.array([2]))["columns"]
    np.testing.assert_allclose(found, expected, atol=1e-3 * np.abs(expected).max())
