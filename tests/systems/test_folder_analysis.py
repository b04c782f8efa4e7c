"""A folder of anything becomes one table: every recording a row, whatever the others are."""

import csv
import os
import wave

import numpy as np
import pytest
from scripted_networks import Scripted, by_content
from timed_video import voice, write_timed_video

from workbench.datasets.rights.written import read_written
from workbench.errors import InvalidInputError
from workbench.features.sight import Sight
from workbench.files import sha256_of
from workbench.progress import Stopped
from workbench.systems import folder_analysis, folder_clip
from workbench.systems.analysis import analyze
from workbench.systems.folder_analysis import analyze_folder
from workbench.systems.folder_table import COLUMNS, FolderJournal, read_table, write_table
from workbench.systems.lightweight_fusion import FusionNetworks

RUNS = {"mouth": "m", "visual": "v", "audiovisual": "av"}


class Blind:
    """Looks at nothing, in no time: what is seen is not the question here."""

    def look(self, frame):
        return Sight(frame.time_s, "lost")

    def heard(self, time_s, level_db):
        pass


@pytest.fixture
def system(monkeypatch):
    """The running system by rule instead of by training, and a looker that never finds a face."""
    mouth = Scripted(lambda n, **arrays: np.tile([0.4, 0.6], (n, 1)))
    networks = FusionNetworks(mouth, Scripted(by_content(1)), Scripted(by_content(2)), dict(RUNS))
    for module in (folder_analysis, folder_clip):
        monkeypatch.setattr(module, "load_fusion", lambda *args, **settings: networks)
    monkeypatch.setattr(
        folder_clip, "analyze", lambda *args, **settings: analyze(*args, **settings | {"looker": Blind()})
    )
    folder_clip._system.cache_clear()
    yield networks
    folder_clip._system.cache_clear()


def film(path, *, n=4, sound=False, size=(48, 64)):
    path.parent.mkdir(parents=True, exist_ok=True)
    heard = voice(n / 30, rng=np.random.default_rng(0)) if sound else None
    write_timed_video(path, np.arange(n) / 30, sound=heard, size=size)
    return path


@pytest.fixture
def folder(tmp_path):
    for name in ("a.mp4", "sub/b.mkv", "sub/c.mp4"):
        film(tmp_path / "films" / name)
    return tmp_path / "films"


def analyzed(project, folder, table, **settings):
    return analyze_folder(project, folder, table, n_workers=0, **settings)


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_every_recording_has_a_row_and_the_table_reads_back_the_same(project, folder, system, ending):
    table = project.root / f"t{ending}"
    report = analyzed(project, folder, table)
    assert [row["clip"] for row in report.rows] == ["a.mp4", "sub/b.mkv", "sub/c.mp4"]
    assert read_table(table) == report.rows
    for row in report.rows:
        assert (row["problem"], row["label"], row["n_moments"], row["n_faces"]) == ("", None, 5, 0)
        assert row["sha256"] == sha256_of(folder / row["clip"])
    assert table.stat().st_mode & 0o777 == 0o600
    assert not FolderJournal(table).path.exists()
    assert report.as_json()["analysed"] == 3


def test_what_is_finished_is_not_done_again_and_what_changed_is(project, folder, system, monkeypatch):
    table, done = project.root / "t.csv", []
    real = folder_clip.analyze
    monkeypatch.setattr(
        folder_clip, "analyze", lambda path, *a, **s: done.append(path.name) or real(path, *a, **s)
    )
    first = analyzed(project, folder, table)
    film(folder / "d.mp4")
    film(folder / "a.mp4", n=7)
    report = analyzed(project, folder, table)
    assert done == ["a.mp4", "b.mkv", "c.mp4", "a.mp4", "d.mp4"]
    assert (report.n_known, len(report.rows)) == (2, 4)
    assert report.rows[2:] == first.rows[1:]
    analyzed(project, folder, table, alpha=0.2)
    assert len(done) == 9, "another alpha is another table"


def test_some_can_be_tried_before_all(project, folder, system):
    assert [row["clip"] for row in analyzed(project, folder, project.root / "t.csv", at_most=2).rows] == [
        "a.mp4",
        "sub/b.mkv",
    ]
    report = analyzed(project, folder, project.root / "t.csv")
    assert (report.n_known, len(report.rows)) == (2, 3)
    assert len(analyzed(project, folder, project.root / "t.csv", at_most=1).rows) == 3, "what is there stays"


