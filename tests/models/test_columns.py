"""The short way through the audio network is the same function with the same gradients, not an approximation."""

import numpy as np
import pytest

from workbench.models.architectures import build_audio, build_audiovisual
from workbench.models.backend import keras_module, seed_everything, tensorflow_module
from workbench.models.columns import audio_on_columns, column_network


@pytest.fixture(scope="module")
def audio():
    seed_everything(1)
    network = build_audio()
    rng = np.random.default_rng(2)
    network.set_weights(
        [
            w + rng.uniform(0.0, 0.2, w.shape).astype(w.dtype) if w.ndim == 1 else w
            for w in network.get_weights()
        ]
    )
    return network


@pytest.fixture(scope="module")
def strips():
    return np.random.default_rng(3).random((2, 400, 1, 3), dtype=np.float32)


def full(strips):
    return np.repeat(strips, 400, axis=2)


def test_columns_give_the_full_networks_answer(audio, strips):
    np.testing.assert_allclose(
        np.asarray(audio_on_columns(audio, strips)),
        np.asarray(audio(full(strips), training=False)),
        atol=1e-6,
    )


@pytest.mark.slow
def test_a_training_step_on_columns_has_the_full_networks_gradients_and_statistics():
    tf, keras = tensorflow_module(), keras_module()
    rng = np.random.default_rng(5)
    truth = np.eye(3)[[0, 2, 1, 1]]
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float64")  # in float32 both ways differ by rounding alone, some 0.5%
    try:
        seed_everything(6)
        audio = build_audio()
        strips = tf.constant(
            rng.random((4, 400, 1, 3), dtype=np.float32).astype(float)
        )  # Keras rounds inputs to float32
        start = audio.get_weights()

        def step(forward):
            audio.set_weights(start)
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(keras.losses.categorical_crossentropy(truth, forward()))
            gradients = tape.gradient(loss, [v.value for v in audio.trainable_variables])
            return [np.asarray(g) for g in gradients], audio.get_weights()

        short, short_weights = step(lambda: audio_on_columns(audio, strips, training=True))
        long, long_weights = step(lambda: audio(tf.repeat(strips, 400, axis=2), training=True))
    finally:
        keras.config.set_dtype_policy(before)
    for ours, theirs in zip(short, long, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-9 * np.abs(theirs).max() + 1e-12)
    for ours, theirs in zip(short_weights, long_weights, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


def test_the_fused_network_on_columns_gives_the_full_networks_answer(strips):
    network = build_audiovisual()
    faces = np.random.default_rng(4).random((2, 96, 96, 3), dtype=np.float32)
    np.testing.assert_allclose(
        np.asarray(column_network(network)((faces, strips))),
        np.asarray(network([faces, full(strips)])),
        atol=1e-6,
    )


def test_an_image_that_changes_along_time_is_not_the_columns_business(audio, strips):
    changing = full(strips) * np.linspace(0, 1, 400, dtype=np.float32)[None, None, :, None]
    assert np.abs(np.asarray(audio(changing)) - np.asarray(audio_on_columns(audio, strips))).max() > 1e-4
