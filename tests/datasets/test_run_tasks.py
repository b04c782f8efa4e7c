import hashlib
import io
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from drawn_features import draw_dataset
from PIL import Image

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.frame_runs import RULES
from workbench.datasets.run_tasks import clip_runs, run_tasks
from workbench.errors import InvalidInputError
from workbench.labels.session import Task
from workbench.project import Project


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    project = Project.open(tmp_path_factory.mktemp("runs") / "project")
    return draw_dataset(project, np.random.default_rng(3), lost=(7,))


def test_runs_are_spread_over_speakers_and_clips_and_together_are_every_moment(dataset):
    tasks = run_tasks(dataset, "mouth", n_tasks=10_000)
    assert isinstance(tasks[0], Task)
    assert {task.clip[:2] for task in tasks[:3]} == {"01", "02", "03"}
    assert len({task.task_id for task in tasks}) == len(tasks)
    covered = Counter((t.clip, m) for t in tasks for m in range(t.run.first, t.run.last + 1))
    assert set(covered.values()) == {1} and len(covered) == 6 * 29
    assert run_tasks(dataset, "mouth", n_tasks=5) == tasks[:5]


def test_a_run_is_shown_by_its_middle_crop_and_a_strip_of_all_its_moments(dataset):
    store = FeatureStore(dataset.features)
    task = max(run_tasks(dataset, "mouth", n_tasks=100), key=lambda task: len(task.run))
    assert len(task.run) > 2
    features = store.read(task.clip)
    rows = features.face_rows()[task.run.first : task.run.last + 1]
    mouth, face = task.pictures()
    assert np.array_equal(
        np.array(Image.open(io.BytesIO(mouth.png))), features.mouths[rows[(len(rows) - 1) // 2]]
    )
    assert (mouth.name, face.name) == ("mouth", "face")
    strip = task.strip()
    first, last = strip.marked
    assert last - first + 1 == len(task.run)
    assert (strip.times_s[first], strip.times_s[last]) == (task.start_s, task.end_s)
    assert task.details() == {
        "dataset": "sample",
        "unit": "run",
        "n_moments": len(task.run),
        "pixels_sha256": hashlib.sha256(features.mouths[rows].tobytes()).hexdigest(),
    }


def test_a_run_is_split_where_it_changes(dataset):
    task = max(run_tasks(dataset, "mouth", n_tasks=100), key=lambda task: len(task.run))
    before, after = task.split(1)
    assert (before.start_s, after.end_s) == (task.start_s, task.end_s)
    assert before.start_s == before.end_s and after.start_s == pytest.approx(before.end_s + 0.03)
    assert len(before.run) == 1 and len(after.run) == len(task.run) - 1
    assert len({task.task_id, before.task_id, after.task_id}) == 3
    assert before.pictures() and after.details()["n_moments"] == len(after.run)
    for at in (0, len(task.run), -1):
        with pytest.raises(InvalidInputError, match="must be split after moment 1"):
            task.split(at)


def test_what_is_only_heard_and_unknown_questions_have_no_runs(dataset):
    with pytest.raises(InvalidInputError, match="only heard"):
        run_tasks(dataset, "sentiment_voice")
    with pytest.raises(InvalidInputError, match="Frames can be asked about"):
        run_tasks(dataset, "nose")
    with pytest.raises(InvalidInputError, match="1 or more"):
        run_tasks(dataset, "mouth", n_tasks=0)


@pytest.mark.slow
def test_a_run_of_drawn_actors_holds_one_true_mouth_state(sample_project):
    dataset = Dataset.open(sample_project, "sample")
    truth = dict(iter(pd.read_csv(dataset.truth_file).groupby("clip")))
    store, pure, moments = FeatureStore(dataset.features), [], 0
    for clip in store.clips():
        frames, times = truth[clip], store.arrays(clip, ("frame_time_s",))["frame_time_s"]
        nearest = np.abs(frames["time_s"].to_numpy()[:, None] - times).argmin(axis=0)
        states = frames["mouth"].to_numpy()[nearest]
        for run, _, _ in clip_runs(store, clip, "mouths", rule=RULES["mouth"]):
            pure.append(len(set(states[run.first : run.last + 1])) == 1)
            moments += len(run)
    assert np.mean(pure) >= 0.98
    assert moments / len(pure) > 2
