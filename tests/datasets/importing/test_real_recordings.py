import pytest

from workbench.datasets.catalog import Dataset
from workbench.datasets.importing.run import import_path

pytestmark = pytest.mark.real


def test_every_take_of_actor_05_is_taken(project, real_data, bytes_of):
    report = import_path(project, real_data / "ravdess" / "Actor_05", "actor")
    assert (report.seen, report.accepted, report.warned) == (77, 74, 3)
    assert {file.code for file in report.files} == {"", "SILENT_TRACK"}
    table = Dataset.open(project, "actor").table()
    assert table["kind"].value_counts().to_dict() == {"audio": 60, "audiovisual": 14, "video": 3}
    assert set(table["speaker"]) == {"actor-05"} and set(table["sex"]) == {"male"}
    films = table[table["kind"] == "audiovisual"]
    assert films["intended"].value_counts().to_dict() == {"": 7, "negative": 5, "positive": 1, "neutral": 1}
    assert set(films["frame_rate"]) == {"29.97"}
    before = bytes_of("actor")
    assert import_path(project, real_data / "ravdess" / "Actor_05", "actor").duplicate == 77
    assert bytes_of("actor") == before


def test_the_same_takes_in_720p_are_other_contents(project, real_data):
    import_path(project, real_data / "ravdess" / "Actor_05" / "01-01-01-01-02-01-05.mp4", "both")
    report = import_path(project, real_data / "ravdess_720p", "both")
    assert (report.seen, report.accepted) == (3, 3)
    assert Dataset.open(project, "both").table()["name"].duplicated().sum() == 1


def test_other_talking_heads_come_in_without_labels(project, real_data):
    report = import_path(project, real_data / "talking", "talking")
    assert (report.seen, report.accepted, report.warned, report.n_ignored) == (12, 9, 3, 3)
    odd = {file.path: file.code for file in report.files if file.outcome == "warned"}
    assert odd == {
        "pyfeat/WolfgangLanger_Pexels.mp4": "SILENT_TRACK",
        "pyfeat/face_noface.mov": "LENGTHS_DIFFER",
        "pyfeat/noface_face.mov": "LENGTHS_DIFFER;VARIABLE_FRAME_RATE",
    }
    table = Dataset.open(project, "talking").table()
    assert set(table["speaker"]) == set(table["intended"]) == {""}
