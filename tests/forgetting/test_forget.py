"""Who withdraws is erased to the last byte, and everybody else stays bit by bit as they were."""

import json
import shutil

import pytest

from tests.forgetting.world import CANARY, SPEAKER, every_byte, make_world
from workbench.datasets.catalog import Dataset
from workbench.datasets.forgotten import read_tombstone
from workbench.datasets.importing.run import import_path
from workbench.datasets.rights.audit import audit_lines
from workbench.datasets.rights.written import read_written
from workbench.errors import InvalidInputError, StorageError
from workbench.evaluation.predictions import read
from workbench.evaluation.report import evaluate
from workbench.files import read_json
from workbench.forgetting import run as forgetting
from workbench.forgetting.run import forget, is_unfinished, look
from workbench.forgetting.steps import STEPS, Step
from workbench.labels.backups import FOLDER, check, list_backups, restore
from workbench.labels.store import LabelStore
from workbench.models.runs import Run
from workbench.project import Project
from workbench.reports.stored import read_comparison, stored_evaluation
from workbench.reports.summary import summary_of_run


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The world, written once; copied for each test that erases."""
    folder = tmp_path_factory.mktemp("canaries")
    return make_world(Project.open(folder / "project"), folder)


@pytest.fixture
def world(written, tmp_path):
    """A copy of the world. Files outside the project stay where they are: their register is not copied."""
    shutil.copytree(written.project.root, tmp_path / "project")
    return Project(tmp_path / "project")


def others(project, clips):
    """Every file of somebody else's, by its bytes."""
    found = {}
    for path in sorted(project.root.rglob("*")):
        inside = path.relative_to(project.root).as_posix()
        theirs = any(clip in inside for clip in clips) or "-05." in inside or "CANARY" in inside
        kept = inside.startswith("datasets/") and path.suffix in {".wav", ".npz", ".json"}
        if path.is_file() and kept and not theirs and path.name not in {"forgotten.json", "embeddings.npz"}:
            found[inside] = path.read_bytes()
    return found


def labels_of_others(place, clips):
    with LabelStore.open(place, read_only=True) as store:
        return [
            {k: v for k, v in row.items() if k != "chain"} for row in store.rows() if row["clip"] not in clips
        ]


def canaries(root):
    return {str(path.relative_to(root)) for path, content in every_byte(root) if CANARY in content}


def test_nothing_is_left_of_who_withdrew_and_others_are_as_they_were(written, tmp_path_factory):
    """The whole of it once, in a world of its own whose exports lie outside the project."""
    folder = tmp_path_factory.mktemp("forget")
    world = make_world(Project.open(folder / "project"), folder)
    project, clips = world.project, world.clips
    before = others(project, clips), labels_of_others(project.labels, clips)
    assert len(canaries(project.root)) > 25
    erased = forget(project, SPEAKER)
    assert canaries(project.root) == set()
    for path, content in every_byte(project.root):
        for word in (*clips, *(clip.rpartition(".")[0] for clip in clips), SPEAKER):
            assert word.encode() not in content, (path, word)
            assert word not in str(path), path
    assert (others(project, clips), labels_of_others(project.labels, clips)) == before
    assert len(before[0]) > 60
    assert erased.left == []
    # Exports outside: erased, but for the one that somebody changed.
    assert {path.name for path in world.outside.iterdir()} == {"changed.csv", "changed.csv.manifest.json"}
    assert any("was changed since" in note for note in erased.notes)
    assert [one.path for one in read_written(project)] == [str((world.outside / "changed.csv").resolve())]
    assert (project.reports / "published" / "another.html").is_file()
    assert not (project.reports / "published" / "20260101").exists()
    assert any("https://example.org/1" in note and clips[0] in note for note in erased.notes)