def test_a_stopped_folder_goes_on_where_it_was(project, folder, system, monkeypatch):
    table, done = project.root / "t.parquet", []
    real = folder_clip.analyze
    monkeypatch.setattr(
        folder_clip, "analyze", lambda path, *a, **s: done.append(path.name) or real(path, *a, **s)
    )

    def stop_after_two(n_done, total, what):
        if n_done == 2:
            raise Stopped

    with pytest.raises(Stopped):
        analyzed(project, folder, table, progress=stop_after_two)
    assert not table.exists()
    journal = FolderJournal(table)
    assert journal.path.stat().st_mode & 0o777 == 0o600
    with journal.path.open("a") as stream:
        stream.write('{"clip": "torn')  # as a kill leaves it
    report = analyzed(project, folder, table)
    assert done == ["a.mp4", "b.mkv", "c.mp4"]
    assert (report.n_known, len(read_table(table))) == (2, 3)
    assert [p.name for p in project.root.iterdir() if p.name.startswith(".partial")] == []


def test_a_file_per_clip_lies_in_the_same_subfolders(project, folder, system, tmp_path):
    report = analyzed(project, folder, tmp_path / "t.csv", clips_to=tmp_path / "each", clips_as=".csv")
    assert report.clip_files == [
        tmp_path / "each" / f"{name}.csv" for name in ("a.mp4", "sub/b.mkv", "sub/c.mp4")
    ]
    rows = list(csv.DictReader(report.clip_files[1].open(encoding="utf-8")))
    assert [row["clip"] for row in rows] == ["b.mkv"] * 5
    report.clip_files[1].unlink()
    assert analyzed(project, folder, tmp_path / "t.csv", clips_to=tmp_path / "each").n_known == 2
    assert report.clip_files[1].is_file()


