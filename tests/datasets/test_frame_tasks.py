import hashlib
import io
from collections import Counter
from dataclasses import fields

import numpy as np
import pytest
from drawn_features import draw_dataset
from PIL import Image
from timed_video import recorded_dataset

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.frame_tasks import frame_tasks
from workbench.errors import InvalidInputError
from workbench.labels.session import Task
from workbench.project import Project


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    project = Project.open(tmp_path_factory.mktemp("project"))
    return draw_dataset(project, np.random.default_rng(3), lost=(0, 5, 29))


def test_tasks_are_spread_over_speakers_clips_and_time(dataset):
    tasks = frame_tasks(dataset, "mouth", n_tasks=36)
    assert Counter(task.clip[:2] for task in tasks[:3]) == {"01": 1, "02": 1, "03": 1}
    assert set(Counter(task.clip for task in tasks).values()) == {6}
    for clip in {task.clip for task in tasks}:
        times = sorted(task.start_s for task in tasks if task.clip == clip)
        assert min(np.diff(times)) >= 0.06
        assert times[-1] - times[0] > 0.45


def test_the_same_seed_gives_the_same_tasks_and_more_tasks_begin_with_them(dataset):
    few, many = (
        frame_tasks(dataset, "mouth", n_tasks=10, seed=4),
        frame_tasks(dataset, "mouth", n_tasks=50, seed=4),
    )
    assert many[:10] == few
    assert frame_tasks(dataset, "mouth", n_tasks=10, seed=5) != few
    assert isinstance(few[0], Task)


def test_every_moment_with_a_face_is_asked_once_when_all_are_wanted(dataset):
    tasks = frame_tasks(dataset, "sentiment", n_tasks=10_000)
    assert len(tasks) == len({task.task_id for task in tasks}) == 6 * 27
    assert not {round(task.start_s / 0.03) for task in tasks} & {0, 5, 29}


def test_what_is_shown_is_pixel_for_pixel_what_the_networks_get(dataset):
    store = FeatureStore(dataset.features)
    for task in frame_tasks(dataset, "mouth", n_tasks=8):
        features = store.read(task.clip)
        row = features.face_rows()[np.flatnonzero(np.isclose(features.time_s, task.start_s))[0]]
        mouth, face = task.pictures()
        assert (mouth.name, face.name) == ("mouth", "face")
        assert np.array_equal(np.array(Image.open(io.BytesIO(mouth.png))), features.mouths[row])
        assert np.array_equal(np.array(Image.open(io.BytesIO(face.png))), features.faces[row])
        assert task.pixels_sha256 == hashlib.sha256(features.mouths[row].tobytes()).hexdigest()
        assert task.details() == {"dataset": "sample", "pixels_sha256": task.pixels_sha256}


def test_a_face_is_shown_for_the_sentiment_and_never_what_was_intended(dataset):
    task = frame_tasks(dataset, "sentiment", n_tasks=1)[0]
    assert [picture.name for picture in task.pictures()] == ["face"]
    said = [str(getattr(task, f.name)) for f in fields(task)] + [str(task.details())]
    assert not any("positive" in text for text in said)


def test_pictures_are_read_only_when_they_are_shown_and_once_per_clip(dataset, monkeypatch):
    reads = []
    arrays = FeatureStore.arrays
    monkeypatch.setattr(
        FeatureStore,
        "arrays",
        lambda self, clip, names: reads.append((clip, names)) or arrays(self, clip, names),
    )
    tasks = frame_tasks(dataset, "mouth", n_tasks=12)
    assert not any("faces" in names for _, names in reads)
    for task in tasks * 2:
        task.pictures()
    assert len([names for _, names in reads if "faces" in names]) == 6


def test_only_as_many_clips_as_needed_are_opened(dataset, monkeypatch):
    reads = []
    arrays = FeatureStore.arrays
    monkeypatch.setattr(
        FeatureStore, "arrays", lambda self, clip, names: reads.append(clip) or arrays(self, clip, names)
    )
    frame_tasks(dataset, "mouth", n_tasks=2)
    assert len(reads) == 2


def test_nothing_extracted_no_face_and_wrong_questions_are_told(project, rng):
    dataset = draw_dataset(project, rng, name="faceless", n_moments=4, lost=range(4))
    with pytest.raises(InvalidInputError, match="none in faceless"):
        frame_tasks(dataset, "mouth")
    with pytest.raises(InvalidInputError, match="mouth, sentiment"):
        frame_tasks(dataset, "nose")
    with pytest.raises(InvalidInputError, match="1 or more"):
        frame_tasks(dataset, "mouth", n_tasks=0)
    bare = Dataset(project.dataset_folder("bare"))
    bare.write_table(dataset.table())
    with pytest.raises(InvalidInputError, match="workbench extract bare"):
        frame_tasks(bare, "mouth")


def test_each_modality_alone_is_asked_about_the_same_moments_in_another_order(project, rng):
    dataset = recorded_dataset(project, rng)
    asked = [
        [task.task_id for task in frame_tasks(dataset, f"sentiment_{modality}", n_tasks=20)]
        for modality in ("face", "voice", "both")
    ]
    assert set(asked[0]) == set(asked[1]) == set(asked[2]) and len(set(asked[0])) == 20
    assert asked[0] != asked[1] != asked[2] != asked[0]


def test_a_dataset_without_sound_cannot_be_asked_about_voices(dataset):
    with pytest.raises(InvalidInputError, match="a face that speaks"):
        frame_tasks(dataset, "sentiment_voice")
