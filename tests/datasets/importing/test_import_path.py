import os
import shutil
import subprocess
import sys
import zipfile

import pandas as pd
import pytest
from filelock import FileLock

from workbench.datasets.catalog import Dataset
from workbench.datasets.importing import run
from workbench.datasets.importing.naming import original
from workbench.datasets.importing.outcome import OUTCOMES
from workbench.datasets.importing.run import import_path
from workbench.errors import InvalidInputError, StorageError
from workbench.progress import Stopped


def outcomes(report):
    """Path to (outcome, code); and the counts must add up."""
    counts = report.as_json()
    assert counts["seen"] == sum(counts[outcome] for outcome in OUTCOMES) == len(counts["files"])
    return {file.path: (file.outcome, file.code) for file in report.files}


@pytest.fixture(scope="session")
def drawn_takes(tmp_path_factory, record, voice_file, tone):
    """A RAVDESS folder with a film, its mute copy and two voices, and a clip of another sort; drawn once."""
    folder = tmp_path_factory.mktemp("takes")
    record(folder / "Actor_05" / "01-01-03-01-01-02-05.mp4", seed=1)
    record(folder / "Actor_05" / "02-01-03-01-01-02-05.mp4", seed=1, sound=0 * tone(1.0))
    voice_file(folder / "Actor_06" / "03-01-05-02-02-01-06.wav", level=0.2)
    voice_file(folder / "Actor_06" / "03-01-07-02-02-01-06.WAV", level=0.1)
    record(folder / "talk.mp4", seed=2)
    (folder / "notes.txt").write_text("not a recording")
    return folder


@pytest.fixture
def takes(source, drawn_takes):
    """A copy of the drawn takes that a test may change."""
    shutil.copytree(drawn_takes, source, dirs_exist_ok=True)
    return source


def test_a_folder_becomes_a_dataset(project, takes):
    report = import_path(project, takes, "study")
    assert outcomes(report) == {
        "Actor_05/01-01-03-01-01-02-05.mp4": ("accepted", ""),
        "Actor_05/02-01-03-01-01-02-05.mp4": ("warned", "SILENT_TRACK"),
        "Actor_06/03-01-05-02-02-01-06.wav": ("accepted", ""),
        "Actor_06/03-01-07-02-02-01-06.WAV": ("accepted", ""),
        "talk.mp4": ("accepted", ""),
    }
    assert (
        report.lines()[-1] == "study: 5 seen = 4 accepted, 1 warned, 0 quarantined, 0 refused, 0 duplicate."
    )
    assert "1 other file ignored (no recordings)." in report.lines()
    clips = Dataset.open(project, "study").clips()
    assert [(c.kind, c.speaker, c.intended) for c in clips] == [
        ("audiovisual", "actor-05", "positive"),
        ("video", "actor-05", "positive"),
        ("audio", "actor-06", "negative"),
        ("audio", "actor-06", ""),
        ("audiovisual", "", ""),
    ]
    assert all(clip.path.is_file() for clip in clips)


def test_the_catalog_tells_what_the_name_says_and_what_was_measured(project, takes):
    import_path(project, takes, "study", licence="CC BY-NC-SA 4.0")
    first = Dataset.open(project, "study").table().iloc[0]
    assert first["clip"] == f"01-01-03-01-01-02-05.{first['sha256'][:8]}"
    said = first[["emotion", "intensity", "statement", "repetition", "sex", "modality", "channel"]].tolist()
    assert said == ["happy", "normal", "01", "02", "male", "audiovisual", "speech"]
    measured = first[["width", "height", "n_frames", "frame_rate", "sound_rate"]].tolist()
    assert measured == ["64", "48", "30", "30.0", "48000"]
    assert (first["name"], first["origin"]) == (
        "01-01-03-01-01-02-05.mp4",
        "Actor_05/01-01-03-01-01-02-05.mp4",
    )
    assert (first["licence"], first["warnings"]) == ("CC BY-NC-SA 4.0", "")
    voice = Dataset.open(project, "study").table().iloc[3]
    assert voice["file"].endswith(".wav") and voice["width"] == voice["frame_rate"] == voice["n_frames"] == ""


def test_importing_twice_changes_nothing(project, takes, bytes_of):
    import_path(project, takes, "study")
    before = bytes_of("study")
    report = import_path(project, takes, "study")
    assert {outcome for outcome, _ in outcomes(report).values()} == {"duplicate"}
    assert bytes_of("study") == before


