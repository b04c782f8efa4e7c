import shutil

import pytest

from tests.reports.world import write_world
from workbench.errors import InvalidInputError
from workbench.evaluation.report import evaluate
from workbench.files import read_json
from workbench.reports.judging import compare_sources, evaluate_source
from workbench.reports.stored import latest_comparison


def test_a_run_judged_again_gives_what_was_stored(project, runs):
    run = runs["visual"]
    again = evaluate_source(project, run.id).as_json()
    assert again == read_json(run.folder / "evaluation.json")
    assert again["split"] == "speaker"


def test_a_leaking_run_keeps_its_leak(project):
    run = write_world(project, split_kind="frame", n_speakers=6, n_clips=4)["visual"]
    codes = [w.code for w in evaluate_source(project, run.id).warnings]
    assert [code for code in codes if code.startswith("leak")] == ["leak_frames", "leak_speakers"]


def test_figures_and_comparisons_of_a_leaking_run_carry_its_mark(project):
    runs = write_world(project, split_kind="frame", n_speakers=6, n_clips=4)
    lines = evaluate_source(project, runs["visual"].id).lines()
    right = [line for line in lines if "right on" in line and line.startswith("Per ")]
    assert right and all("⚠ leaks (leak_frames, leak_speakers)" in line for line in right)
    ids = [runs[name].id for name in ("visual", "audio")]
    compared = compare_sources(project, ids)
    assert compared.pairs[0].sentence.startswith("⚠ leaks (visual and audio): ")
    assert [w["code"] for w in compared.as_json()["warnings"]] == ["leak_frames", "leak_speakers"]
    stored = latest_comparison(project)
    assert all(pair["sentence"].startswith("⚠ leaks (") for pair in stored.pairs)


def test_a_clean_comparison_has_no_mark(project, runs):
    compared = compare_sources(project, [runs["visual"].id, runs["audio"].id])
    assert compared.warnings == () and "⚠" not in "".join(compared.lines())


def test_a_file_has_no_split_to_speak_of(project, runs):
    run = runs["visual"]
    table = evaluate_source(project, str(run.folder / "predictions.csv"))
    assert table.split is None
    assert table.clips.accuracy == evaluate_source(project, run.id).clips.accuracy


def test_runs_are_called_by_their_network_and_two_of_a_kind_by_their_id(project, runs):
    ids = [run.id for run in runs.values()]
    assert {pair.a for pair in compare_sources(project, ids).pairs} == {"visual", "audio"}
    again = write_world(project, seed=5, name="20261122-0-sample")["visual"]
    pair = compare_sources(project, [runs["visual"].id, again.id]).pairs[0]
    assert (pair.a, pair.b) == (runs["visual"].id, again.id)


def test_two_files_of_the_same_name_are_called_by_their_paths(project, runs, tmp_path):
    paths = [str(runs[name].folder / "predictions.csv") for name in ("visual", "audio")]
    assert [(pair.a, pair.b) for pair in compare_sources(project, paths).pairs] == [tuple(paths)]
    copy = tmp_path / "mine.csv"
    shutil.copyfile(paths[0], copy)
    pair = compare_sources(project, [runs["audio"].id, str(copy)]).pairs[0]
    assert (pair.a, pair.b) == ("audio", "mine")


def test_naming_one_twice_or_alone_is_refused(project, runs):
    run = runs["visual"]
    with pytest.raises(InvalidInputError, match="once"):
        compare_sources(project, [run.id, run.id])
    with pytest.raises(InvalidInputError, match="two runs or files"):
        compare_sources(project, [run.id])


def test_evaluate_source_is_evaluate_on_what_was_predicted(project, runs):
    from workbench.reports.stored import resolve_predictions

    run = runs["audio"]
    _, table, _ = resolve_predictions(project, run.id)
    assert evaluate_source(project, run.id).clips.as_json() == evaluate(table).clips.as_json()
