import itertools

import numpy as np

from workbench.features.follower import LONGEST_TRACK_S, WHOLE_EVERY_N, FaceFollower
from workbench.features.landmarks import FaceDetector, FoundFace, overlap
from workbench.media.video import Frame


def frames(images, *, step_s=0.0334):
    return [Frame(number * step_s, image) for number, image in enumerate(images)]


class CountingDetector(FaceDetector):
    """Counts searches, and can be made blind."""

    def __init__(self):
        super().__init__()
        self.n_searches, self.blind = 0, False

    def find(self, grey, *, smallest_px=80, threshold=0.0) -> list[FoundFace]:
        self.n_searches += 1
        believes = self.blind and threshold < -0.5
        return (
            super().find(grey, smallest_px=smallest_px, threshold=threshold)
            if believes or not self.blind
            else []
        )


def test_a_face_is_detected_in_every_picture(pictures):
    follower = FaceFollower()
    seen = [follower.look(frame) for frame in frames(pictures)]
    assert [face.status for face in seen] == ["detected"] * len(pictures)
    assert all(overlap(a.box, b.box) > 0.5 for a, b in itertools.pairwise(seen))


def test_the_same_picture_again_costs_nothing(pictures):
    detector = CountingDetector()
    follower = FaceFollower(detector=detector)
    frame = frames(pictures)[0]
    first = follower.look(frame)
    searches = detector.n_searches
    assert follower.look(frame) is first and detector.n_searches == searches


def test_a_gap_stays_a_gap_and_the_face_is_found_again(pictures, empty_picture):
    shown = [pictures[0], *[empty_picture] * 3, pictures[0]]
    follower = FaceFollower()
    seen = [follower.look(frame) for frame in frames(shown)]
    assert [face.status for face in seen] == ["detected", "lost", "lost", "lost", "detected"]
    assert seen[1].box is None and np.isnan(seen[1].score)


def test_a_short_blindness_of_the_detector_is_bridged_by_the_tracker_but_not_a_long_one(pictures):
    detector = CountingDetector()
    follower = FaceFollower(detector=detector)
    first = follower.look(Frame(0.0, pictures[0]))
    detector.blind = True
    times = np.arange(1, 8) * 0.1
    seen = [follower.look(Frame(float(time_s), pictures[0].copy())) for time_s in times]
    statuses = ["tracked" if time_s <= LONGEST_TRACK_S else "lost" for time_s in times]
    assert [face.status for face in seen] == statuses
    assert overlap(seen[0].box, first.box) > 0.7


def test_the_tracker_does_not_carry_on_where_nobody_is(pictures, empty_picture):
    follower = FaceFollower()
    follower.look(Frame(0.0, pictures[0]))
    assert follower.look(Frame(0.03, empty_picture)).status == "lost"


def test_the_larger_of_two_faces_is_chosen_and_kept(pictures):
    picture = pictures[0]
    small = picture[::2, ::2]
    both = np.full((picture.shape[0], picture.shape[1] + small.shape[1], 3), 128, np.uint8)
    both[: small.shape[0], : small.shape[1]] = small
    both[:, small.shape[1] :] = picture
    follower = FaceFollower()
    seen = [follower.look(Frame(number * 0.03, both.copy())) for number in range(3)]
    assert all(face.box[0] > small.shape[1] for face in seen)


def test_a_larger_face_that_comes_later_does_not_take_over(pictures):
    picture = pictures[0]
    grey = np.full_like(picture, 128)
    alone, joined = np.hstack([picture, grey, grey]), np.hstack([picture, grey, grey])
    larger = np.repeat(np.repeat(picture, 2, axis=0), 2, axis=1)[
        : picture.shape[0] * 2, : picture.shape[1] * 2
    ]
    tall = np.full((larger.shape[0], alone.shape[1], 3), 128, np.uint8)
    tall[: picture.shape[0]] = alone
    both = tall.copy()
    both[: picture.shape[0]] = joined
    both[:, picture.shape[1] :] = larger
    follower = FaceFollower()
    first = follower.look(Frame(0.0, tall))
    later = [follower.look(Frame(0.03 * number, both.copy())) for number in range(1, 4)]
    assert first.status == "detected"
    assert all(overlap(face.box, first.box) > 0.5 for face in later)


def test_a_small_face_is_found_too(pictures, empty_picture):
    picture = empty_picture.copy()
    small = pictures[0][::2, ::2]
    picture[20 : 20 + small.shape[0], 40 : 40 + small.shape[1]] = small
    assert FaceFollower().look(Frame(0.0, picture)).status == "detected"


def test_the_whole_picture_is_searched_now_and_then_to_count_the_faces(pictures):
    follower = FaceFollower()
    for number in range(WHOLE_EVERY_N):
        follower.look(Frame(number * 0.03, pictures[0].copy()))
    pair = np.hstack([pictures[0], pictures[0]])
    # A cut to another size: the face stays where it was, its twin appears beside it.
    seen = [follower.look(Frame(1 + number * 0.03, pair.copy())) for number in range(2)]
    assert max(face.n_faces for face in seen) == 2


def test_two_followers_of_the_same_pictures_agree(pictures):
    first, second = FaceFollower(), FaceFollower()
    for frame in frames(pictures[:4]):
        assert first.look(frame) == second.look(frame)
