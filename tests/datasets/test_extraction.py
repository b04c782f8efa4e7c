import json
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from workbench.datasets import extraction
from workbench.datasets.catalog import COLUMNS, Dataset
from workbench.datasets.clip_extraction import longest_gap_s
from workbench.datasets.cluster import results_of
from workbench.datasets.extraction import extract
from workbench.datasets.feature_store import FeatureStore
from workbench.errors import InvalidInputError
from workbench.files import sha256_of
from workbench.media.sample_cast.actor import draw_actor
from workbench.media.sample_cast.performance import perform
from workbench.media.sample_cast.script import write_script
from workbench.media.video import write_video
from workbench.progress import Stopped


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """A drawn talker, the same silent, and a picture without a face; half a second each."""
    folder = tmp_path_factory.mktemp("recordings")
    part = write_script(1, n_clips=3, seed=0, calm_face_share=0.0, flat_voice_share=0.0)[0]
    performance = perform(draw_actor(1, seed=0), part, seed=0)
    pictures = [picture for _, picture in zip(range(9), performance.pictures(), strict=False)]
    sound = performance.sound[: 9 * 1600].astype(np.float32)
    wall = [np.full_like(pictures[0], 120)] * 9
    for name, shown, heard in (
        ("talker", pictures, sound),
        ("silent", pictures, None),
        ("wall", wall, sound),
    ):
        write_video(folder / f"{name}.mp4", shown, frame_rate=Fraction(30), sound=heard)
    (folder / "broken.mp4").write_bytes((folder / "talker.mp4").read_bytes()[:200])
    return folder


@pytest.fixture
def dataset(project, recordings):
    """Return a function that makes a dataset of the named recordings."""

    def make(*names):
        made = Dataset(project.dataset_folder("drawn"))
        made.media.mkdir(parents=True, exist_ok=True)
        rows = []
        for name in names:
            source = recordings / f"{name}.mp4"
            (made.media / source.name).write_bytes(source.read_bytes())
            rows.append((name, source.name, sha256_of(source), "audiovisual", "1", "", "0.3"))
        made.write_table(pd.DataFrame(rows, columns=list(COLUMNS)))
        return made

    return make


def outcomes(report):
    return {clip["clip"]: clip["outcome"] for clip in report.clips}


def test_features_and_a_report_are_kept_for_every_clip(dataset):
    made = dataset("talker", "silent", "wall")
    report = extract(made, n_workers=0)
    assert (report.count("done"), report.count("skipped"), report.count("failed")) == (3, 0, 0)
    store = FeatureStore(made.features)
    talker, silent, wall = (store.read(name) for name in ("talker", "silent", "wall"))
    n_moments = len(talker.time_s)
    assert n_moments == 10 and talker.found.all()
    assert talker.faces.shape == (n_moments, 96, 96, 3) and talker.mouths.dtype == np.uint8
    assert (
        talker.columns.shape == (n_moments, 701) and talker.columns.dtype == np.float16 and talker.heard.any()
    )
    assert silent.columns.shape == (0, 701) and not silent.has_sound and not silent.heard.any()
    assert not wall.found.any() and wall.faces.shape == (0, 96, 96, 3) and np.isnan(wall.box).all()


def test_the_report_of_a_clip_says_what_was_odd(dataset):
    made = dataset("talker", "silent", "wall")
    extract(made, n_workers=0)
    store = FeatureStore(made.features)
    talker, silent, wall = (store.read_report(name) for name in ("talker", "silent", "wall"))
    assert (
        talker["face_share"] == 1
        and talker["n_detected"] == talker["n_moments"]
        and talker["longest_gap_s"] == 0
    )
    assert "NO_SOUND" in silent["odd"] and silent["sound_mean_dbfs"] is None
    assert (
        "NO_FACE" in wall["odd"]
        and wall["n_lost"] == wall["n_moments"]
        and wall["longest_gap_s"] == pytest.approx(0.3)
    )
    assert talker["source_sha256"] == made.table()["sha256"][0]


def test_a_second_run_does_only_what_is_missing(dataset):
    made = dataset("talker", "wall")
    first = extract(made, n_workers=0)
    stamp = (made.features / "talker" / "features.npz").stat().st_mtime_ns
    (made.features / "wall" / "report.json").unlink()
    second = extract(made, n_workers=0)
    assert outcomes(second) == {"talker": "skipped", "wall": "done"}
    assert (made.features / "talker" / "features.npz").stat().st_mtime_ns == stamp
    assert second.recipe == first.recipe and extract(made, n_workers=0).count("skipped") == 2
    assert extract(made, n_workers=0, force=True).count("done") == 2


def test_other_settings_extract_anew(dataset, monkeypatch):
    made = dataset("wall")
    extract(made, n_workers=0)
    monkeypatch.setattr("workbench.features.recipe.VERSION", 999)
    assert extract(made, n_workers=0).count("done") == 1


def test_a_damaged_report_counts_as_missing(dataset):
    made = dataset("wall")
    extract(made, n_workers=0)
    (made.features / "wall" / "report.json").write_text("{")
    assert extract(made, n_workers=0).count("done") == 1


def test_a_bad_clip_is_told_and_does_not_stop_the_others(dataset):
    made = dataset("broken", "wall")
    report = extract(made, n_workers=0)
    assert outcomes(report) == {"broken": "failed", "wall": "done"}
    assert report.clips[0]["code"] == "NOT_READABLE" and "broken.mp4" in report.clips[0]["message"]
    assert not (made.features / "broken").exists()


