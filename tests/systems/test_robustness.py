from fractions import Fraction

import numpy as np
import pytest

from workbench.errors import InvalidInputError
from workbench.features.sight import FollowLooker, Sight
from workbench.media.sample_cast.actor import draw_actor
from workbench.media.sample_cast.performance import perform
from workbench.media.sample_cast.script import write_script
from workbench.media.video import Frame, write_video
from workbench.systems.lightweight_fusion import FusionNetworks
from workbench.systems.robustness import Disturbance, held


class Bright:
    """Answers by how bright a crop is: a network that a cover or a turn can change."""

    def __init__(self, network):
        self.network, self.classes = network, ("a", "b", "c")

    def probabilities(self, **arrays):
        crops = arrays.get("mouths", arrays.get("faces"))
        share = crops.mean(axis=(1, 2, 3)) / 255
        if self.network == "mouth":
            return np.column_stack([1 - share, share])
        return np.column_stack([share, (1 - share) / 2, (1 - share) / 2])


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    part = write_script(1, n_clips=3, seed=0, calm_face_share=0.0, flat_voice_share=0.0)[0]
    performance = perform(draw_actor(1, seed=0), part, seed=0)
    shown = [picture for picture, _ in zip(performance.pictures(), range(4), strict=False)]
    path = tmp_path_factory.mktemp("held") / "clip.mp4"
    sound = performance.sound[: round(4 / 30 * 48_000)].astype(np.float32)
    write_video(path, shown, frame_rate=Fraction(30), sound=sound)
    return path, shown


NETWORKS = FusionNetworks(Bright("mouth"), Bright("visual"), Bright("audiovisual"), {})


def test_nothing_done_holds_everything_and_a_covered_face_does_not(clip):
    nothing, covered = held(
        clip[0], NETWORKS, [Disturbance("roll", 0.0), Disturbance("covered from the side", 1.0)]
    )
    assert (nothing.n_pictures, nothing.n_found, nothing.n_same_mouth, nothing.same_label) == (4, 4, 4, True)
    assert covered.n_found < 4 and covered.n_same_mouth <= covered.n_found


def test_a_tilted_clip_cut_out_upright_keeps_its_faces(clip):
    (upright,) = held(clip[0], NETWORKS, [Disturbance("roll", 30.0)], upright=True)
    assert upright.upright and upright.n_found == 4 and upright.same_label


def test_a_cover_from_below_hides_the_chin_and_leaves_the_eyes(clip):
    picture = clip[1][0]
    sight = FollowLooker().look(Frame(0.0, picture))
    covered = Disturbance("covered from below", 0.3).of(picture, sight)
    changed = (covered != picture).any(axis=2)
    rows = np.flatnonzero(changed.any(axis=1))
    top, bottom = sight.landmarks[:, 1].min(), sight.landmarks[:, 1].max()
    assert rows[0] == pytest.approx(bottom - 0.3 * (bottom - top), abs=2) and rows[-1] > bottom
    np.testing.assert_array_equal(Disturbance("covered from below", 0.0).of(picture, sight), picture)


def test_a_picture_without_a_face_is_covered_nowhere(clip):
    picture = clip[1][0]
    assert Disturbance("covered from the side", 0.5).of(picture, Sight(0.0, "lost")) is picture


@pytest.mark.parametrize(
    "kind, amount", [("yaw", 10), ("covered from below", 1.5), ("covered from the side", -0.1)]
)
def test_another_disturbance_is_refused(kind, amount):
    with pytest.raises(InvalidInputError, match="covering a share"):
        Disturbance(kind, amount)


def test_a_clip_without_a_face_is_refused(tmp_path):
    path = tmp_path / "empty.mp4"
    grey = np.full((120, 160, 3), 120, np.uint8)
    write_video(path, [grey] * 3, frame_rate=Fraction(30), sound=None)
    with pytest.raises(InvalidInputError, match="must show a face"):
        held(path, NETWORKS, [Disturbance("roll", 0.0)])
