from fractions import Fraction

import numpy as np
import pytest

from workbench.errors import InvalidInputError
from workbench.media.measure import _from_times, measure_pictures, measure_sound
from workbench.media.video import write_video


@pytest.fixture
def film(tmp_path):
    def write(sound=None, n_frames=30):
        frames = [np.full((48, 64, 3), 5 * number, np.uint8) for number in range(n_frames)]
        write_video(tmp_path / "film.mp4", frames, frame_rate=Fraction(30_000, 1001), sound=sound)
        return tmp_path / "film.mp4"

    return write


def test_every_picture_is_counted_and_timed(film):
    measure = measure_pictures(film(), max_pixels=10_000)
    assert (measure.n_frames, measure.n_failed, measure.n_concealed, measure.n_misplaced) == (30, 0, 0, 0)
    assert (measure.first_s, measure.is_even) == (0.0, True)
    assert measure.end_s == pytest.approx(30 * 1001 / 30_000, abs=1e-3)
    assert measure.frame_rate == pytest.approx(29.97, abs=0.01)


def test_a_picture_that_is_too_large_is_refused(film):
    with pytest.raises(InvalidInputError, match="64 x 48"):
        measure_pictures(film(), max_pixels=1000)


def test_levels_are_those_of_the_sound(film):
    wave = (0.5 * np.sin(2 * np.pi * 300 * np.arange(48_000) / 48_000)).astype(np.float32)
    measure = measure_sound(film(wave))
    assert measure.peak == pytest.approx(0.5, abs=0.1)
    assert measure.power == pytest.approx(0.125, rel=0.1)
    assert (measure.clipped_share, measure.is_finite, measure.is_cancelled) == (0.0, True, False)
    assert measure.end_s == pytest.approx(1.0, abs=0.05)


def test_backward_and_doubled_times_are_counted():
    measure = _from_times(np.array([0.0, 0.1, 0.1, 0.05, 0.2, 0.3]), 0, 0, 0.0)
    assert measure.n_misplaced == 2


def test_uneven_pauses_are_noticed_but_one_lost_picture_in_a_hundred_is_not():
    even = np.arange(200) / 25
    assert _from_times(even, 0, 0, 0.0).is_even
    assert _from_times(np.delete(even, 50), 0, 0, 0.0).is_even
    assert not _from_times(np.delete(even, np.arange(10, 190, 9)), 0, 0, 0.0).is_even
