"""What a killed export leaves anywhere goes with whom it is about, and only with them."""

import pytest

from workbench.datasets.rights.written import read_written, record_begun, record_ended, record_written
from workbench.files import PendingFile
from workbench.forgetting.page_steps import exports
from workbench.forgetting.subject import Subject
from workbench.forgetting.work import Work

THEIRS, OTHERS = "ab" * 32, "cd" * 32


@pytest.fixture
def forgotten(project):
    def erase(*, dry=False):
        subject = Subject("ann", (), (), (), (), (THEIRS,), ())
        work = Work(project, subject, "1", dry)
        exports(work)
        return work

    return erase


@pytest.fixture
def killed(project, tmp_path):
    """Files that were begun about her and about somebody else, as a process that is killed leaves them."""
    folder = tmp_path / "out"
    for whose, about in (("hers", THEIRS), ("his", OTHERS)):
        targets = [folder / f"{whose}.csv", folder / f"{whose}.mp4", folder / f"{whose}.csv.partial"]
        record_begun(project, "table", dict.fromkeys(targets, (about,)))
        PendingFile(targets[1]).begin().write_bytes(b"half a picture")
        targets[0].write_text("whole already")
        targets[2].write_text("some moments")
    return folder


def test_half_written_files_are_erased_with_whom_they_are_about(project, killed, forgotten):
    before = sorted(killed.iterdir())
    would = forgotten(dry=True)
    assert sorted(killed.iterdir()) == before and would.count == 3
    work = forgotten()
    assert work.count == 3
    assert all("his." in path.name for path in killed.iterdir()) and len(list(killed.iterdir())) == 3
    assert {one.about for one in read_written(project)} == {(OTHERS,)}


def test_what_lay_there_before_and_was_not_reached_stays(project, tmp_path, forgotten):
    older = tmp_path / "notes.csv"
    older.write_text("somebody's own")
    record_begun(project, "table", {older: (THEIRS,)})
    assert forgotten().count == 0 and older.read_text() == "somebody's own"
    assert read_written(project) == []


def test_what_was_finished_is_no_longer_begun(project, tmp_path):
    done, never = tmp_path / "a.csv", tmp_path / "b.csv"
    record_begun(project, "table", {done: (THEIRS,), never: (THEIRS,)})
    done.write_text("a")
    record_written(project, "table", [done], about=[THEIRS])
    assert [one.begun for one in read_written(project)] == [True, True, False]
    record_ended(project, [done, never])
    assert [(one.path, one.begun) for one in read_written(project)] == [(str(done.resolve()), False)]
