import numpy as np
import pytest

from workbench.errors import InvalidInputError
from workbench.features.face import crop_face, crop_square, square_around


def points_between(left, top, right, bottom):
    across = np.linspace(left, right, 68)
    down = np.linspace(top, bottom, 68)
    return np.stack([across, down], axis=1).astype(np.float32)


def test_a_crop_of_one_pixel_per_pixel_is_that_part_of_the_picture(rng):
    image = rng.integers(0, 255, (60, 80, 3)).astype(np.uint8)
    np.testing.assert_array_equal(
        crop_square(image, centre=(40, 30), side_px=20, size=20), image[20:40, 30:50]
    )


def test_a_point_of_the_picture_is_found_again_in_its_crop():
    picture = np.zeros((100, 160, 3), np.uint8)
    picture[40:42, 90:92] = 255
    crop = crop_square(picture, centre=(80.3, 47.6), side_px=41.2, size=123)
    left, top, side_px = square_around((80.3, 47.6), 41.2)
    scale = 123 / side_px
    y, x = np.argwhere(crop[..., 0] > 200).mean(axis=0) + 0.5
    assert (x, y) == pytest.approx(((91 - left) * scale, (41 - top) * scale), abs=0.5)


def test_outside_the_picture_its_edge_is_continued():
    image = np.zeros((50, 50, 3), np.uint8)
    image[:, 0] = (10, 20, 30)
    cropped = crop_square(image, centre=(0, 25), side_px=20, size=20)
    assert (cropped[:, :10] == (10, 20, 30)).all() and (cropped[:, 12:] == 0).all()


def test_a_crop_far_outside_is_still_a_picture():
    cropped = crop_square(np.full((10, 10, 3), 7, np.uint8), centre=(-100, 200), side_px=30, size=12)
    assert cropped.shape == (12, 12, 3) and (cropped == 7).all()


def test_shrinking_averages():
    board = np.indices((64, 64)).sum(axis=0) % 2 * 255
    cropped = crop_square(
        np.repeat(board[..., None], 3, axis=2).astype(np.uint8), centre=(32, 32), side_px=64, size=8
    )
    assert np.abs(cropped.astype(int) - 127).max() <= 1


@pytest.mark.parametrize("centre, side_px", [((np.nan, 1), 10), ((1, 1), 0), ((1, 1), np.inf)])
def test_an_impossible_crop_is_refused(centre, side_px):
    with pytest.raises(InvalidInputError, match="finite centre"):
        crop_square(np.zeros((5, 5, 3), np.uint8), centre=centre, side_px=side_px, size=4)


def test_a_face_is_a_square_around_its_points_and_keeps_proportion():
    image = np.zeros((400, 400, 3), np.uint8)
    image[150:250, 150:250] = 255  # the face: 100 x 100, points from its corner to its corner
    face = crop_face(image, points_between(150, 150, 250, 250))
    bright = face[..., 0] > 127
    assert face.shape == (96, 96, 3) and face.dtype == np.uint8
    assert bright.any(axis=0).sum() == bright.any(axis=1).sum() == pytest.approx(96 / 1.3, abs=1.5)


def test_the_same_face_elsewhere_and_larger_gives_the_same_crop(pictures):
    image = pictures[0]
    twice = np.repeat(np.repeat(image, 2, axis=0), 2, axis=1)
    points = points_between(200, 100, 330, 230)
    difference = crop_face(image, points).astype(int) - crop_face(twice, points * 2).astype(int)
    assert np.abs(difference).mean() < 6
