"""Who withdraws is erased to the last byte, and everybody else stays bit by bit as they were."""

import json
import shutil

import pytest

from tests.forgetting.conftest import copy_of
from tests.forgetting.world import CANARY, SPEAKER, every_byte
from workbench.datasets.catalog import Dataset
from workbench.datasets.importing.run import import_path
from workbench.datasets.rights.audit import audit_lines
from workbench.datasets.rights.consent import read_consents
from workbench.datasets.rights.written import read_written
from workbench.errors import InvalidInputError, StorageError
from workbench.evaluation.predictions import read
from workbench.evaluation.report import evaluate
from workbench.files import read_json
from workbench.forgetting.run import forget, is_unfinished, look
from workbench.labels.backups import FOLDER, check, list_backups, restore
from workbench.labels.moving import use_database
from workbench.labels.store import LabelStore
from workbench.models.groups import list_groups
from workbench.models.runs import Run
from workbench.reports.stored import read_comparison, stored_evaluation
from workbench.reports.summary import summary_of_run


def files_of_others(world):
    """Every recording and feature of somebody else, by its bytes."""
    found = {}
    for path in sorted(world.project.datasets.rglob("*")):
        inside = path.relative_to(world.project.root).as_posix()
        theirs = any(word in inside for word in (*world.clips, "-05.", "CANARY", "Audio_5", "-O5."))
        if path.is_file() and not theirs and path.parent.parent != world.project.datasets:
            found[inside] = path.read_bytes()
    return found


def labels_of_others(place, clips):
    with LabelStore.open(place, read_only=True) as store:
        return [
            {k: v for k, v in row.items() if k != "chain"} for row in store.rows() if row["clip"] not in clips
        ]


def canaries(root):
    return {str(path.relative_to(root)) for path, content in every_byte(root) if CANARY in content}


def test_no_byte_is_left_of_who_withdrew(written, after):
    world, _, erased = after
    assert len(canaries(written.project.root)) > 25  # they were there
    assert canaries(world.project.root) == set()
    words = (*world.clips, *(clip.rpartition(".")[0] for clip in world.clips), SPEAKER)
    for path, content in every_byte(world.project.root):
        for word in words:
            assert word.encode() not in content, (path, word)
            assert word not in str(path.relative_to(world.project.root)), path
    assert erased.left == []


def test_everybody_else_is_bit_by_bit_as_before(written, after):
    world, _, _ = after
    before = files_of_others(written)
    assert len(before) > 50
    assert files_of_others(world) == before
    labels = labels_of_others(written.project.labels, world.clips)
    assert labels_of_others(world.project.labels, world.clips) == labels
    assert len(labels) > 40
    for name in ("catalog.csv", "truth.csv", "consent.csv"):
        old = (written.project.datasets / "talk" / name).read_bytes().splitlines()
        new = (world.project.datasets / "talk" / name).read_bytes().splitlines()
        assert new == [
            line for line in old if not any(w in line for w in (b"CANARY", b"actor-05", b"-05."))
        ], name


def test_exports_and_pages_are_erased_and_those_that_were_changed_are_listed(after):
    world, _, erased = after
    left = {"changed.csv", "changed.csv.manifest.json", "others.mp4"}
    assert {path.name for path in world.outside.iterdir()} == left
    assert any("was changed since" in note for note in erased.notes)
    assert [one.path for one in read_written(world.project)] == [
        str((world.outside / name).resolve()) for name in ("changed.csv", "others.mp4")
    ]
    published = world.project.reports / "published"
    assert {path.name for path in published.iterdir()} == {"another.html", "20260103"}
    assert list((world.project.reports / "published_for_analysts").iterdir()) == []
    assert any("talk.html" in note and "write it again" in note for note in erased.notes)


def test_tasks_on_a_label_studio_server_are_named(after):
    world, _, erased = after
    (note,) = [note for note in erased.notes if "https://example.org/1" in note]
    assert all(clip in note for clip in world.clips)
    assert read_json(world.project.labels / "label_studio" / "a.json")["uploads"] == {}


def test_labels_and_all_backups_stay_whole_and_say_what_is_erased(after, tmp_path):
    world, _, _ = after
    labels = world.project.labels
    with LabelStore.open(labels, read_only=True) as store:
        assert check(store) == []
        (erasure,) = store.erasures()
    line = next(one for one in audit_lines(world.project) if one["event"] == "labels erased")
    assert (line["head_before"], line["head_after"]) == (erasure.head_before, erasure.head_after)
    backups = list_backups(labels / FOLDER)
    assert len(backups) == 2  # one of them was plain
    for number, folder in enumerate(backups):
        restored = restore(folder, tmp_path / f"{number}", keys=labels / "backup.keys")
        assert restored.erased == erasure.n_events == 12
        assert labels_of_others(tmp_path / f"{number}", world.clips) == labels_of_others(labels, world.clips)


