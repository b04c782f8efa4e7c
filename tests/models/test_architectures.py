"""The four networks, layer by layer, as published (Yakaew 2021, tables 1 to 4)."""

import pytest

from workbench.errors import InvalidInputError
from workbench.models.architectures import build, layer_table, parameter_counts

TABLE_1 = [1_520, 25_050, 1_225_500, 501]
TABLE_2 = [448, 64, 4_640, 128, 9_248, 128, 18_496, 256, 36_928, 256, 65_552, 64, 51]
TABLE_3 = [896, 128, 18_496, 256, 36_928, 256, 73_856, 512, 147_584, 512, 2_230_288, 64, 51]


@pytest.fixture(scope="module")
def layers():
    return layer_table()


@pytest.mark.parametrize(
    ("network", "expected"),
    [("mouth", TABLE_1), ("visual", TABLE_2), ("audio", TABLE_3), ("audiovisual", [136_259, 2_509_827, 21])],
)
def test_every_layer_has_the_published_number_of_parameters(layers, network, expected):
    assert [row["parameters"] for row in layers[network] if row["parameters"]] == expected


def test_the_totals_are_the_published_ones():
    assert parameter_counts() == {
        "mouth": 1_252_571,
        "visual": 136_259,
        "audio": 2_509_827,
        "audiovisual": 2_646_107,
        "total": 4_034_937,
    }


@pytest.mark.parametrize(
    ("network", "outputs"),
    [
        ("mouth", [[28, 28, 20], [14, 14, 20], [14, 14, 50], [7, 7, 50], [500], [1]]),
        (
            "visual",
            [[96, 96, 16], [32, 32, 16], [32, 32, 32], [16, 16, 32], [16, 16, 64], [8, 8, 64], [16], [3]],
        ),
        (
            "audio",
            [
                [400, 400, 32],
                [133, 133, 32],
                [133, 133, 64],
                [66, 66, 64],
                [66, 66, 128],
                [33, 33, 128],
                [16],
                [3],
            ],
        ),
    ],
)
def test_the_pictures_shrink_as_published(layers, network, outputs):
    seen = [row["output"][1:] for row in layers[network]]
    assert [o for o in outputs if o not in seen] == []


def test_only_the_visual_and_mouth_networks_drop_out(layers):
    assert not any("dropout" in row["layer"] for row in layers["audio"])
    assert sum("dropout" in row["layer"] for row in layers["visual"]) == 3
    assert sum("dropout" in row["layer"] for row in layers["mouth"]) == 2


def test_an_unknown_network_is_named():
    with pytest.raises(InvalidInputError, match="'lips'"):
        build("lips")
