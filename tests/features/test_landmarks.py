import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from workbench.errors import InvalidInputError
from workbench.features.landmarks import (
    LandmarkPredictor,
    PatchTracker,
    overlap,
    shared_detector,
    shared_predictor,
    to_grey,
)


def test_a_drawn_face_is_found_and_its_size_is_right(pictures):
    grey = to_grey(pictures[0])
    faces = shared_detector().find(grey, smallest_px=min(grey.shape) / 3)
    assert len(faces) == 1 and faces[0].score > 1
    assert 0.25 < faces[0].box[3] / grey.shape[0] < 0.9


def test_boxes_are_mapped_back_from_a_scaled_picture(pictures):
    grey = to_grey(pictures[0])
    coarse = shared_detector().find(grey, smallest_px=min(grey.shape) / 3)[0]
    fine = shared_detector().find(grey, smallest_px=min(grey.shape) / 4)[0]
    assert overlap(coarse.box, fine.box) > 0.6


def test_the_largest_face_comes_first(pictures):
    picture = pictures[0]
    small = picture[::2, ::2]
    side_by_side = np.zeros((picture.shape[0], picture.shape[1] + small.shape[1], 3), np.uint8)
    side_by_side[: small.shape[0], : small.shape[1]] = small
    side_by_side[:, small.shape[1] :] = picture
    faces = shared_detector().find(to_grey(side_by_side), smallest_px=picture.shape[0] / 7)
    assert len(faces) == 2 and faces[0].box[2] > 1.5 * faces[1].box[2] and faces[0].box[0] > faces[1].box[0]


def test_no_face_is_invented(empty_picture, rng):
    noise = rng.integers(0, 255, empty_picture.shape[:2]).astype(np.uint8)
    assert shared_detector().find(to_grey(empty_picture)) == [] and shared_detector().find(noise) == []


def test_near_a_place_the_face_is_found_again_in_the_pixels_of_the_whole_picture(pictures):
    grey = to_grey(pictures[0])
    whole = shared_detector().find(grey, smallest_px=min(grey.shape) / 3)[0]
    near = shared_detector().find_near(grey, whole.box, around=whole.box, reach=1.8)
    assert near is not None and overlap(near.box, whole.box) > 0.6


def test_outside_the_picture_nothing_is_near(pictures):
    away = (-500.0, -500.0, 80.0, 80.0)
    assert shared_detector().find_near(to_grey(pictures[0]), away, around=away, reach=1.8) is None


def test_overlap_of_boxes():
    assert overlap((0, 0, 10, 10), (0, 0, 10, 10)) == 1
    assert overlap((0, 0, 10, 10), (5, 0, 10, 10)) == pytest.approx(1 / 3)
    assert overlap((0, 0, 10, 10), (10, 0, 10, 10)) == 0


def test_68_points_lie_in_the_face_with_the_mouth_below_the_eyes(pictures):
    grey = to_grey(pictures[0])
    box = shared_detector().find(grey, smallest_px=min(grey.shape) / 3)[0].box
    points = shared_predictor().points(grey, box)
    assert points.shape == (68, 2) and points.dtype == np.float32
    assert points[48:, 1].mean() > points[36:48, 1].mean()
    assert box[0] < points[30, 0] < box[0] + box[2]


def test_a_patch_is_followed_when_it_moves(pictures):
    grey = to_grey(pictures[0])
    box = shared_detector().find(grey, smallest_px=min(grey.shape) / 3)[0].box
    moved = PatchTracker(grey, box).follow(np.roll(grey, (7, 12), axis=(0, 1)))
    assert moved.box[0] - box[0] == pytest.approx(12, abs=4) and moved.box[1] - box[1] == pytest.approx(
        7, abs=4
    )
    assert moved.score > 7


def test_a_file_that_is_no_predictor_is_said(tmp_path):
    (tmp_path / "no.dat").write_bytes(b"nothing")
    with pytest.raises(InvalidInputError, match="shape predictor"):
        LandmarkPredictor(tmp_path / "no.dat")


def test_detector_and_predictor_are_loaded_once():
    assert shared_detector() is shared_detector() and shared_predictor() is shared_predictor()


def test_threads_do_not_share_a_detector_and_agree(pictures):
    grey = to_grey(pictures[0])

    def search(_):
        box = shared_detector().find(grey, smallest_px=min(grey.shape) / 3)[0].box
        return id(shared_detector()), shared_predictor().points(grey, box).tobytes()

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(search, range(12)))
    assert len({detector for detector, _ in found} | {id(shared_detector())}) >= 2
    assert len({points for _, points in found}) == 1


def test_a_threads_detector_goes_to_the_next_thread_and_never_to_two_at_once():
    def of_a_thread(keep, wait):
        keep.append(id(shared_detector()))
        assert shared_detector() is shared_detector()
        wait.wait(20)

    found, both = [], threading.Barrier(2)
    threads = [threading.Thread(target=of_a_thread, args=(found, both)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 2
    later, alone = [], threading.Event()
    alone.set()
    thread = threading.Thread(target=of_a_thread, args=(later, alone))
    thread.start()
    thread.join()
    assert later[0] in found
