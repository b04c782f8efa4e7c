import io

import numpy as np
import pytest
from drawn_features import draw_dataset
from PIL import Image

from workbench.datasets.crop_shelf import CropShelf
from workbench.datasets.film_strip import CELL_PX, draw_strip
from workbench.datasets.frame_tasks import frame_tasks
from workbench.errors import InvalidInputError


def cells_of(strip):
    picture = np.array(Image.open(io.BytesIO(strip.jpeg)).convert("RGB"))
    assert picture.shape == (CELL_PX, CELL_PX * len(strip.times_s), 3)
    return np.split(picture, len(strip.times_s), axis=1)


def test_a_strip_shows_its_crops_side_by_side_and_grey_where_no_face_was():
    crops = [np.full((28, 28, 3), grey, np.uint8) for grey in (40, 200)]
    strip = draw_strip("mouth", [crops[0], None, crops[1]], [0.0, 0.03, 0.06], marked=(0, 1))
    assert [round(float(cell.mean())) for cell in cells_of(strip)] == pytest.approx([40, 128, 200], abs=2)


def test_a_task_is_shown_among_its_neighbours_with_the_asked_cell_marked(project, rng):
    for task in frame_tasks(draw_dataset(project, rng, lost=(9,)), "mouth", n_tasks=30):
        strip = task.strip()
        assert strip.marked[0] == strip.marked[1]
        assert strip.times_s[strip.marked[0]] == pytest.approx(task.start_s)
        assert np.diff(strip.times_s) == pytest.approx(0.03)
        assert len(strip.times_s) == min(round(task.start_s / 0.03), 4) + 1 + min(
            29 - round(task.start_s / 0.03), 4
        )
        blank = [np.ptp(cell[16:56, 16:56]) < 6 for cell in cells_of(strip)]
        assert blank == [round(t / 0.03) == 9 for t in strip.times_s]


@pytest.mark.parametrize(
    ("n", "times", "marked"), [(0, [], (0, 0)), (2, [0.0], (0, 1)), (2, [0.0, 1.0], (1, 2))]
)
def test_a_strip_without_cells_times_or_marks_is_refused(n, times, marked):
    with pytest.raises(InvalidInputError, match="A strip must have cells"):
        draw_strip("face", [np.zeros((4, 4, 3), np.uint8)] * n, times, marked=marked)


def test_a_full_shelf_forgets_the_longest_unseen_clip_and_reads_it_again(project, rng):
    dataset = draw_dataset(project, rng)
    clips = [clip.clip for clip in dataset.clips()][:3]
    shelf = CropShelf(
        dataset, ("mouths",), {clip: range(10) for clip in clips}, room_bytes=2 * 10 * 28 * 28 * 3
    )
    first = [shelf.crop(clip, "mouths", 3).copy() for clip in clips]
    assert list(shelf._crops) == clips[1:]
    assert all(
        np.array_equal(shelf.crop(clip, "mouths", 3), crop) for clip, crop in zip(clips, first, strict=True)
    )