def test_labels_and_all_backups_stay_whole_and_say_what_is_erased(world, written):
    kept = labels_of_others(world.labels, written.clips)
    forget(world, SPEAKER)
    with LabelStore.open(world.labels) as store:
        assert check(store) == []
        (erasure,) = store.erasures()
    line = next(one for one in audit_lines(world) if one["event"] == "labels erased")
    assert (line["head_before"], line["head_after"]) == (erasure.head_before, erasure.head_after)
    backups = list_backups(world.labels / FOLDER)
    assert len(backups) == 2
    for number, folder in enumerate(backups):
        place = world.root.parent / f"restored-{number}"
        restored = restore(folder, place, keys=world.labels / "backup.keys")
        assert restored.erased == erasure.n_events == 12
        assert labels_of_others(place, written.clips) == kept


def test_a_recording_that_was_erased_is_refused_when_it_comes_again(world, written, tmp_path):
    forget(world, SPEAKER)
    stone = (world.datasets / "talk" / "forgotten.json").read_text()
    assert SPEAKER not in stone
    again = import_path(world, written.source, "talk")
    refused = [file for file in again.files if file.code == "FORGOTTEN"]
    assert len(refused) == again.refused == 4  # three takes, and the one that had been set aside
    assert "withdrew" in refused[0].message
    # Under another name, and into another dataset: by content.
    shutil.copy(written.source / "03-01-05-01-01-02-05.wav", tmp_path / "harmless.wav")
    assert import_path(world, tmp_path / "harmless.wav", "new").files[0].code == "FORGOTTEN"
    # Another recording of the same speaker: by name.
    other = tmp_path / "03-01-03-01-02-01-05.wav"
    shutil.copy(written.source / "03-01-03-01-01-01-06.wav", other)
    with other.open("ab") as stream:
        stream.write(b"\0\0")
    assert import_path(world, other, "talk").files[0].code == "FORGOTTEN"
    assert not Dataset(world.datasets / "talk").table()["speaker"].eq(SPEAKER).any()


def test_runs_are_judged_again_by_what_is_left_and_say_so(world, written):
    before = stored_evaluation(Run(world.runs / written.runs["audiovisual"].id))
    forget(world, SPEAKER)
    run = Run(world.runs / written.runs["audiovisual"].id)
    table = read(run.folder / "predictions.csv")
    fresh, stored = evaluate(table, split="speaker").as_json(), stored_evaluation(run)
    assert stored["clips"] == fresh["clips"]
    assert before["clips"]["accuracy"]["n"] - stored["clips"]["accuracy"]["n"] == 3
    (warning,) = [w for w in stored["warnings"] if w["code"] == "withdrawal"]
    assert "3 clips were erased" in warning["message"]
    assert run.facts()["warnings"] == stored["warnings"]
    assert len({w["code"] for w in stored["warnings"]}) == len(stored["warnings"])
    assert SPEAKER not in run.facts()["speakers"]["test"]
    comparison = read_comparison(world, "20261121-101500-talk")
    assert {pair["n"] for pair in comparison.pairs} == {15}
    assert summary_of_run(world, run).systems
    assert not (run.folder / "gate.json").exists()
    assert not (run.folder / "maps").exists()
    assert len(list((run.folder / "timeline").iterdir())) == 3


def test_a_run_that_tested_nobody_else_is_marked_and_its_comparison_goes(world, written):
    forget(world, SPEAKER)
    run = Run(world.runs / written.runs["alone"].id)
    assert run.facts()["status"] == "emptied"
    with pytest.raises(InvalidInputError, match="erased"):
        stored_evaluation(run)
    assert [path.stem for path in (world.reports / "comparisons").glob("*.json")] == ["20261121-101500-talk"]


def test_models_that_learnt_from_the_speaker_are_named(world, written):
    erased = forget(world, SPEAKER)
    assert erased.models == [written.runs["mouth"].id]
    text = "\n".join(erased.lines())
    assert f"A model learnt from them, its weights are still there: {written.runs['mouth'].id}" in text


def test_the_same_content_in_another_dataset_goes_too_and_its_neighbour_stays(world):
    forget(world, SPEAKER)
    (left,) = Dataset(world.datasets / "copies").table()["clip"]
    assert left.startswith("somebody")


