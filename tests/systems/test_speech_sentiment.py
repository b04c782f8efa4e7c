import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from tests.drawn_voices import draw_voices
from tests.rights_world import declare
from workbench.cli.app import app
from workbench.errors import InvalidInputError
from workbench.evaluation.predictions import read
from workbench.progress import Stopped
from workbench.project import Project
from workbench.reports.calibrating import calibrate_source
from workbench.reports.judging import compare_sources, evaluate_source
from workbench.reports.stored import stored_evaluation
from workbench.reports.writing import write_report
from workbench.systems.speech_plan import SpeechPlan
from workbench.systems.speech_sentiment import cross_validate, resume


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Six drawn speakers whose pitch and loudness differ more than their emotions do."""
    project = Project.open(tmp_path_factory.mktemp("voices") / "project")
    draw_voices(project)
    return project


def plan(system="svm", **changes):
    return SpeechPlan("voices", system, **({"n_folds": 3, "egemaps": False} | changes))


@pytest.fixture(scope="module")
def runs(project):
    return {how: cross_validate(project, plan(normalise=how)) for how in ("none", "speaker")}


def test_every_clip_with_a_sentiment_is_tested_once_by_what_never_heard_its_speaker(runs):
    table = read(runs["none"].folder / "predictions.csv")
    assert len(table) == table["clip"].nunique() == 6 * 3 * 2, "fearful stands for no sentiment"
    assert table.groupby("speaker")["fold"].nunique().tolist() == [1] * 6
    folds = [json.loads((runs["none"].folder / f"folds/{k}.json").read_text()) for k in (1, 2, 3)]
    assert sorted(name for fold in folds for name in fold["speakers"]) == [f"s{k}" for k in range(6)]
    assert [fold["n_learnt"] for fold in folds] == [24] * 3
    assert runs["none"].split()["part"].tolist() == ["test"] * 36


def test_held_against_their_own_voice_the_emotions_of_new_people_are_told(project, runs):
    right = {how: evaluate_source(project, run.id).clips.accuracy.k for how, run in runs.items()}
    assert right["speaker"] >= 34 and right["none"] < right["speaker"]


def test_that_normalising_is_transductive_is_told_with_the_figure(runs):
    codes = {how: [w["code"] for w in stored_evaluation(run)["warnings"]] for how, run in runs.items()}
    assert "transductive" in codes["speaker"] and "transductive" not in codes["none"]


def test_a_run_of_folds_is_evaluated_compared_calibrated_and_reported_like_any_other(project, runs, tmp_path):
    first, second = (run.id for run in runs.values())
    assert evaluate_source(project, first).split == "speaker"
    pair = compare_sources(project, [first, second]).as_json()["pairs"][0]
    assert (pair["a"], pair["b"], pair["n"]) == ("voice_svm", "voice_svm_by_speaker", 36)
    calibration = calibrate_source(project, second).as_json()
    (why,) = [w["message"] for w in calibration["warnings"] if w["code"] == "no_validation"]
    assert "everybody is tested" in why and calibration["clips"]["temperature"] is None
    declare(project, "voices")
    page = write_report(project, second, tmp_path / "voices.html").read_text()
    assert "voice, SVM, by speaker told" in page and "of 36 clips of 6 people right" in page
    table = pd.read_csv(runs["none"].folder / "predictions.csv")
    table.to_csv(tmp_path / "pooled.csv", index=False)
    assert evaluate_source(project, str(tmp_path / "pooled.csv")).clips.accuracy.n == 36


def test_the_linear_layer_tells_emotions_apart_and_answers_with_sentiments(project):
    run = cross_validate(project, plan("linear", normalise="speaker"))
    assert evaluate_source(project, run.id).clips.accuracy.k >= 34
    fold = json.loads((run.folder / "folds" / "1.json").read_text())
    assert fold["targets"] == ["angry", "calm", "fearful", "happy"]
    assert fold["n_learnt"] == 32, "fearful clips are learnt from too"
    assert run.facts()["parameters"] == 4 * 272 + 4
    with np.load(run.folder / "folds" / "1.npz") as kept:
        assert kept["weights"].shape == (4, 272) and kept["biases"].shape == (4,)


def test_a_split_by_clip_carries_the_mark(project):
    run = cross_validate(project, plan(split="clip"))
    assert [w["code"] for w in run.facts()["warnings"] if w["code"].startswith("leak")] == ["leak_clip"]
    table = read(run.folder / "predictions.csv")
    assert table.groupby("speaker")["fold"].nunique().max() == 3
    assert table.groupby("fold")["truth"].value_counts().tolist() == [4] * 9, "every fold has as many of each"


def test_a_stopped_run_goes_on_at_its_next_fold(project, runs):
    def stop_in_the_second(done, total, what):
        if what.startswith("fold 2"):
            raise Stopped

    with pytest.raises(Stopped):
        cross_validate(project, plan(), progress=stop_in_the_second)
    stopped = max(project.runs.glob("*/run.json"), key=lambda path: path.stat().st_mtime).parent
    assert json.loads((stopped / "run.json").read_text())["status"] == "stopped"
    before = (stopped / "folds" / "1.json").stat().st_mtime_ns
    run = resume(project, stopped.name)
    assert (run.folder / "folds" / "1.json").stat().st_mtime_ns == before, "the first fold is kept"
    whole = read(runs["none"].folder / "predictions.csv")
    assert read(run.folder / "predictions.csv").equals(whole), "the same answers as in one go"
    with pytest.raises(InvalidInputError, match="is finished"):
        resume(project, run.id)


def test_changed_data_is_not_gone_on_with(tmp_path):
    project = Project.open(tmp_path / "project")
    dataset = draw_voices(project, n_speakers=3, takes=1)

    def stop(done, total, what):
        if what.startswith("fold"):
            raise Stopped

    with pytest.raises(Stopped):
        cross_validate(project, plan(), progress=stop)
    dataset.write_table(dataset.table().iloc[:-1])
    (run,) = project.runs.glob("*")
    with pytest.raises(InvalidInputError, match="have changed"):
        resume(project, run.name)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"system": "forest"}, "'forest'"),
        ({"normalise": "sex"}, "'sex'"),
        ({"split": "frame"}, "'frame'"),
        ({"system": "paper", "normalise": "speaker"}, "without normalisation"),
        ({"members": 2}, "members belongs to the system 'network'"),
        ({"system": "network", "per_class": 9}, "per_class belongs to the system 'paper'"),
        ({"epochs": 3}, "epochs belong to networks"),
        ({"system": "network", "epochs": 0}, "epochs must be 1 or more"),
    ],
)
def test_what_cannot_be_asked_is_told_before_any_work(changes, said):
    with pytest.raises(InvalidInputError, match=said):
        plan(**changes)


def test_too_many_folds_and_a_missing_sentiment_are_refused(project, tmp_path):
    with pytest.raises(InvalidInputError, match="from 2 to 6"):
        cross_validate(project, plan(n_folds=7))
    other = Project.open(tmp_path / "project")
    dataset = draw_voices(other, n_speakers=3, takes=1)
    table = dataset.table()
    dataset.write_table(table[table["emotion"] != "happy"])
    with pytest.raises(InvalidInputError, match="none of positive"):
        cross_validate(other, plan())


def test_the_command_answers_with_the_run(project):
    asked = ["speech", "voices", "--folds", "2", "--no-egemaps", "--json", "--project", str(project.root)]
    answer = CliRunner().invoke(app, asked)
    assert answer.exit_code == 0, answer.output
    run_id = json.loads(answer.stdout)["run"]
    assert (project.runs / run_id / "predictions.csv").is_file()


@pytest.mark.slow
def test_the_network_tells_the_emotions_of_new_people_and_keeps_its_weights(project):
    from workbench.models.inference import weights_hash
    from workbench.models.speech_network import build_speech_network

    run = cross_validate(project, plan("network", normalise="speaker", epochs=12, n_folds=2))
    accuracy = {
        part: evaluate_source(project, str(run.folder / f"predictions{part}.csv")).clips.accuracy.value
        for part in ("", "_linear", "_network")
    }
    assert accuracy["_network"] > 0.5 and accuracy[""] > 0.8
    p = {
        part: read(run.folder / f"predictions{part}.csv")["p_positive"].to_numpy()
        for part in ("", "_linear", "_network")
    }
    assert p[""] == pytest.approx((p["_linear"] + p["_network"]) / 2, abs=2e-6)
    fold = json.loads((run.folder / "folds" / "1.json").read_text())
    assert len(fold["history"][0]) == 12
    network = build_speech_network(n_targets=4, n_statistics=fold["n_features"])
    network.load_weights(run.folder / "folds" / "1-1.keras")
    assert weights_hash(network) == fold["weights_hashes"][0]
    assert run.facts()["parameters"] == network.count_params() + 4 * 272 + 4 <= 2_600_000


@pytest.mark.slow
def test_the_papers_network_is_cross_validated_moment_by_moment(project):
    from workbench.datasets.catalog import Dataset
    from workbench.datasets.extraction import extract

    with pytest.raises(InvalidInputError, match="run `workbench extract voices`"):
        cross_validate(project, plan("paper", n_folds=2))
    extract(Dataset.open(project, "voices"), n_workers=0)
    run = cross_validate(project, plan("paper", n_folds=2, epochs=1, per_class=8, every_n=8))
    table = read(run.folder / "predictions.csv")
    assert table["clip"].nunique() == 36 and table["start_s"].notna().all()
    assert run.facts()["parameters"] == 2_509_827
    assert stored_evaluation(run)["clips"]["accuracy"]["n"] == 36