def test_the_same_content_under_another_name_is_there_once(project, takes):
    shutil.copy(takes / "talk.mp4", takes / "zebra.mp4")
    report = import_path(project, takes, "study")
    assert outcomes(report)["zebra.mp4"] == ("duplicate", "DUPLICATE")
    assert len(Dataset.open(project, "study").table()) == 5


def test_the_same_content_under_a_name_that_says_otherwise_is_told(project, takes):
    shutil.copy(takes / "Actor_05/01-01-03-01-01-02-05.mp4", takes / "Actor_05/01-01-04-01-01-02-05.mp4")
    report = import_path(project, takes, "study")
    assert outcomes(report)["Actor_05/01-01-04-01-01-02-05.mp4"] == ("duplicate", "CONTRADICTING_DUPLICATE")
    assert "actor-05, sad; the catalog says actor-05, happy" in "".join(report.lines())


def test_a_later_import_adds_to_the_dataset_and_keeps_foreign_columns(project, takes, record, source):
    import_path(project, takes, "study")
    dataset = Dataset.open(project, "study")
    dataset.write_table(dataset.table().assign(consent="yes"))
    new = record(source.parent / "more" / "new.mp4", seed=9)
    import_path(project, new, "study")
    table = dataset.table()
    assert table["consent"].tolist() == ["yes"] * 5 + [""]
    assert table["name"].iloc[-1] == "new.mp4"


def test_a_wrong_ravdess_name_is_set_aside_with_its_field(project, takes):
    (takes / "Actor_06/03-01-05-02-02-01-06.wav").rename(takes / "Actor_06/03-01-O5-02-02-01-06.wav")
    report = import_path(project, takes, "study")
    assert outcomes(report)["Actor_06/03-01-O5-02-02-01-06.wav"] == ("quarantined", "BAD_RAVDESS_NAME")
    folder = project.dataset_folder("study")
    row = pd.read_csv(folder / "quarantine.csv", dtype=str).iloc[0]
    assert row["code"] == "BAD_RAVDESS_NAME" and "Field 3 (emotion)" in row["message"]
    assert (folder / "quarantine" / row["file"]).is_file()
    assert row["sha256"] not in set(Dataset.open(project, "study").table()["sha256"])


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("03-01-05-02-02-01-06.mp4", {}),
        ("02-01-05-02-02-01-06.mp4", {}),
        ("01-01-05-02-02-01-06.mp4", {"sound": None}),
        ("01-01-05-02-02-01-06.m4a", {"n_frames": 0, "container": "mp4"}),
        ("02-01-05-02-02-01-06.m4a", {"n_frames": 0, "container": "mp4"}),
    ],
)
def test_a_name_that_contradicts_the_content_is_set_aside(project, source, record, name, made):
    record(source / name, **made)
    report = import_path(project, source, "study")
    assert outcomes(report)[name] == ("quarantined", "BAD_RAVDESS_NAME")
    assert "Field 1 (modality)" in report.files[0].message


def test_a_take_in_another_actors_folder_is_set_aside(project, takes):
    (takes / "Actor_05/01-01-03-01-01-02-05.mp4").rename(takes / "Actor_06/01-01-03-01-01-02-05.mp4")
    report = import_path(project, takes / "Actor_06", "study")
    assert outcomes(report)["01-01-03-01-01-02-05.mp4"] == ("quarantined", "BAD_RAVDESS_NAME")


def test_what_was_set_aside_comes_in_once_its_name_is_mended(project, takes, bytes_of):
    right, wrong = takes / "Actor_06/03-01-05-02-02-01-06.wav", takes / "Actor_06/03-01-05-02-02-01-6.wav"
    right.rename(wrong)
    import_path(project, takes, "study")
    again = import_path(project, takes, "study")
    assert outcomes(again)["Actor_06/03-01-05-02-02-01-6.wav"] == ("quarantined", "BAD_RAVDESS_NAME")
    assert len(pd.read_csv(project.dataset_folder("study") / "quarantine.csv")) == 1
    wrong.rename(right)
    assert import_path(project, takes, "study").accepted == 1
    assert not [name for name in bytes_of("study") if name.startswith("quarantine/")]
    assert pd.read_csv(project.dataset_folder("study") / "quarantine.csv").empty