def test_a_recording_that_was_erased_is_refused_when_it_comes_again(after, tmp_path):
    world = copy_of(after[0], tmp_path)
    assert SPEAKER not in (world.project.datasets / "talk" / "forgotten.json").read_text()
    again = import_path(world.project, world.source, "talk")
    refused = [file for file in again.files if file.code == "FORGOTTEN"]
    assert len(refused) == again.refused == 4  # three takes, and the one that had been set aside
    assert "withdrew" in refused[0].message
    # Under another name, and into another dataset: by content.
    shutil.copy(world.source / "03-01-05-01-01-02-05.wav", tmp_path / "harmless.wav")
    assert import_path(world.project, tmp_path / "harmless.wav", "new").files[0].code == "FORGOTTEN"
    # Another recording of the same speaker: by name.
    other = tmp_path / "03-01-03-01-02-01-05.wav"
    other.write_bytes((world.source / "03-01-03-01-01-01-06.wav").read_bytes() + b"\0\0")
    assert import_path(world.project, other, "talk").files[0].code == "FORGOTTEN"
    assert not Dataset(world.project.datasets / "talk").table()["speaker"].eq(SPEAKER).any()


def test_runs_are_judged_again_by_what_is_left_and_say_so(written, after):
    world, _, _ = after
    run = Run(world.project.runs / world.runs["audiovisual"].id)
    before = stored_evaluation(Run(written.project.runs / run.id))
    table = read(run.folder / "predictions.csv")
    fresh, stored = evaluate(table, split="speaker").as_json(), stored_evaluation(run)
    assert stored["clips"] == fresh["clips"]
    assert before["clips"]["accuracy"]["n"] - stored["clips"]["accuracy"]["n"] == 3
    (warning,) = [w for w in stored["warnings"] if w["code"] == "withdrawal"]
    assert "3 clips were erased" in warning["message"]
    assert run.facts()["warnings"] == stored["warnings"]
    assert len({w["code"] for w in stored["warnings"]}) == len(stored["warnings"])
    assert SPEAKER not in run.facts()["speakers"]["test"]
    comparison = read_comparison(world.project, "20261121-101500-talk")
    assert {pair["n"] for pair in comparison.pairs} == {stored["clips"]["accuracy"]["n"]}
    assert summary_of_run(world.project, run).systems
    assert not (run.folder / "gate.json").exists()
    assert not (run.folder / "maps").exists()
    assert len(list((run.folder / "timeline").iterdir())) == 3


def test_a_second_who_withdraws_is_counted_with_the_first(after, tmp_path):
    world = copy_of(after[0], tmp_path)
    forget(world.project, "actor-06")
    run = Run(world.project.runs / world.runs["audiovisual"].id)
    stored = stored_evaluation(run)
    assert [w["message"].partition(":")[2][:22] for w in stored["warnings"] if w["code"] == "withdrawal"] == [
        " 6 clips were erased f"
    ]
    assert stored["clips"]["n_clips"] == 6
    with LabelStore.open(world.project.labels, read_only=True) as store:
        assert check(store) == []
        assert len(store.erasures()) == 2


def test_groups_are_judged_again_by_their_kind(after):
    world, _, _ = after
    by_kind = {group.facts()["kind"]: group for group in list_groups(world.project, status="finished")}
    assert by_kind["seeds"].result()["n_clips"] == 9
    folds = by_kind["folds"]
    assert folds.result()["n_speakers"] == 3
    assert folds.result()["each"][0]["fold"]["speakers"] == ["actor-06"]
    assert read_json(folds.folder / "evaluation.json")["clips"]["n_clips"] == 9


def test_a_run_that_tested_nobody_else_is_marked_and_its_comparison_goes(after):
    world, _, _ = after
    run = Run(world.project.runs / world.runs["alone"].id)
    assert run.facts()["status"] == "emptied"
    with pytest.raises(InvalidInputError, match="erased because somebody withdrew"):
        stored_evaluation(run)
    assert [p.stem for p in (world.project.reports / "comparisons").glob("*")] == ["20261121-101500-talk"]