def test_a_dry_run_counts_the_same_and_changes_nothing(world):
    before = {str(path): content for path, content in every_byte(world.root)}
    would = look(world, SPEAKER)
    assert {str(path): content for path, content in every_byte(world.root)} == before
    assert would.n_clips == 4
    assert not read_tombstone(world.datasets / "talk")
    did = forget(world, SPEAKER)
    for name in ("tombstones", "labels", "recordings", "derived", "tables", "leftovers", "pages"):
        assert would.counts[name] == did.counts[name] > 0, name


@pytest.mark.parametrize("number", range(len(STEPS)))
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_erasing_that_was_cut_off_at_any_step_is_gone_on_with(world, written, monkeypatch, number, when):
    class Killed(BaseException):
        pass

    step = STEPS[number]

    def cut(work):
        if when == "after":  # all of the step done, and nothing of it noted
            step.do(work)
        raise Killed

    steps = [*STEPS[:number], Step(step.name, step.what, cut), *STEPS[number + 1 :]]
    monkeypatch.setattr(forgetting, "STEPS", tuple(steps))
    with pytest.raises(Killed):
        forget(world, SPEAKER)
    monkeypatch.undo()
    assert is_unfinished(world, SPEAKER)
    erased = forget(world, SPEAKER)
    assert not is_unfinished(world, SPEAKER)
    assert erased.left == []
    assert canaries(world.root) == set()
    assert erased.models == [written.runs["mouth"].id]
    with LabelStore.open(world.labels, read_only=True) as store:
        assert check(store) == []


def test_the_receipt_and_the_audit_hold_ids_and_counts_and_no_name(world, written):
    erased = forget(world, SPEAKER)
    receipt = world.reports / "forgetting" / f"{erased.id}.json"
    assert receipt.stat().st_mode & 0o777 == 0o600
    told = read_json(receipt)
    assert told["counts"]["labels"] > 0
    assert told["files_left"] == 0
    text = receipt.read_text() + json.dumps(audit_lines(world))
    assert not any(word in text for word in (SPEAKER, *written.clips))
    assert audit_lines(world)[-1]["event"] == "speaker forgotten"


def test_nobody_of_that_name_is_said_with_those_there_are(world):
    with pytest.raises(InvalidInputError, match="actor-01"):
        forget(world, "anna")
    forget(world, SPEAKER)
    with pytest.raises(InvalidInputError, match="speaker of a catalog"):
        forget(world, SPEAKER)


def test_a_name_is_erased_in_the_named_dataset_only_but_its_recordings_everywhere(world, tmp_path, written):
    other = tmp_path / "other" / "03-01-03-01-02-02-05.wav"
    other.parent.mkdir()
    shutil.copy(written.source / "03-01-03-01-01-01-06.wav", other)
    with other.open("ab") as stream:
        stream.write(b"\0\0")
    import_path(world, other.parent, "others")
    forget(world, SPEAKER, "talk")
    assert list(Dataset(world.datasets / "others").table()["speaker"]) == [SPEAKER]
    assert len(Dataset(world.datasets / "copies").table()) == 1


def test_damaged_labels_are_mended_first(world):
    with LabelStore.open(world.labels) as store, store.database.writing() as connection:
        connection.exec_driver_sql("DROP TRIGGER label_events_no_delete")
        connection.exec_driver_sql("DELETE FROM label_events WHERE sequence = 2")
    with pytest.raises(StorageError, match="Only whole labels"):
        forget(world, SPEAKER)
    assert is_unfinished(world, SPEAKER)


def test_what_only_a_person_can_judge_is_listed(world, written):
    notebook = world.root / "notebooks" / "mine.ipynb"
    notebook.parent.mkdir()
    notebook.write_text(f"about {written.clips[0]}")
    erased = forget(world, SPEAKER)
    assert erased.left == [str(notebook)]
    assert "see for yourself" in "\n".join(erased.lines())
