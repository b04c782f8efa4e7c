import numpy as np
import pytest

from workbench.errors import InvalidInputError
from workbench.models.architectures import build_audio, build_visual
from workbench.models.backend import keras_module, seed_everything, tensorflow_module
from workbench.models.saliency import saliency


@pytest.fixture(scope="module")
def network():
    """A visual network that has learnt where the light is: a bright patch top left, right below, or none."""
    seed_everything(0)
    keras = keras_module()
    rng = np.random.default_rng(0)
    faces = rng.uniform(0.3, 0.5, (96, 96, 96, 3)).astype(np.float32)
    truth = np.arange(96) % 3
    faces[truth == 0, 12:30, 12:30] += 0.5
    faces[truth == 2, 66:84, 66:84] += 0.5
    visual = build_visual()
    for layer in visual.layers:
        if "normalization" in layer.name:
            layer.momentum = 0.8  # few steps: let the moving statistics catch up
    visual.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
    visual.fit(faces, truth, epochs=12, batch_size=16, verbose=0)
    return visual, faces, truth


@pytest.mark.slow
@pytest.mark.parametrize("method", ["gradient", "smooth_gradient", "grad_cam"])
def test_saliency_lights_up_what_the_class_hangs_on(network, method):
    visual, faces, truth = network
    maps = saliency(visual, faces[truth == 0][:4], class_number=0, method=method)
    assert maps.shape == (4, 96, 96)
    assert maps.min() >= 0
    assert maps.max() <= 1
    where = maps.mean(axis=0)
    margin = {"gradient": 1.3, "smooth_gradient": 1.3, "grad_cam": 2.0}[method]  # plain gradients are noisy
    assert where[6:36, 6:36].mean() > margin * where[6:36, 60:90].mean()  # a corner that never tells anything


def test_wrong_requests_are_named():
    visual = build_visual()
    face = np.zeros((1, 96, 96, 3), np.float32)
    with pytest.raises(InvalidInputError, match="gradient, smooth_gradient, grad_cam.*'lime'"):
        saliency(visual, face, class_number=0, method="lime")
    with pytest.raises(InvalidInputError, match="0 to 2. Received 3"):
        saliency(visual, face, class_number=3)
    with pytest.raises(InvalidInputError, match=r"96, 96, 3.*\(1, 28, 28, 3\)"):
        saliency(visual, face[:, :28, :28], class_number=0)


@pytest.mark.parametrize("method", ["gradient", "smooth_gradient"])
def test_an_answer_that_is_all_but_certain_still_has_a_slope(method):
    visual = build_visual()
    kernel, bias = visual.layers[-1].get_weights()
    visual.layers[-1].set_weights(
        [kernel, bias + np.array([200, 0, 0])]
    )  # softmax is 1, 0, 0 to the last digit
    face = np.random.default_rng(0).uniform(0, 1, (1, 96, 96, 3)).astype(np.float32)
    assert (np.asarray(visual(face))[0] == [1, 0, 0]).all()
    assert saliency(visual, face, class_number=0, method=method).max() == 1


def test_the_noise_of_a_smoothed_map_is_the_same_each_time():
    visual = build_visual()
    face = np.random.default_rng(0).uniform(0, 1, (1, 96, 96, 3)).astype(np.float32)
    maps = [saliency(visual, face, class_number=1, method="smooth_gradient") for _ in range(2)]
    np.testing.assert_allclose(*maps, rtol=1e-4, atol=1e-6)


def test_the_gradient_of_a_column_is_that_of_its_picture_summed_along_time():
    seed_everything(0)
    audio, tf = build_audio(), tensorflow_module()
    strip = np.random.default_rng(0).uniform(0, 1, (1, 400, 1, 3)).astype(np.float32)
    inputs = tf.convert_to_tensor(np.repeat(strip, 400, axis=2))
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        chances = audio(inputs, training=False)
        score = tf.math.log(chances[:, 2]) - tf.math.log(chances[:, 0] + chances[:, 1])
    expected = np.abs(np.asarray(tape.gradient(score, inputs)).sum(axis=2)).max(axis=-1)
    column = saliency(audio, strip, class_number=2)
    np.testing.assert_allclose(column[..., 0], expected / expected.max(), atol=1e-3)


def test_a_column_has_no_grad_cam():
    with pytest.raises(InvalidInputError, match=r"400, 400, 3.*\(1, 400, 1, 3\)"):
        saliency(build_audio(), np.zeros((1, 400, 1, 3), np.float32), class_number=0, method="grad_cam")