def test_one_bad_file_never_stops_the_batch(project, takes, monkeypatch):
    (takes / "a_first.mp4").write_bytes(b"")
    (takes / "b_second.mp4").write_bytes(b"no recording at all" * 50)
    os.mkfifo(takes / "c_pipe.mp4")
    shutil.copy(takes / "talk.mp4", takes / "d_surprise.mp4")
    looked = run.judge.__globals__["probe"]

    def probe(path, **options):
        if path.name == "d_surprise.mp4":
            raise RuntimeError("the decoder gave up")
        return looked(path, **options)

    monkeypatch.setattr("workbench.datasets.importing.judging.probe", probe)
    answers = outcomes(import_path(project, takes, "study"))
    assert answers["a_first.mp4"] == ("refused", "EMPTY")
    assert answers["b_second.mp4"] == ("refused", "NOT_MEDIA")
    assert answers["c_pipe.mp4"] == ("refused", "UNREADABLE")
    assert answers["d_surprise.mp4"] == ("refused", "DAMAGED")
    assert len(Dataset.open(project, "study").table()) == 5


def test_a_file_that_changes_while_it_is_looked_at_is_refused(project, source, record, monkeypatch):
    path = record(source / "growing.mp4")
    looked = run.judge.__globals__["probe"]

    def probe(path, **options):
        facts = looked(path, **options)
        path.write_bytes(path.read_bytes() + b"more")
        return facts

    monkeypatch.setattr("workbench.datasets.importing.judging.probe", probe)
    assert outcomes(import_path(project, path, "study"))["growing.mp4"] == (
        "refused",
        "CHANGED_DURING_IMPORT",
    )


@pytest.mark.parametrize("change", ["another content", None])
def test_a_file_that_changes_before_it_is_copied_is_refused(project, takes, bytes_of, monkeypatch, change):
    judged = run.judge

    def judge(found, **options):
        answer = judged(found, **options)
        if found.name == "talk.mp4":
            found.path.write_text(change) if change else found.path.unlink()
        return answer

    monkeypatch.setattr(run, "judge", judge)
    assert outcomes(import_path(project, takes, "study"))["talk.mp4"] == ("refused", "CHANGED_DURING_IMPORT")
    assert not [name for name in bytes_of("study") if "talk" in name or ".partial" in name]


