import numpy as np
import pytest

from workbench.errors import InvalidInputError
from workbench.models.architectures import build_audio, build_mouth
from workbench.models.embedding import hidden_units, tsne_map


def test_groups_that_are_apart_stay_apart_and_the_map_is_the_same_for_the_same_seed(rng):
    units = np.concatenate([rng.normal(0, 0.1, (40, 16)), rng.normal(3, 0.1, (40, 16))])
    points = tsne_map(units, seed=1)
    assert points.shape == (80, 2)
    np.testing.assert_allclose(points, tsne_map(units, seed=1))
    centres = points[:40].mean(axis=0), points[40:].mean(axis=0)
    spread = max(points[:40].std(), points[40:].std())
    assert np.linalg.norm(centres[0] - centres[1]) > 2 * spread


def test_the_map_shows_the_16_units_of_the_network(rng):
    columns = rng.normal(-70, 10, (3, 701)).astype(np.float16)
    assert hidden_units(build_audio(), {"columns": columns}).shape == (3, 16)


def test_too_few_points_and_the_wrong_network_are_named():
    with pytest.raises(InvalidInputError, match="at least 10.*Received 3"):
        tsne_map(np.zeros((3, 16)))
    with pytest.raises(InvalidInputError, match="mouth network"):
        hidden_units(build_mouth(), {"mouths": np.zeros((1, 28, 28, 3), np.uint8)})
