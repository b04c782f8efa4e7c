import numpy as np
import pytest

from workbench.errors import InvalidInputError
from workbench.features.sight import FollowLooker, Sight
from workbench.features.smoothing import LONGEST_GAP_S, DisplaySmoother, OneEuro
from workbench.media.video import Frame


def through(values, *, step_s=1 / 30, **settings):
    one = OneEuro(**settings)
    return np.array([one.filter(np.array([v]), k * step_s)[0] for k, v in enumerate(values)])


def test_trembling_about_a_place_shrinks_to_less_than_half(rng):
    trembling = 5 + rng.normal(0, 0.005, 300)
    steadied = through(trembling)
    assert np.diff(steadied, 2).std() < 0.5 * np.diff(trembling, 2).std()
    assert steadied[20:].mean() == pytest.approx(5, abs=0.002)


def test_a_moving_face_is_followed_within_a_twentieth_of_a_second():
    speed = 1.0  # one face width a second
    place = speed * np.arange(60) / 30
    behind_s = (place - through(place))[30:] / speed
    assert 0 < behind_s.max() < 0.05


def test_one_step_with_a_fixed_cut_off_is_that_of_a_low_pass_of_first_order():
    steadied = through([0.0, 1.0], still_hz=3.0, speed_hz=0.0)
    turn = 2 * np.pi * 3.0 / 30
    assert steadied[1] == pytest.approx(turn / (turn + 1))


def test_after_a_gap_and_with_another_shape_everything_starts_anew():
    one = OneEuro()
    one.filter(np.zeros(2), 0.0)
    np.testing.assert_array_equal(one.filter(np.ones(2), 0.001 + LONGEST_GAP_S), np.ones(2))
    np.testing.assert_array_equal(one.filter(np.full(3, 7.0), 0.32), np.full(3, 7.0))
    np.testing.assert_array_equal(one.filter(np.full(3, 9.0), 0.1), np.full(3, 9.0))


@pytest.mark.parametrize("settings", [{"still_hz": 0}, {"slope_hz": -1}, {"speed_hz": -0.1}])
def test_impossible_cut_offs_are_refused(settings):
    with pytest.raises(InvalidInputError, match="above 0 Hz"):
        OneEuro(**settings)


def sight(time_s, shift=0.0, face_id=None):
    points = np.random.default_rng(0).uniform(0, 100, (68, 2)).astype(np.float32) + np.float32(shift)
    return Sight(time_s, "detected", (shift, 0.0, 100.0, 100.0), 1, points, face_id=face_id)


def test_the_display_is_steadied_and_what_was_seen_stays_as_it_is():
    smoother, first, second = DisplaySmoother(), sight(0.0), sight(1 / 30, shift=2.0)
    smoother.smooth(first)
    kept = second.landmarks.copy()
    box, points = smoother.smooth(second)
    assert 0 < box[0] < 2 and (points < kept).all() and points.dtype == np.float32
    np.testing.assert_array_equal(second.landmarks, kept)


def test_another_face_or_a_lost_one_is_not_drawn_out_of_the_one_before():
    smoother = DisplaySmoother()
    smoother.smooth(sight(0.0, face_id=1))
    assert smoother.smooth(sight(1 / 30, shift=80.0, face_id=2))[0][0] == pytest.approx(80)
    assert smoother.smooth(Sight(2 / 30, "lost")) == (None, None)
    assert smoother.smooth(sight(3 / 30, shift=30.0, face_id=2))[0][0] == pytest.approx(30)


def test_a_drawn_face_trembles_less(pictures):
    looker, smoother = FollowLooker(), DisplaySmoother()
    sights = [looker.look(Frame(k / 30, pictures[k % 2])) for k in range(8)]
    shown = np.array([smoother.smooth(s)[1] for s in sights])
    seen = np.array([s.landmarks for s in sights])
    assert np.abs(np.diff(shown, 2, axis=0)).mean() < 0.7 * np.abs(np.diff(seen, 2, axis=0)).mean()