def test_a_file_that_vanishes_or_may_not_be_read_is_refused(project, takes, monkeypatch):
    def closed(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("workbench.datasets.importing.judging.sha256_of", closed)
    answers = outcomes(import_path(project, takes, "study"))
    assert set(answers.values()) == {("refused", "UNREADABLE")}


def test_a_stopped_import_goes_on_where_it_was(project, takes, bytes_of):
    def stop_at_three(done, total, what):
        if done == 3:
            raise Stopped

    with pytest.raises(Stopped):
        import_path(project, takes, "study", progress=stop_at_three)
    assert len(Dataset.open(project, "study").table()) == 3
    report = import_path(project, takes, "study")
    assert (report.duplicate, report.accepted) == (3, 2)
    other = import_path(project, takes, "at_once")
    assert other.seen == 5
    assert bytes_of("study")["catalog.csv"] == bytes_of("at_once")["catalog.csv"]


def test_a_killed_import_leaves_a_whole_dataset_that_can_be_gone_on_with(project, takes):
    code = (
        "import os, sys\n"
        "from workbench.project import Project\n"
        "from workbench.datasets.importing import intake\n"
        "from workbench.datasets.importing.run import import_path\n"
        "intake._SAVE_EVERY = 1\n"
        "def kill(done, total, what):\n"
        "    if done == 2: os._exit(9)\n"
        f"import_path(Project.open({str(project.root)!r}), {str(takes)!r}, 'study', progress=kill)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    assert len(Dataset.open(project, "study").table()) == 2
    assert import_path(project, takes, "study").duplicate == 2


def test_progress_counts_every_file_to_the_end(project, takes):
    told = []
    import_path(project, takes, "study", progress=lambda *step: told.append(step))
    assert [done for done, _, _ in told] == [0, 1, 2, 3, 4, 5]
    assert {total for _, total, _ in told} == {5}


def test_a_zip_gives_the_same_dataset_as_its_folder(project, takes, bytes_of):
    packed = takes.parent / "source.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(takes.rglob("*")):
            archive.write(path, path.relative_to(takes))
    assert import_path(project, packed, "zipped").accepted == 4
    import_path(project, takes, "plain")
    assert bytes_of("zipped") == bytes_of("plain")
    assert not list(project.dataset_folder("zipped").glob(".partial*"))


def test_an_unsafe_zip_is_refused_as_a_whole(project, source, record, bytes_of):
    packed = source / "bad.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(record(source / "good.mp4"), "good.mp4")
        archive.writestr("../evil.mp4", b"x")
    with pytest.raises(InvalidInputError, match=r"\.\./evil\.mp4"):
        import_path(project, packed, "study")
    assert "catalog.csv" not in bytes_of("study")
    assert not (project.datasets / "evil.mp4").exists()


def test_a_single_file_is_answered_for_whatever_it_is(project, source, record):
    words = source / "notes.txt"
    words.write_text("words")
    assert outcomes(import_path(project, words, "study")) == {"notes.txt": ("refused", "NOT_MEDIA")}
    assert import_path(project, record(source / "talk.mp4"), "study").accepted == 1


def test_a_folder_without_recordings_is_said(project, source):
    report = import_path(project, source, "study")
    assert report.seen == 0 and "No recording was found" in report.lines()[-1]


def test_what_is_not_there_is_said(project, source):
    with pytest.raises(InvalidInputError, match="check the path"):
        import_path(project, source / "absent", "study")


@pytest.mark.parametrize(
    "name",
    [
        "two words.mp4", "em😀ji.mp4", 'quo"te\'s.mp4', "100%.mp4", "new\nline.mp4", "-leading.mp4", "=1+1.mp4", "dot..mp4",
        "n" * 250 + ".mp4", "a\u202eb.mp4", "CON.mp4", "<img onerror=alert(1)>.mp4", "comma,semicolon;.mp4", "back\\slash.mp4",
        os.fsdecode(b"caf\xe9.mp4"), "UPPER.MP4", "no_extension",
    ],
)  # fmt: skip
def test_any_name_is_taken_and_kept_without_loss(project, source, record, name):
    made = record(source.parent / "made.mp4")
    shutil.copy(made, source / name)
    report = import_path(project, source, "study")
    assert report.accepted + report.warned == 1, report.lines()
    assert "\n" not in report.lines()[0]
    row = Dataset.open(project, "study").table().iloc[0]
    assert original(row["name"]) == name
    assert (Dataset.open(project, "study").media / row["file"]).read_bytes() == made.read_bytes()
    assert import_path(project, source, "study").duplicate == 1


def test_twins_whose_names_differ_only_in_unicode_form_are_two_clips(project, source, record):
    record(source / "caf\u00e9.mp4", seed=1)
    record(source / "cafe\u0301.mp4", seed=2)
    assert import_path(project, source, "study").accepted == 2
    assert Dataset.open(project, "study").table()["clip"].is_unique


def test_recordings_are_for_their_owner_only(project, takes):
    import_path(project, takes, "study")
    media = Dataset.open(project, "study").media
    assert media.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in media.iterdir()} == {0o600}


def test_a_lost_recording_is_put_back(project, takes):
    import_path(project, takes, "study")
    lost = Dataset.open(project, "study").clips()[0].path
    lost.unlink()
    report = import_path(project, takes, "study")
    assert lost.is_file() and "put back" in report.files[0].message


def test_a_second_import_at_the_same_time_waits_and_then_says_so(project, takes, monkeypatch):
    monkeypatch.setattr(run, "_LOCK_TIMEOUT_S", 0.1)
    folder = project.dataset_folder("study")
    folder.mkdir()
    with FileLock(folder / ".import.lock"), pytest.raises(StorageError, match="One import at a time"):
        import_path(project, takes, "study")


def test_a_full_disk_stops_the_import_and_keeps_what_is_finished(project, takes, monkeypatch):
    from workbench.datasets.importing import intake

    copied = intake.copy_as_hashed

    def copy(source, target, **options):
        if source.name == "talk.mp4":
            raise StorageError("no space")
        copied(source, target, **options)

    monkeypatch.setattr(intake, "copy_as_hashed", copy)
    with pytest.raises(StorageError):
        import_path(project, takes, "study")
    assert len(Dataset.open(project, "study").table()) == 4


def test_a_damaged_quarantine_table_is_said(project, takes):
    folder = project.dataset_folder("study")
    folder.mkdir()
    (folder / "quarantine.csv").write_text("a,b\n1,2\n")
    with pytest.raises(StorageError, match="damaged"):
        import_path(project, takes, "study")
