"""Faces brought into one place, and the parts of a face."""

import cv2
import numpy as np
import pytest

from tests.systems.saliency_world import LANDMARKS
from workbench.errors import InvalidInputError
from workbench.features.face import crop_face
from workbench.features.face_alignment import mean_face, points_in_crop, similarity, warp
from workbench.features.face_regions import REGIONS, region_masks
from workbench.features.mouth import crop_mouth


def turned(points, *, degrees, scale, shift):
    turn = scale * np.array(
        [
            [np.cos(np.radians(degrees)), -np.sin(np.radians(degrees))],
            [np.sin(np.radians(degrees)), np.cos(np.radians(degrees))],
        ]
    )
    return (points - 48) @ turn.T + 48 + np.asarray(shift)


def test_a_similarity_undoes_a_turn_a_scale_and_a_shift():
    moved = turned(LANDMARKS, degrees=20, scale=1.3, shift=(5, -8))
    matrix = similarity(moved, LANDMARKS)
    np.testing.assert_allclose(moved @ matrix[:, :2].T + matrix[:, 2], LANDMARKS, atol=1e-9)
    assert np.sqrt(np.linalg.det(matrix[:, :2])) == pytest.approx(1 / 1.3)


def test_points_of_a_crop_lie_where_the_crop_shows_them(rng):
    picture = np.zeros((400, 500, 3), np.uint8)
    points = turned(LANDMARKS, degrees=10, scale=2.2, shift=(180, 130))
    for corner in (points[36], points[48]):
        cv2.circle(picture, tuple(int(v) for v in np.rint(corner)), 4, (255, 255, 255), -1)
    placed = points_in_crop(points[None])[0]
    face = crop_face(picture, points).mean(axis=-1)
    for row in (36, 48):
        x, y = np.rint(placed[row]).astype(int)
        assert face[y - 1 : y + 2, x - 1 : x + 2].mean() > 120
    mouth = points_in_crop(points[None], crop="mouths")[0]
    assert mouth.shape == (20, 2)
    x, y = np.rint(mouth[0]).astype(int)
    assert crop_mouth(picture, points).mean(axis=-1)[y - 1 : y + 2, x - 1 : x + 2].mean() > 120


def test_tilted_faces_lie_on_each_other_after_warping():
    spot = np.zeros((3, 96, 96), np.float32)
    points = np.stack([turned(LANDMARKS, degrees=d, scale=1, shift=(0, 0)) for d in (-15, 0, 15)])
    for image, place in zip(spot, points[:, 54], strict=True):  # a corner of the mouth
        cv2.circle(image, tuple(int(v) for v in np.rint(place)), 3, 1.0, -1)
    onto = mean_face(points)
    together = warp(spot, points, onto)
    x, y = np.rint(onto[54]).astype(int)
    assert together.mean(axis=0)[y, x] > 0.95
    assert spot.mean(axis=0).max() < 0.7  # where they were they do not meet


def test_parts_of_a_face_leave_nothing_out_and_do_not_overlap():
    masks = region_masks(LANDMARKS)
    assert tuple(masks) == REGIONS
    assert (np.sum(list(masks.values()), axis=0) == 1).all()
    for row, part in ((51, "mouth"), (30, "nose"), (19, "eyes and brows"), (3, "rest of the face")):
        x, y = np.rint(LANDMARKS[row]).astype(int)
        assert masks[part][y, x], part
    assert masks["around the face"][0, 0]


def test_landmarks_that_are_none_are_named():
    with pytest.raises(InvalidInputError, match=r"\(n, 68, 2\).*\(68, 2\)"):
        points_in_crop(LANDMARKS)
    with pytest.raises(InvalidInputError, match="all of them in one place"):
        points_in_crop(np.zeros((1, 68, 2)))
