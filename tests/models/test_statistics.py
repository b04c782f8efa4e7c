import numpy as np
import pytest

from workbench.models.architectures import build_audiovisual, build_mouth, build_visual
from workbench.models.columns import column_network
from workbench.models.statistics import measure_statistics, normalizations


def test_a_network_answers_as_in_training_once_its_statistics_are_measured(rng):
    visual = build_visual()
    visual.get_layer("convolution_1").kernel.assign(
        visual.get_layer("convolution_1").kernel * 9
    )  # far from rest
    faces = rng.random((32, 96, 96, 3), dtype=np.float32)
    before = visual.get_weights()
    measure_statistics(visual, [faces[:16], faces[16:]])
    layer = visual.get_layer("normalization_1")
    seen = np.asarray(visual.get_layer("convolution_1")(faces))
    np.testing.assert_allclose(layer.moving_mean, seen.mean(axis=(0, 1, 2)), rtol=1e-4)
    assert layer.momentum == pytest.approx(0.99)
    moved = [
        (a != b).any()
        for a, b, v in zip(before, visual.get_weights(), visual.weights, strict=True)
        if "moving" not in v.path
    ]
    assert not any(moved)


def test_nested_networks_are_measured_too_and_those_without_are_left_alone():
    assert len(list(normalizations(build_audiovisual()))) == 12
    assert len(list(normalizations(column_network(build_audiovisual())))) == 12
    assert list(normalizations(build_mouth())) == []
    measure_statistics(build_mouth(), [])
