import pytest

from tests.reports.world import clip_predictions, split_of, write_run, write_world
from workbench.errors import InvalidInputError, StorageError
from workbench.evaluation.predictions import write
from workbench.files import write_json, write_text
from workbench.models.runs import Run
from workbench.reports.stored import (
    latest_comparison,
    list_comparisons,
    list_runs,
    n_not_judged,
    read_comparison,
    resolve_predictions,
    stored_evaluation,
)


def test_an_empty_project_has_no_runs_and_no_comparison(project):
    assert list_runs(project) == [] and list_comparisons(project) == []
    assert latest_comparison(project) is None


def test_a_run_is_found_by_its_id_a_part_of_it_its_folder_and_its_file(project, runs):
    run = runs["audio"]
    part = run.id[9:]
    for reference in (run.id, part, str(run.folder)):
        name, table, found = resolve_predictions(project, reference)
        assert (name, found.id, table["clip"].nunique()) == (run.id, run.id, 54)
    name, table, found = resolve_predictions(project, str(run.folder / "predictions.csv"))
    assert (name, found) == ("predictions", None) and len(table) == 648


def test_a_part_that_fits_several_runs_lists_them(project, runs):
    with pytest.raises(InvalidInputError) as error:
        resolve_predictions(project, "sample")
    assert runs["visual"].id in str(error.value) and runs["audio"].id in str(error.value)


@pytest.mark.parametrize(
    "reference", ["nothing", "../../etc/passwd", "absent.csv", "folder/absent.parquet", ""]
)
def test_what_is_neither_run_nor_file_is_refused(project, runs, reference):
    with pytest.raises(InvalidInputError):
        resolve_predictions(project, reference)


def test_an_unfinished_run_says_how_to_go_on(project):
    run = Run.create(project, dataset="sample", network="visual", seed=0, facts={"split": "speaker"})
    for ask in (lambda: resolve_predictions(project, run.id), lambda: stored_evaluation(run)):
        with pytest.raises(InvalidInputError, match="is running: go on with `workbench train --resume"):
            ask()


def test_the_newest_comparison_of_a_dataset_is_the_latest(project, runs):
    write_world(project, n_speakers=6, n_clips=4, seed=1, name="20271121-101500-other")
    assert list_comparisons(project) == ["20271121-101500-other", "20261121-101500-sample"]
    assert latest_comparison(project).name == "20271121-101500-other"
    assert latest_comparison(project, "sample").runs.keys() == runs.keys()


@pytest.mark.parametrize("name", ["../runs/x", "nothing", "/etc/passwd", ""])
def test_only_a_stored_comparison_can_be_named(project, runs, name):
    with pytest.raises(InvalidInputError, match="one of those stored"):
        read_comparison(project, name)


@pytest.mark.parametrize(
    "content", [{}, {"dataset": "x", "split": "y", "runs": [1], "comparison": {"pairs": []}}, []]
)
def test_a_damaged_comparison_is_told(project, content):
    write_json(project.reports / "comparisons" / "bad.json", content)
    with pytest.raises(StorageError, match="bad.json"):
        latest_comparison(project)


def test_a_comparison_that_is_no_json_is_told(project):
    write_text(project.reports / "comparisons" / "torn.json", '{"dataset": "sa')
    with pytest.raises(StorageError, match="damaged"):
        latest_comparison(project)


def test_clips_that_yielded_no_prediction_are_counted(project, rng):
    split = split_of(n_speakers=6, n_clips=4)
    table = clip_predictions(split, 0.9, rng=rng)
    run = write_run(project, "visual", table[table["clip"] != table["clip"].iloc[0]], split)
    assert n_not_judged(run) == (1, 12)


def test_a_table_written_by_a_stranger_is_as_good_as_a_run(project, tmp_path, rng):
    write(clip_predictions(split_of(n_speakers=6), 0.9, rng=rng), tmp_path / "theirs.parquet")
    assert resolve_predictions(project, str(tmp_path / "theirs.parquet"))[0] == "theirs"