def test_a_recording_that_changed_since_the_import_is_not_extracted(dataset):
    made = dataset("talker")
    with (made.media / "talker.mp4").open("ab") as stream:
        stream.write(b"x")
    report = extract(made, n_workers=0)
    assert outcomes(report) == {"talker": "failed"} and "import it again" in report.clips[0]["message"]


def test_a_recording_that_is_gone_is_told(dataset):
    made = dataset("wall")
    (made.media / "wall.mp4").unlink()
    assert extract(made, n_workers=0).clips[0]["code"] == "NOT_READABLE"


def test_the_counts_add_up_and_are_told_to_people_and_machines(dataset):
    made = dataset("broken", "silent", "wall")
    extract(dataset("wall"), n_workers=0)
    report = extract(dataset("broken", "silent", "wall"), n_workers=0)
    told = json.loads(json.dumps(report.as_json(), allow_nan=False))
    assert told["seen"] == told["done"] + told["skipped"] + told["failed"] == 3
    assert told["landmark_model"]["known"] is True
    lines = "\n".join(report.lines())
    assert "1 done, 1 there already, 1 failed" in lines and "no face at all" in lines and "research" in lines
    assert made.name in lines


def test_a_person_can_stop_and_go_on(dataset):
    made = dataset("talker", "silent", "wall")

    def stop(done, total, clip):
        if done == 1:
            raise Stopped

    with pytest.raises(Stopped):
        extract(made, n_workers=0, progress=stop)
    assert FeatureStore(made.features).clips() == ["talker"]
    assert outcomes(extract(made, n_workers=0)) == {"talker": "skipped", "silent": "done", "wall": "done"}


def test_progress_counts_the_clips_to_do(dataset):
    made = dataset("talker", "wall")
    extract(dataset("talker"), n_workers=0)
    dataset("talker", "wall")
    told = []
    extract(made, n_workers=0, progress=lambda *step: told.append(step))
    assert told == [(0, 1, ""), (1, 1, "wall")]


def test_an_empty_dataset_has_nothing_to_extract(dataset):
    assert extract(dataset(), n_workers=2).as_json()["seen"] == 0


def test_leftovers_of_a_killed_worker_are_swept_once_they_are_old(dataset):
    import os

    made = dataset("wall")
    old, young = made.features / ".partial-1-wall", made.features / ".partial-2-wall"
    for folder in (old, young):
        folder.mkdir(parents=True)
    os.utime(old, (0, 0))
    extract(made, n_workers=0)
    assert not old.exists() and young.exists()


def test_a_clip_whose_process_died_is_told(dataset, monkeypatch):
    def dying(function, items, **kwargs):
        yield 0, MemoryError("killed")
        yield from ((number, function(*item)) for number, item in enumerate(items) if number)

    monkeypatch.setattr(extraction, "results_of", dying)
    report = extract(dataset("talker", "wall"), n_workers=2)
    assert (
        outcomes(report) == {"talker": "failed", "wall": "done"} and report.clips[0]["code"] == "WORKER_DIED"
    )


@pytest.mark.parametrize(
    "found, gap_s", [([1, 1], 0), ([0, 0, 0], 0.09), ([1, 0, 0, 1, 0], 0.06), ([], 0), ([0], 0.03)]
)
def test_the_longest_gap(found, gap_s):
    assert longest_gap_s(np.array(found, bool), np.arange(len(found)) * 0.03) == pytest.approx(gap_s)


def test_a_negative_number_of_workers_is_refused():
    with pytest.raises(InvalidInputError, match="0 or more"):
        list(results_of(len, [("a",)], n_workers=-1))


@pytest.mark.slow
def test_two_processes_give_what_one_gives(dataset):
    made = dataset("talker", "silent", "wall", "broken")
    alone = extract(made, n_workers=0)
    before = FeatureStore(made.features).read("talker")
    together = extract(made, n_workers=2, force=True)
    assert outcomes(together) == outcomes(alone)
    after = FeatureStore(made.features).read("talker")
    np.testing.assert_array_equal(before.faces, after.faces)
    np.testing.assert_array_equal(before.columns, after.columns)


@pytest.mark.slow
def test_a_scheduler_that_does_not_answer_is_told(monkeypatch):
    monkeypatch.setattr("workbench.datasets.cluster.CONNECT_TIMEOUT_S", 1)
    with pytest.raises(InvalidInputError, match="did not answer"):
        list(results_of(len, [("a",)], n_workers=2, scheduler="tcp://127.0.0.1:9"))


@pytest.mark.slow
def test_a_given_scheduler_does_the_work(dataset):
    import distributed

    made = dataset("talker", "wall")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
    ) as cluster:
        report = extract(made, scheduler=cluster.scheduler_address)
    assert report.count("done") == 2


@pytest.mark.slow
def test_an_unguarded_script_can_extract(project, dataset, tmp_path):
    import subprocess
    import sys

    dataset("talker", "wall")
    script = tmp_path / "script.py"
    script.write_text(
        "from pathlib import Path\n"
        "from workbench.datasets.catalog import Dataset\nfrom workbench.datasets.extraction import extract\n"
        "from workbench.project import Project\nprint('started')\n"
        f"print(extract(Dataset.open(Project.open({str(project.root)!r}), 'drawn'), n_workers=2).count('done'))\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=300)
    assert done.stdout.split() == ["started", "2"], done.stderr
