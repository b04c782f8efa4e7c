import numpy as np
import pytest

from workbench.errors import InvalidInputError
from workbench.features.follower import FaceFollower
from workbench.features.landmarks import shared_predictor
from workbench.features.mouth import crop_mouth, mouth_opening
from workbench.media.video import Frame


def lips(gap, *, width=40.0, centre=(100.0, 100.0)):
    """68 points whose inner lips stand ``gap`` apart."""
    points = np.zeros((68, 2), np.float32)
    angles = np.linspace(np.pi, 3 * np.pi, 12, endpoint=False)
    points[48:60] = np.stack([np.cos(angles) * width / 2, np.sin(angles) * (gap / 2 + 6)], axis=1)
    across = np.linspace(-width / 2 + 4, width / 2 - 4, 5)
    points[60:65] = np.stack([across, [0, -gap / 2, -gap / 2, -gap / 2, 0]], axis=1)
    points[65:68] = np.stack([across[3:0:-1], [gap / 2] * 3], axis=1)
    return points + np.array(centre, np.float32)


def test_touching_lips_read_zero_and_a_wider_gap_reads_more():
    assert mouth_opening(lips(0)) == pytest.approx(0, abs=1e-6)
    assert mouth_opening(lips(8)) == pytest.approx(8 / 32) and mouth_opening(lips(16)) == pytest.approx(
        16 / 32
    )


def test_the_opening_is_free_of_size_place_and_roll():
    turn = np.array([[np.cos(0.5), -np.sin(0.5)], [np.sin(0.5), np.cos(0.5)]])
    assert mouth_opening(lips(8) @ turn.T * 3 + 50) == pytest.approx(mouth_opening(lips(8)), rel=1e-5)


def test_many_faces_are_measured_at_once():
    assert mouth_opening(np.stack([lips(0), lips(8)])).shape == (2,)


def test_the_mouth_points_alone_are_refused():
    with pytest.raises(InvalidInputError, match=r"\(68, 2\)"):
        mouth_opening(np.zeros((20, 2)))


def test_the_crop_is_centred_on_the_mouth_and_keeps_its_proportion():
    image = np.zeros((200, 200, 3), np.uint8)
    image[90:110, 80:120] = 255  # a mouth of 40 x 20
    bright = crop_mouth(image, lips(8))[..., 0] > 127
    assert bright.shape == (28, 28)
    assert bright.any(axis=0).sum() == pytest.approx(28 / 1.3, abs=1.5)
    assert bright.any(axis=0).sum() == pytest.approx(2 * bright.any(axis=1).sum(), abs=2)
    assert np.argwhere(bright).mean(axis=0) == pytest.approx([13.5, 13.5], abs=1)


def test_a_wide_open_mouth_is_not_cut_off():
    image = np.zeros((200, 200, 3), np.uint8)
    points = lips(60)
    low, high = points[48:].min(axis=0).astype(int), points[48:].max(axis=0).astype(int)
    image[low[1] : high[1], low[0] : high[0]] = 255
    bright = crop_mouth(image, points)[..., 0] > 127
    assert not bright[0].any() and not bright[-1].any()


def test_points_all_in_one_place_still_give_a_crop():
    assert crop_mouth(np.zeros((20, 20, 3), np.uint8), np.full((68, 2), 5, np.float32)).shape == (28, 28, 3)


def test_the_opening_follows_the_drawn_mouth(performance):
    truth = performance.truth()["mouth_opening"].to_numpy()
    measured, drawn = [], []
    follower = FaceFollower()
    for number, picture in enumerate(performance.pictures()):
        if number % 4:
            continue
        followed = follower.look(Frame(number / 30, picture))
        measured.append(float(mouth_opening(shared_predictor().points(follower.grey, followed.box))))
        drawn.append(truth[number])
    assert np.corrcoef(measured, drawn)[0, 1] > 0.8
