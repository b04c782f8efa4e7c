import numpy as np
import pytest

from workbench.errors import InvalidInputError
from workbench.models.architectures import build_audio, build_mouth
from workbench.models.embedding import hidden_units


def test_the_map_shows_the_16_units_of_the_network(rng):
    columns = rng.normal(-70, 10, (3, 701)).astype(np.float16)
    assert hidden_units(build_audio(), {"columns": columns}).shape == (3, 16)
    assert hidden_units(build_audio(), {"columns": columns[:0]}).shape == (0, 16)


def test_the_wrong_network_is_named():
    with pytest.raises(InvalidInputError, match="mouth network"):
        hidden_units(build_mouth(), {"mouths": np.zeros((1, 28, 28, 3), np.uint8)})
