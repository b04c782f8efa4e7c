import numpy as np
import pytest

from workbench.errors import InvalidInputError
from workbench.media.timeline import GRID_STEP_S, Segment, frame_shown_at, grid_times


def test_the_grid_looks_every_30_ms_and_ends_before_the_clip_does():
    times = grid_times(2.0)
    assert times[0] == 0
    assert np.allclose(np.diff(times), GRID_STEP_S)
    assert times[-1] < 2.0 <= times[-1] + GRID_STEP_S


def test_a_clip_that_ends_exactly_on_the_grid_has_no_moment_at_its_end():
    assert grid_times(0.09).tolist() == [0.0, 0.03, 0.06]


@pytest.mark.parametrize("duration_s", [0.0, -1.0])
def test_a_clip_without_length_has_no_moments(duration_s):
    assert grid_times(duration_s).shape == (0,)


def test_one_sees_the_last_frame_shown_at_or_before_a_moment():
    times = np.array([0.0, 0.1, 0.2])
    assert [frame_shown_at(times, t) for t in (0.0, 0.099, 0.1, 0.15, 5.0)] == [0, 0, 1, 1, 2]


def test_before_the_first_frame_one_sees_the_first():
    assert frame_shown_at(np.array([0.4, 0.5]), 0.1) == 0


def test_a_moment_that_rounding_puts_a_hair_before_a_frame_still_sees_it():
    assert frame_shown_at(np.array([0.0, 0.03]), 0.03 - 1e-9) == 1


@pytest.mark.parametrize(
    "bounds", [(1.0, 0.5), (-0.1, 1.0), (0.0, float("nan")), (float("inf"), float("inf"))]
)
def test_a_segment_that_is_no_stretch_of_time_is_refused(bounds):
    with pytest.raises(InvalidInputError, match="start_s <= end_s"):
        Segment(*bounds)


def test_a_moment_is_a_segment_and_segments_sort_by_time():
    assert sorted([Segment(1, 2), Segment(0.5, 0.5)])[0] == Segment(0.5, 0.5)