def test_wrong_requests_are_refused_before_any_work(project, folder, system, tmp_path):
    for settings, said in (
        ({"table": tmp_path / "t.json"}, "written as .csv or .parquet"),
        ({"alpha": 0.0}, r"alpha must lie in \(0, 1\]"),
        ({"clips_to": folder / "out"}, "must lie outside"),
        ({"clips_to": tmp_path, "clips_as": ".gif"}, "is one of .json"),
        ({"folder": tmp_path / "nowhere"}, "must be a folder"),
        ({"folder": project.labels}, "must hold recordings"),
    ):
        asked = {"folder": folder, "table": tmp_path / "t.csv"} | settings
        with pytest.raises(InvalidInputError, match=said):
            analyzed(project, asked.pop("folder"), asked.pop("table"), **asked)
    (tmp_path / "t.csv").write_text("mine\nnot yours\n")
    with pytest.raises(InvalidInputError, match="another file or damaged"):
        analyzed(project, folder, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text() == "mine\nnot yours\n"


def hostile_folder(root):
    """What a folder may hold: for each file whether it can be analysed."""
    good = film(root / "good.mp4", n=8, sound=True)
    whole = good.read_bytes()
    said = {"good.mp4": True}

    def put(name, content, fine):
        path = root / (os.fsdecode(name) if isinstance(name, bytes) else name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        said[os.fsdecode(path.relative_to(root))] = fine

    put("empty.mp4", b"", False)
    put("random.mp4", np.random.default_rng(1).bytes(4_000), False)
    put("\x1b[2J\nred.mp4", b"no recording", False)
    put("cut off.mp4", whole[: len(whole) // 3], False)
    put("list.mp4", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", False)
    put("concat.mkv", b"ffconcat version 1.0\nfile /etc/passwd\n", False)
    put("picture.mp4", b"<svg xmlns='http://www.w3.org/2000/svg'/>", False)
    put("no end.mkv", film(root / "sub" / "x.mkv").read_bytes()[:-300], True)
    said["sub/x.mkv"] = True
    holed = bytearray(film(root / "y.mp4", n=30).read_bytes())
    holed[1_500:2_500] = bytes(1_000)
    put("holed.mp4", bytes(holed), None)
    said["y.mp4"] = True
    for name in (
        "=1+1.mp4",
        "-rf.mp4",
        "a\nb.mp4",
        "'\"%$(x).mp4",
        "<img src=x onerror=1>.mp4",
        "名前🎬.mp4",
        "\u202egpj.mp4",
        "CON.mp4",
        "n" * 251 + ".mp4",
    ):
        put(name, whole, True)
    put(b"\xff\xfe.mp4", whole, True)
    film(root / "odd.mkv", size=(36, 38))
    film(root / "one.mp4", n=1)
    said |= {"odd.mkv": True, "one.mp4": True}
    with wave.open(str(root / "voice.wav"), "wb") as file:
        file.setparams((1, 2, 8_000, 0, "NONE", ""))
        file.writeframes(bytes(1_600))
    said["voice.wav"] = True
    (root / "loop").symlink_to(root, target_is_directory=True)
    (root / "link.mp4").symlink_to(root / "good.mp4")
    os.mkfifo(root / "pipe.mp4")
    said |= {"loop": False, "link.mp4": False, "pipe.mp4": False}
    (root / "notes.txt").write_text("no recording")
    return said


def test_no_bad_file_stops_the_others(project, system, tmp_path):
    root = tmp_path / "films"
    root.mkdir()
    expected = {folder_analysis.readable(name): fine for name, fine in hostile_folder(root).items()}
    for table in (tmp_path / "t.csv", tmp_path / "t.parquet"):
        report = analyzed(project, root, table, clips_to=tmp_path / "each", clips_as=".parquet")
        rows = {row["clip"]: row for row in report.rows}
        assert set(rows) == set(expected)
        for name, fine in expected.items():
            if fine is not None:
                assert (rows[name]["problem"] == "") is fine, (name, rows[name])
            if rows[name]["problem"]:
                assert rows[name]["label"] is None
                assert rows[name]["problem"].endswith("."), "a sentence"
        assert read_table(table) == report.rows
        told = report.as_json()
        assert told["seen"] == told["analysed"] + told["known"] + told["problems"]
        assert told["other_files"] == 1
    written = [one.path for one in read_written(project)]
    assert set(written) == {
        str(path) for path in (*tmp_path.glob("t.*"), *(tmp_path / "each").rglob("*.parquet"))
    }
    good = next(row for row in report.rows if row["clip"] == "good.mp4")
    twins = [row for row in report.rows if row["sha256"] == good["sha256"]]
    assert len(twins) == 11
    assert {row["n_moments"] for row in twins} == {good["n_moments"]}
    assert all(line.isprintable() for line in report.lines())


def test_a_process_that_dies_costs_its_own_row_only(project, folder, system, monkeypatch):
    def some_die(function, items, **settings):
        for number, item in enumerate(items):
            yield number, MemoryError("killed") if number == 1 else function(*item)

    monkeypatch.setattr(folder_analysis, "results_of", some_die)
    report = analyzed(project, folder, project.root / "t.csv")
    assert [bool(row["problem"]) for row in report.rows] == [False, True, False]
    assert "it may be out of memory" in report.rows[1]["problem"]
    monkeypatch.undo()


def test_a_formula_in_a_name_is_no_formula_in_the_table(tmp_path):
    row = dict.fromkeys(COLUMNS) | {
        "clip": "=1+1.mp4",
        "problem": "@x",
        "notes": "",
        "sha256": "",
        "made_with": "m",
    }
    write_table(tmp_path / "t.csv", [row])
    assert "\n'=1+1.mp4," in (tmp_path / "t.csv").read_text()
    assert read_table(tmp_path / "t.csv") == [row]


def test_a_table_about_other_recordings_is_not_written_over(project, folder, system, tmp_path):
    table = tmp_path / "t.parquet"
    analyzed(project, folder, table)
    before = table.read_bytes()
    film(tmp_path / "others" / "x.mp4")
    with pytest.raises(InvalidInputError, match="tells about 3 others"):
        analyzed(project, tmp_path / "others", table)
    assert table.read_bytes() == before


def test_a_file_about_a_clip_is_never_left_from_another_setting(project, folder, system, tmp_path):
    table, each = tmp_path / "t.csv", tmp_path / "each"
    clip = each / "a.mp4.json"
    analyzed(project, folder, table, clips_to=each, clips_as=".json")
    first = clip.stat().st_mtime_ns
    assert analyzed(project, folder, table, clips_to=each, clips_as=".json").n_known == 3
    assert analyzed(project, folder, table).n_known == 3
    assert analyzed(project, folder, table, alpha=0.5).n_known == 0
    assert clip.stat().st_mtime_ns == first
    assert analyzed(project, folder, table, alpha=0.5, clips_to=each, clips_as=".json").n_known == 0
    assert clip.stat().st_mtime_ns > first