def test_models_that_learnt_from_the_speaker_are_named_with_what_to_do(after):
    world, _, erased = after
    assert erased.models == [world.runs["mouth"].id]
    text = "\n".join(erased.lines())
    assert (
        f"A model learnt from them, its weights are still there: {world.runs['mouth'].id}. Train again"
        in text
    )


def test_the_same_content_in_another_dataset_goes_too_and_its_neighbour_stays(after):
    (left,) = Dataset(after[0].project.datasets / "copies").table()["clip"]
    assert left.startswith("somebody")
    assert [row.speaker for row in read_consents(after[0].project, "talk")] == ["*"]


def test_a_dry_run_counts_the_same_and_changes_nothing(written, after):
    before = {str(path): content for path, content in every_byte(written.project.root)}
    would = look(written.project, SPEAKER)
    assert {str(path): content for path, content in every_byte(written.project.root)} == before
    _, would_there, did = after
    assert would.counts == would_there.counts
    assert would.n_clips == did.n_clips == 4
    assert any(note.startswith("To be erased") and "report.pdf" in note for note in would.notes)
    for name in ("tombstones", "labels", "label copies", "recordings", "derived", "tables", "leftovers"):
        assert would.counts[name] == did.counts[name] > 0, name


def test_the_receipt_and_the_audit_hold_ids_and_counts_and_no_name(after):
    world, _, erased = after
    receipt = world.project.reports / "forgetting" / f"{erased.id}.json"
    assert receipt.stat().st_mode & 0o777 == 0o600
    told = read_json(receipt)
    assert told["counts"]["labels"] > 0
    assert told["files_left"] == 0
    text = receipt.read_text() + json.dumps(audit_lines(world.project))
    assert not any(word in text for word in (SPEAKER, *world.clips))
    assert audit_lines(world.project)[-1]["event"] == "speaker forgotten"


def test_nobody_of_that_name_is_said_with_those_there_are(after):
    with pytest.raises(InvalidInputError, match=r"speaker of a catalog.*actor-01"):
        forget(after[0].project, SPEAKER)


def test_damaged_labels_are_mended_first_and_what_only_a_person_can_judge_is_listed(world):
    project = world.project
    saved = (project.labels / "labels.db").read_bytes()
    with LabelStore.open(project.labels) as store, store.database.writing() as connection:
        connection.exec_driver_sql("DROP TRIGGER label_events_no_delete")
        connection.exec_driver_sql("DELETE FROM label_events WHERE sequence = 2")
    with pytest.raises(StorageError, match="Only whole labels"):
        forget(project, SPEAKER)
    assert is_unfinished(project, SPEAKER)
    for file in project.labels.glob("labels.db*"):
        file.unlink()
    (project.labels / "labels.db").write_bytes(saved)
    notebook = project.root / "notebooks" / "mine.ipynb"
    notebook.parent.mkdir()
    notebook.write_text(f"about {world.clips[0]}")
    erased = forget(project, SPEAKER)
    assert erased.left == [str(notebook)]
    assert "see for yourself" in "\n".join(erased.lines())
    assert canaries(project.root) == set()


def test_a_name_is_erased_in_the_named_dataset_only_but_its_recordings_everywhere(world, tmp_path):
    other = tmp_path / "other" / "03-01-03-01-02-02-05.wav"
    other.parent.mkdir()
    other.write_bytes((world.source / "03-01-03-01-01-01-06.wav").read_bytes() + b"\0\0")
    import_path(world.project, other.parent, "others")
    assert forget(world.project, SPEAKER, "talk").left == []
    assert list(Dataset(world.project.datasets / "others").table()["speaker"]) == [SPEAKER]
    assert len(Dataset(world.project.datasets / "copies").table()) == 1


@pytest.mark.slow
def test_answers_in_a_teams_database_are_erased_and_the_file_that_was_left_behind_too(
    world, postgres_address
):
    server, address = postgres_address
    labels = world.project.labels
    use_database(labels, address, copy=True)
    before = labels_of_others(labels, world.clips)
    erased = forget(world.project, SPEAKER)
    assert erased.left == []
    assert canaries(world.project.root) == set()
    with LabelStore.open(labels) as store:
        assert store.place.startswith("postgresql")
        assert check(store) == []
        assert not set(world.clips) & set(store.clips())
        assert store.erasures()[0].n_events == 12
    assert labels_of_others(labels, world.clips) == before
    server.ask("CHECKPOINT")
    tables = [path for path in server.folder.glob("data/base/**/*") if path.is_file()]
    assert any(b"operation-00000" in path.read_bytes() for path in tables)  # the tables are there
    assert not [path for path in tables if b"CANARYNOTE" in path.read_bytes()]
