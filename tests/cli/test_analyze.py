"""``workbench analyze``: what it writes, for one recording and for a folder, and what it refuses."""

import json

import numpy as np
import pandas as pd
import pytest
from scripted_networks import Scripted, by_content
from timed_video import voice, write_timed_video
from typer.testing import CliRunner

from workbench.cli.app import app
from workbench.datasets.catalog import Dataset
from workbench.datasets.rights.written import read_written
from workbench.errors import InvalidInputError
from workbench.features.sight import FollowLooker, Sight
from workbench.files import sha256_of
from workbench.systems import folder_analysis, folder_clip, lightweight_fusion
from workbench.systems.lightweight_fusion import FusionNetworks


@pytest.fixture
def system(monkeypatch):
    """Networks by rule, and a face that is always in the same place."""
    mouth = Scripted(lambda n, **arrays: np.tile([0.4, 0.6], (n, 1)))
    runs = {"mouth": "m", "visual": "v", "audiovisual": "av"}
    networks = FusionNetworks(mouth, Scripted(by_content(1)), Scripted(by_content(2)), runs)

    def look(self, frame):
        face = np.full((96, 96, 3), int(frame.image.mean()), np.uint8)
        return Sight(frame.time_s, "detected", (8.0, 6.0, 30.0, 30.0), 1, None, face, face[:28, :28])

    monkeypatch.setattr(FollowLooker, "look", look)
    monkeypatch.setattr(FollowLooker, "state", lambda self: None)
    for module in (lightweight_fusion, folder_analysis, folder_clip):
        monkeypatch.setattr(module, "load_fusion", lambda *args, **settings: networks)
    folder_clip._system.cache_clear()
    yield networks
    folder_clip._system.cache_clear()


@pytest.fixture
def video(tmp_path, rng):
    path = tmp_path / "films" / "a.mp4"
    path.parent.mkdir()
    write_timed_video(path, np.arange(12) / 30, sound=voice(0.4, rng=rng), size=(60, 80))
    return path


def run(project, *words):
    return CliRunner().invoke(app, ["analyze", *map(str, words), "--project", str(project.root)])


def test_every_form_holds_the_same_answers_and_is_remembered(project, system, video, tmp_path):
    files = [tmp_path / f"out.{ending}" for ending in ("csv", "parquet", "json", "mp4")]
    done = run(project, video, *(word for file in files for word in ("--to", file)))
    assert done.exit_code == 0, done.output
    moments = json.loads(files[2].read_text())["frames"]
    for table in (pd.read_csv(files[0]), pd.read_parquet(files[1])):
        assert list(table["time_s"]) == [moment["time_s"] for moment in moments]
        assert list(table["accumulated_positive"]) == [m["accumulated"]["positive"] for m in moments]
    kept = {one.path: one for one in read_written(project)}
    assert set(kept) == {str(file.resolve()) for file in files}
    assert {one.about for one in kept.values()} == {(sha256_of(video),)}
    assert kept[str(files[3].resolve())].kind == "picture"
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in files)
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_file()) == sorted(file.name for file in files)


def test_a_folder_becomes_one_table(project, system, video, tmp_path):
    (video.parent / "bad.mp4").write_bytes(b"no recording")
    done = run(
        project, video.parent, "--to", tmp_path / "t.csv", "--workers", 0, "--clips-to", tmp_path / "each"
    )
    assert done.exit_code == 0, done.output
    assert "2 recordings: 1 analysed, 0 there already, 1 with a problem" in done.output
    table = pd.read_csv(tmp_path / "t.csv", keep_default_na=False)
    assert list(table["clip"]) == ["a.mp4", "bad.mp4"]
    assert list(table["n_faces"]) == ["14", ""]
    written = {one.path: one.about for one in read_written(project)}
    assert written == dict.fromkeys(
        map(str, (tmp_path / "t.csv", tmp_path / "each" / "a.mp4.csv")), (sha256_of(video),)
    )


def test_what_is_written_is_registered_before_its_first_byte(project, system, video, tmp_path, monkeypatch):
    """So what a killed process leaves is known to the register, too."""
    there, write = [], FollowLooker.look

    def look(self, frame):
        there.append({(one.path, one.about) for one in read_written(project) if one.begun})
        return write(self, frame)

    monkeypatch.setattr(FollowLooker, "look", look)
    about = (sha256_of(video),)
    file = tmp_path / "out.csv"
    assert run(project, video, "--to", file).exit_code == 0
    assert there[0] == {(str(file), about), (f"{file}.partial", about)}
    there.clear()
    write_timed_video(video.parent / "b.mp4", np.arange(3) / 30, size=(60, 80))
    each = tmp_path / "each"
    done = run(project, video.parent, "--to", tmp_path / "t.csv", "--workers", 0, "--clips-to", each)
    assert done.exit_code == 0
    files = {(str(each / f"{name}.csv"), (sha256_of(video.parent / name),)) for name in ("a.mp4", "b.mp4")}
    tables = {(str(tmp_path / name), ()) for name in ("t.csv", ".partial-t.csv.jsonl")}
    assert there[0] == files | tables
    kept = [one for one in read_written(project) if one.path.startswith(str(each))]
    assert {(one.path, one.about) for one in kept} == files
    assert not any(one.begun for one in read_written(project))


def test_what_may_not_be_exported_is_not(project, system, video, tmp_path):
    row = {
        "clip": "a.1",
        "file": "a.1.mp4",
        "sha256": sha256_of(video),
        "kind": "audiovisual",
        "speaker": "ann",
    }
    Dataset(project.dataset_folder("films")).write_table(
        pd.DataFrame([row | {"intended": "", "duration_s": "1.0"}])
    )
    done = run(project, video, "--to", tmp_path / "out.mp4")
    assert isinstance(done.exception, InvalidInputError)
    assert "purpose must be declared" in str(done.exception)
    assert not (tmp_path / "out.mp4").exists()
    done = run(project, video.parent, "--to", tmp_path / "t.csv", "--workers", 0)
    assert done.exit_code == 0
    assert "purpose must be declared" in pd.read_csv(tmp_path / "t.csv")["problem"][0]


def test_wrong_requests_are_refused_with_a_sentence(project, system, video, tmp_path):
    for words, said in (
        ([video, "--to", tmp_path / "a.gif"], r"written as .json, .csv, .parquet, .mp4"),
        ([video, "--to", video], "must not be written over its own recording"),
        ([video, "--to", tmp_path / "a.csv", "--to", tmp_path / "a.csv"], "must be named once"),
        ([video, "--clips-to", tmp_path], "--at-most belong to a folder"),
        ([video, "--faces", "tallest"], "faces must be one of"),
        ([video, "--resume"], "Name the file with --to"),
        ([video.parent], "needs the one table"),
        ([video.parent, "--json", tmp_path / "a.json"], "needs the one table"),
        ([tmp_path / "nowhere.mp4", "--to", tmp_path / "a.csv"], "must be a readable file"),
    ):
        done = run(project, *words)
        assert isinstance(done.exception, InvalidInputError), (words, done.output)
        assert said in str(done.exception)
    assert video.stat().st_size > 1_000
