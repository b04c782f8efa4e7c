import numpy as np
import pytest

from workbench.models.augmentation import augment
from workbench.models.settings import Augmentation


@pytest.fixture
def pictures(rng):
    return rng.integers(0, 256, (4, 28, 28, 3), dtype=np.uint8)


def test_nothing_asked_for_changes_nothing(pictures, rng):
    np.testing.assert_array_equal(augment(pictures, Augmentation(), rng=rng), pictures)


def test_the_same_generator_gives_the_same_pictures(pictures):
    turned = Augmentation(rotation_deg=30, shift=0.1, shear=0.2, zoom=0.2, flip=True)
    one, two, three = (augment(pictures, turned, rng=np.random.default_rng(s)) for s in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert (one != three).any()


def test_a_flip_mirrors_about_half_of_the_pictures(rng):
    half = np.zeros((40, 28, 28, 3), np.uint8)
    half[:, :, :14] = 255
    mirrored = augment(half, Augmentation(flip=True), rng=rng)[:, 14, 2, 0] == 0
    assert 10 <= mirrored.sum() <= 30


def test_a_turn_keeps_the_middle_and_fills_the_corners_with_the_nearest_pixel(rng):
    grey = np.full((3, 28, 28, 3), 90, np.uint8)
    np.testing.assert_array_equal(augment(grey, Augmentation(rotation_deg=30), rng=rng), grey)


def test_a_turn_stays_within_its_bounds(rng):
    dot = np.zeros((60, 29, 29, 3), np.uint8)
    dot[:, 14, 26] = 255  # 12 pixels right of the middle
    rows = [
        np.argwhere(p[..., 0] == p[..., 0].max()).mean(axis=0) - 14
        for p in augment(dot, Augmentation(rotation_deg=30), rng=rng)
    ]
    degrees = [abs(np.degrees(np.arctan2(y, x))) for y, x in rows]
    assert max(degrees) < 33
    assert max(degrees) > 15
