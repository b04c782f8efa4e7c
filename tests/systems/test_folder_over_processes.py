"""A folder over several processes: the same table as in one, without TensorFlow in any of them."""

import shutil

import pytest

from workbench.systems.folder_analysis import analyze_folder


@pytest.mark.slow
def test_processes_say_what_one_says(demo_project, tmp_path):
    films = tmp_path / "films"
    films.mkdir()
    shutil.copy(min((demo_project.datasets / "sample" / "media").glob("*.mp4")), films)
    (films / "bad.mp4").write_bytes(b"no recording")
    there = analyze_folder(demo_project, films, tmp_path / "a.csv", n_workers=2)
    here = analyze_folder(demo_project, films, tmp_path / "b.csv", n_workers=0)
    without_pace = [
        [{k: v for k, v in row.items() if k != "seconds_of_work"} for row in r.rows] for r in (there, here)
    ]
    assert without_pace[0] == without_pace[1]
    assert [bool(row["problem"]) for row in here.rows] == [False, True]
    assert here.rows[0]["label"]
    assert here.rows[0]["n_faces"] > 0.8 * here.rows[0]["n_moments"] > 0
