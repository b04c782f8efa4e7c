import numpy as np
import pytest

from workbench.errors import InvalidInputError
from workbench.features.spectrogram import column_strips
from workbench.models.architectures import build_audio, build_audiovisual, build_mouth, build_visual
from workbench.models.backend import keras_module
from workbench.models.inputs import network_inputs
from workbench.models.layers import activations, layers_of


@pytest.fixture(scope="module")
def audio():
    """The audio network with edges that differ from the middle, as after a training."""
    network, rng = build_audio(), np.random.default_rng(5)
    for layer in network.layers:
        if layer.name.startswith(("convolution", "normalization")):
            layer.set_weights([w + rng.uniform(0.01, 0.05, w.shape) for w in layer.get_weights()])
    return network


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(3)
    return {
        "faces": rng.integers(0, 256, (3, 96, 96, 3)).astype(np.uint8),
        "mouths": rng.integers(0, 256, (3, 28, 28, 3)).astype(np.uint8),
        "columns": rng.normal(-70, 10, (3, 701)).astype(np.float16),
    }


def cell_means(pictures, n_rows, n_columns):
    rows = np.array_split(
        pictures, np.linspace(0, pictures.shape[1], n_rows + 1).round().astype(int)[1:-1], axis=1
    )
    cells = [
        cell.mean(axis=(1, 2))
        for row in rows
        for cell in np.array_split(
            row, np.linspace(0, pictures.shape[2], n_columns + 1).round().astype(int)[1:-1], axis=2
        )
    ]
    return np.concatenate(cells, axis=1)


def test_every_layer_is_listed_in_order_with_its_shape():
    layers = layers_of(build_visual())
    assert (layers[0].name, layers[0].shape) == ("face", (96, 96, 3))
    assert [one.name for one in layers[-3:]] == ["dense_16", "normalization_16", "sentiment"]
    fused = {one.name: one.shape for one in layers_of(build_audiovisual())}
    assert fused["visual/dense_16"] == fused["audio/dense_16"] == (16,)
    assert fused["both"] == (6,) and fused["fused_sentiment"] == (3,)
    assert "visual/face" not in fused and "face" in fused


def test_a_small_layer_is_taken_whole_and_a_large_one_by_the_means_of_its_cells(drawn):
    full = build_visual()
    inputs, keras = network_inputs({"faces": drawn["faces"]}), keras_module()
    for name in ("pool_3", "convolution_2", "flatten", "dense_16"):
        expected = np.asarray(keras.Model(full.inputs, full.get_layer(name).output)(inputs, training=False))
        if expected.ndim == 4:
            whole = expected[0].size <= 4096
            expected = expected.reshape(3, -1) if whole else cell_means(expected, 4, 4)
        told = activations(full, {"faces": drawn["faces"]}, name)
        np.testing.assert_allclose(told, expected, rtol=1e-4, atol=1e-5)


def test_the_audio_networks_layers_are_those_of_the_full_image(audio, drawn):
    """The means computed on the few distinct columns are those of the published network on 400 x 400."""
    keras = keras_module()
    names = [one.name for one in layers_of(audio) if one.name != "flatten"]
    image = np.repeat(column_strips(drawn["columns"][:1]), 400, axis=2)
    outputs = keras.Model(audio.inputs, [audio.get_layer(name).output for name in names])(
        image, training=False
    )
    for name, expected in zip(names, outputs, strict=True):
        expected = np.asarray(expected)
        expected = cell_means(expected, 16, 1) if expected.ndim == 4 else expected
        told = activations(audio, {"columns": drawn["columns"][:1]}, name)
        np.testing.assert_allclose(told, expected, rtol=2e-3, atol=2e-4, err_msg=name)


@pytest.mark.parametrize(
    ("layer", "n_values"),
    [("face", 48), ("spectrogram", 48), ("visual/dense_16", 16), ("audio/pool_3", 2048), ("both", 6), ("fused_sentiment", 3)],
)  # fmt: skip
def test_the_fused_networks_branches_can_be_looked_at(fused, drawn, layer, n_values):
    arrays = {name: drawn[name] for name in ("faces", "columns")}
    assert activations(fused, arrays, layer).shape == (3, n_values)


@pytest.fixture(scope="module")
def fused():
    return build_audiovisual()


def test_a_branch_says_the_same_within_the_fused_network_and_alone(fused, drawn):
    arrays = {name: drawn[name] for name in ("faces", "columns")}
    for branch, name in (("visual", "faces"), ("audio", "columns")):
        alone = activations(fused.get_layer(branch), {name: drawn[name]}, "dense_16")
        np.testing.assert_allclose(
            activations(fused, arrays, f"{branch}/dense_16"), alone, rtol=1e-4, atol=1e-5
        )


def test_batches_make_no_difference_and_progress_is_told(drawn):
    full, told = build_mouth(), []
    mouths = np.tile(drawn["mouths"], (30, 1, 1, 1))
    rows = activations(
        full, {"mouths": mouths}, "dense_500", progress=lambda done, total, what: told.append((done, total))
    )
    assert rows.shape == (90, 500) and told == [(64, 90), (90, 90)]
    np.testing.assert_allclose(rows[87:], rows[:3], rtol=1e-4, atol=1e-5)


def test_an_unknown_layer_is_refused_with_the_list_of_those_there_are():
    with pytest.raises(
        InvalidInputError, match="'dense_17'; there are: mouth, convolution_1, .*dense_500, open"
    ):
        activations(build_mouth(), {"mouths": np.zeros((1, 28, 28, 3), np.uint8)}, "dense_17")
    with pytest.raises(InvalidInputError, match="one moment or more"):
        activations(build_mouth(), {"mouths": np.zeros((0, 28, 28, 3), np.uint8)}, "dense_500")
