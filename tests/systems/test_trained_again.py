"""Real trainings, tiny ones: a stored run comes out bit for bit again, and changed data is refused."""

import json

import numpy as np
import pandas as pd
import pytest
from talking_heads import N_MOMENTS, draw_heads
from typer.testing import CliRunner

from workbench.cli.app import app
from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.errors import InvalidInputError
from workbench.evaluation.predictions import read
from workbench.files import read_json, write_json
from workbench.models.groups import Group, list_groups
from workbench.progress import Stopped
from workbench.project import Project
from workbench.systems.cross_validation import cross_validate, resume_folds
from workbench.systems.experiment import train
from workbench.systems.plan import plan
from workbench.systems.reproduction import largest_difference, prepared_again, reproduce, reproduce_group
from workbench.systems.search import search
from workbench.systems.seeds import train_seeds

pytestmark = pytest.mark.slow

WHAT = plan("heads", "mouth", epochs=1, per_class_train=8, per_class_validation=4)


def draw_world(project):
    """Talking heads whose mouths are known to open and close in turns."""
    dataset = draw_heads(project, n_speakers=4, clips_each=3)
    rows = [
        {"clip": clip, "time_s": k * 0.03, "mouth": ("closed", "open")[k % 2]}
        for clip in dataset.table()["clip"]
        for k in range(N_MOMENTS)
    ]
    pd.DataFrame(rows).to_csv(dataset.truth_file, index=False)
    return dataset


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A project and one trained run; tests that change the data bring it back."""
    project = Project.open(tmp_path_factory.mktemp("again"))
    draw_world(project)
    return project, train(project, WHAT)


def test_a_run_comes_out_bit_for_bit_again(world):
    project, run = world
    before = run.facts()
    done = CliRunner().invoke(app, ["reproduce", run.id, "--json", "--project", str(project.root)])
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)["runs"][0]
    assert answer["identical"] and answer["weights_identical"] and answer["max_difference"] == 0
    n_rows = sum(len(read(run.folder / f"{part}predictions.csv")) for part in ("", "validation_"))
    assert answer["n_rows"] == n_rows > 0 and answer["notes"] == []
    assert run.facts() == before and read_json(run.folder / "reproduction.json")["identical"]
    assert [path.name for path in project.reports.iterdir() if path.name.startswith(".")] == []


def test_what_does_not_come_out_again_is_told_with_how_far_off_it_is(world, monkeypatch):
    project, run = world
    facts, table = run.facts(), (run.folder / "predictions.csv").read_text()
    changed = pd.read_csv(run.folder / "predictions.csv")
    moved = 0.25 * (1 if changed.loc[0, "p_open"] < 0.5 else -1)
    changed.loc[0, ["p_open", "p_closed"]] += [moved, -moved]
    changed.to_csv(run.folder / "predictions.csv", index=False)
    run.update(code={**facts["code"], "source_hash": "other", "commit": "0123456789", "dirty": True})
    done = CliRunner().invoke(app, ["reproduce", run.id, "--project", str(project.root)])
    (run.folder / "predictions.csv").write_text(table)
    write_json(run.folder / "run.json", facts)
    assert done.exit_code == 1
    assert "NOT reproduced: probabilities differ by up to 0.250000" in done.stdout
    assert "the code was 0.1.0 (0123456, dirty)" in done.stdout


def test_changed_data_is_refused_and_named(world):
    project, run = world
    dataset = Dataset.open(project, "heads")
    catalog, truth = dataset.table(), dataset.truth_file.read_text()
    dataset.write_table(catalog.assign(sha256=catalog["sha256"].str.upper()))
    with pytest.raises(InvalidInputError, match="The clips, their speakers .* have changed since"):
        prepared_again(project, run)
    dataset.write_table(catalog)
    tested = run.split().loc[lambda split: split["part"] == "test", "clip"].iloc[0]
    dataset.truth_file.write_text(truth.replace(f"{tested},0.0,closed", f"{tested},0.0,open"))
    with pytest.raises(InvalidInputError, match="The answers .* have changed since"):
        prepared_again(project, run)
    dataset.truth_file.write_text(truth)
    learnt = run.split().loc[lambda split: split["part"] == "train", "clip"].iloc[0]
    store = FeatureStore(dataset.features)
    features, report = store.read(learnt), store.read_report(learnt)
    store.write(learnt, type(features)(**{**features.__dict__, "mouths": features.mouths // 2}), report)
    with pytest.raises(InvalidInputError, match="The pictures or sound .* have changed since"):
        prepared_again(project, run)
    store.write(learnt, features, report)
    assert prepared_again(project, run).samples.arrays_hash() == run.facts()["arrays_hash"]


def test_an_unfinished_run_cannot_be_reproduced(world):
    project, run = world
    facts = run.facts()
    run.update(status="stopped")
    with pytest.raises(InvalidInputError, match="Only a finished run"):
        reproduce(project, run.id)
    write_json(run.folder / "run.json", facts)


def test_the_first_of_several_seeds_is_the_plain_run_bit_for_bit(world):
    project, run = world
    group = train_seeds(project, WHAT, 2)
    first, second = group.runs(project)
    assert first.facts()["weights_hash"] == run.facts()["weights_hash"] != second.facts()["weights_hash"]
    assert list(read(second.folder / "predictions.csv")["clip"]) == list(
        read(run.folder / "predictions.csv")["clip"]
    )


def test_folds_that_were_stopped_go_on_at_the_fold(project):
    draw_world(project)

    def stop_in_the_second(done, total, what):
        if done / total > 0.5:
            raise Stopped

    with pytest.raises(Stopped):
        cross_validate(project, WHAT, 2, progress=stop_in_the_second)
    (group,) = list_groups(project)
    first = group.runs(project)[0]
    trained = first.weights.stat().st_mtime_ns
    resume_folds(project, group.id)
    assert first.weights.stat().st_mtime_ns == trained
    assert sorted(read(group.predictions)["speaker"].unique()) == ["s00", "s01", "s02", "s03"]
    for run in group.runs(project):
        assert not set(run.facts()["speakers"]["train"]) & set(run.facts()["fold"]["speakers"])


def test_a_search_runs_where_the_test_clips_cannot_even_be_opened(project):
    dataset = draw_world(project)
    from workbench.systems.preparation import split_of

    split = split_of(dataset, WHAT)
    for clip in split.loc[split["part"] == "test", "clip"]:
        (dataset.features / clip / "features.npz").write_bytes(b"not to be read")
    group = search(project, WHAT, n_trials=2)
    assert [trial["state"] for trial in group.result()["trials"]] == ["complete"] * 2
    assert list(project.runs.glob("*")) == []  # trials are no runs
    (again,) = reproduce_group(project, Group.open(project, group.id))
    assert again.identical and again.max_difference == 0


def test_rows_that_are_not_the_same_have_no_difference():
    table = pd.DataFrame({"clip": ["a", "b"], "start_s": np.nan, "end_s": np.nan, "truth": "x", "p_x": [0.1, 0.9], "p_y": [0.9, 0.1]})  # fmt: skip
    assert largest_difference(table, table.iloc[::-1]) == 0
    assert largest_difference(table, table.assign(p_x=[0.1, 0.7])) == pytest.approx(0.2)
    assert largest_difference(table, table.iloc[:1]) is None
    assert largest_difference(table, table.assign(truth=["x", "y"])) is None
