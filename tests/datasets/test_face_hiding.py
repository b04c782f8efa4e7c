import numpy as np
import pytest
from timed_video import write_timed_video

from tests.drawn_features import draw_clip, draw_dataset
from workbench.datasets.face_hiding import FaceHider
from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.moment_context import moment_context

FACE = np.array([[40.0, 30.0, 40.0, 40.0]])


@pytest.fixture
def picture(rng):
    return rng.integers(0, 255, (120, 160, 3), dtype=np.uint8)


def detail(image):
    """How much neighbouring pixels differ."""
    return float(np.abs(np.diff(image.astype(int), axis=1)).mean())


def test_the_face_and_what_is_around_it_is_hidden_and_the_rest_stays(picture):
    hidden = FaceHider(np.array([0.0]), FACE).hide(picture, 0.03)
    region = (slice(10, 90), slice(20, 100))  # the box, and half of it on either side
    assert detail(hidden[region]) < detail(picture[region]) / 5
    outside = np.ones(picture.shape[:2], bool)
    outside[region] = False
    assert (hidden[outside] == picture[outside]).all()


@pytest.mark.parametrize(
    "hider",
    [
        FaceHider(np.zeros(0), np.zeros((0, 4))),
        FaceHider(np.array([5.0]), FACE),
        FaceHider(np.array([0.0]), FACE + 900),
    ],
    ids=["nothing known", "another time", "outside the picture"],
)
def test_where_the_face_is_not_known_the_whole_picture_is_hidden(picture, hider):
    assert detail(hider.hide(picture, 0.0)) < detail(picture) / 5


def test_a_face_that_moves_is_hidden_where_it_was_too(picture):
    moved = FaceHider(np.array([0.0, 0.06]), np.vstack([FACE, FACE + np.array([30, 0, 0, 0])]))
    hidden = moved.hide(picture, 0.03)
    assert detail(hidden[35:65, 45:105]) < detail(picture[35:65, 45:105]) / 5


@pytest.mark.parametrize(("most_faces", "n"), [(1, 30), (2, 0), (0, 0)])
def test_only_of_a_clip_with_one_face_it_is_known_where_all_faces_are(project, rng, most_faces, n):
    dataset = draw_dataset(project, rng, speakers=("01",), clips_each=1)
    (clip,) = dataset.table()["clip"]
    FeatureStore(dataset.features).write(clip, draw_clip(rng), {"recipe": "drawn", "most_faces": most_faces})
    assert len(FaceHider.of(dataset, clip).time_s) == n
    assert len(FaceHider.of(dataset, "never-extracted").time_s) == 0


def test_a_context_with_hidden_faces_shows_the_whole_picture_without_the_face(project, rng):
    dataset = draw_dataset(project, rng, speakers=("01",), clips_each=1)
    (clip,) = dataset.table()["clip"]
    dataset.media.mkdir(exist_ok=True)
    write_timed_video(dataset.media / f"{clip}.mp4", np.arange(6) * 0.04, size=(96, 128))
    seen = moment_context(dataset, clip, 0.0, 0.2, radius_s=0, modality="face", hide_faces=True)
    assert seen.view == (0.0, 0.0, 128.0, 96.0) and seen.sound is None and len(seen.frames) == 6
