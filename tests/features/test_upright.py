import cv2
import numpy as np
import pytest

from workbench.features.crowd_looker import CrowdLooker, FaceOptions
from workbench.features.sight import FollowLooker
from workbench.features.upright import UPRIGHT_FROM_DEG, UprightLooker, roll_deg
from workbench.media.video import Frame


def tilted(picture, degrees):
    """The picture turned clockwise about its middle."""
    height, width = picture.shape[:2]
    way = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    return cv2.warpAffine(picture, way, (width, height), borderMode=cv2.BORDER_REPLICATE), way


def look(looker, picture):
    return looker.look(Frame(0.0, picture))


def differ(first, second):
    return np.abs(first.astype(float) - second.astype(float)).mean()


@pytest.mark.parametrize("degrees", [-30, 30])
def test_a_tilted_face_is_cut_out_almost_as_the_upright_one(pictures, degrees):
    level = look(FollowLooker(), pictures[0])
    picture, way = tilted(pictures[0], degrees)
    plain, upright = look(FollowLooker(), picture), look(UprightLooker(FollowLooker()), picture)
    assert upright.status == "detected" and upright.box == plain.box
    assert differ(upright.face, level.face) < 0.5 * differ(plain.face, level.face)
    assert differ(upright.mouth, level.mouth) < 0.7 * differ(plain.mouth, level.mouth)
    truly = level.landmarks @ way[:, :2].T + way[:, 2]
    off = {
        one: np.linalg.norm(s.landmarks - truly, axis=1).mean() for one, s in (("p", plain), ("u", upright))
    }
    assert off["u"] < off["p"] and off["u"] < 0.05 * level.box[2]
    assert roll_deg(upright.landmarks) == pytest.approx(degrees, abs=6)


def test_an_upright_face_is_seen_exactly_as_before(pictures):
    level = look(FollowLooker(), pictures[0])
    assert abs(roll_deg(level.landmarks)) < UPRIGHT_FROM_DEG
    same = look(UprightLooker(FollowLooker()), pictures[0])
    np.testing.assert_array_equal(same.face, level.face)
    np.testing.assert_array_equal(same.mouth, level.mouth)
    np.testing.assert_array_equal(same.landmarks, level.landmarks)


def test_where_no_face_is_none_is_turned(empty_picture):
    assert look(UprightLooker(FollowLooker()), empty_picture).status == "lost"


def test_what_is_heard_and_kept_belongs_to_the_looker_inside(pictures):
    inside = CrowdLooker(FaceOptions("speaking"))
    looker = UprightLooker(inside)
    looker.heard(0.0, -20.0)
    look(looker, pictures[0])
    assert looker.state() == inside.state() and looker.state()["choice"]["levels"] == [-20.0]
    other = UprightLooker(CrowdLooker(FaceOptions("speaking")))
    other.restore(looker.state())
    assert look(other, pictures[0]).face_id == 1


def test_level_eyes_have_no_roll_and_a_right_turn_has_90_degrees():
    points = np.zeros((68, 2))
    points[42:48, 0] = 10
    assert roll_deg(points) == 0
    assert roll_deg(points[:, ::-1]) == 90
