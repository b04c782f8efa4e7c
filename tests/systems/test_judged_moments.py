"""One table of what several networks say about moments they never learnt from, with the truth as it stands."""

import shutil

import numpy as np
import pytest
from error_world import N_MOMENTS, draw_cast, draw_run, draw_runs, said_about

from workbench.datasets.catalog import Dataset
from workbench.errors import InvalidInputError
from workbench.evaluation.predictions import read, validate, write
from workbench.labels.annotation import LabelEvent
from workbench.labels.store import LabelStore
from workbench.project import Project
from workbench.systems.judged_moments import judged_moments


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    project = Project.open(tmp_path_factory.mktemp("drawn") / "project")
    draw_cast(project, np.random.default_rng(3))
    return project.root


@pytest.fixture
def project(drawn, tmp_path):
    shutil.copytree(drawn, tmp_path / "project")
    return Project.open(tmp_path / "project")


@pytest.fixture
def dataset(project):
    return Dataset.open(project, "sample")


def answer(project, clip, start_s, value, *, who="Ada", end_s=None):
    event = LabelEvent(
        op_id=f"{who}-{value}-{round(1000 * start_s):06d}",
        annotator=who,
        question="sentiment",
        schema_version=2,
        clip=clip,
        start_s=start_s,
        end_s=start_s if end_s is None else end_s,
        kind="answer",
        value=value,
    )
    with LabelStore.open(project.labels) as store:
        store.record(event)


def test_the_modalities_stand_side_by_side_and_only_parts_not_learnt_from_are_there(project, dataset, rng):
    runs = draw_runs(project, dataset, rng)
    judged = judged_moments(project, runs)
    assert judged.table["part"].value_counts().to_dict() == {
        "test": 6 * N_MOMENTS,
        "validation": 3 * N_MOMENTS,
    }
    assert set(judged.table["speaker"]) == {"04", "05", "06"}
    for name, run in runs.items():
        said = validate(judged.of(name, judged.table[judged.table["part"] == "test"]))
        stored = read(run.folder / "predictions.csv")
        merged = said.merge(stored, on=["clip", "start_s"], suffixes=("", "_stored"))
        assert len(merged) == len(stored)
        np.testing.assert_allclose(merged["p_negative"], merged["p_negative_stored"])
    about = judged.table.iloc[0]
    assert (about["sex"], about["intensity"], about["statement"]) == tuple(
        dataset.table().set_index("clip").loc[about["clip"], ["sex", "intensity", "statement"]]
    )
    assert set(judged.table["mouth"]) == {"open", "closed"}


def test_moments_that_a_network_is_silent_about_are_not_its_answers(project, dataset, rng):
    runs = draw_runs(project, dataset, rng)
    path = runs["audio"].folder / "predictions.csv"
    write(read(path).iloc[::2], path)
    judged = judged_moments(project, runs)
    tested = judged.table[judged.table["part"] == "test"]
    assert len(judged.of("visual", tested)) == 120
    assert len(judged.of("audio", tested)) == 60


def test_the_truth_is_that_of_now_beside_the_one_it_was_judged_by(project, dataset, rng):
    runs = {"visual": draw_run(project, dataset, rng)}
    clip = dataset.table()["clip"].iloc[-3]  # a negative one of the last speaker
    answer(project, clip, 0.06, "positive")
    answer(project, clip, 0.30, "positive")
    answer(project, clip, 0.30, "neutral", who="Bob")
    table = judged_moments(project, runs).table.set_index(["clip", "start_s"]).loc[clip]
    at = {round(t, 2): row for t, row in table.iterrows()}
    assert (at[0.06]["truth"], at[0.06]["source"], at[0.06]["judged_as"]) == ("positive", "hand", "negative")
    assert (at[0.03]["truth"], at[0.03]["source"]) == ("negative", "known")


def test_a_tie_takes_nobodys_side_and_is_not_counted(project, dataset, rng):
    clip = dataset.table()["clip"].iloc[-3]
    for who, value in (("Ada", "positive"), ("Bob", "neutral"), ("Cy", "negative")):
        answer(project, clip, 0.30, value, who=who)
    judged = judged_moments(project, {"visual": draw_run(project, dataset, rng)})
    row = judged.table[(judged.table["clip"] == clip) & (judged.table["start_s"].round(2) == 0.30)]
    told = row["truth"].iloc[0]
    assert told in ("", "negative")  # a tie leaves what the recording says, or nothing
    assert len(judged.of("visual")) == len(judged.table) - (told == "")


def test_folds_are_looked_at_together_each_moment_once(project, dataset, rng):
    folds = [
        draw_run(project, dataset, rng, tested=tested, validating=validating)
        for tested, validating in ((("01", "02"), ("03",)), (("03", "04"), ("05",)), (("05", "06"), ("01",)))
    ]
    judged = judged_moments(project, {"visual": folds})
    assert (judged.table["part"] == "test").all()
    assert len(judged.table) == 18 * N_MOMENTS
    assert not judged.table.duplicated(["clip", "start_s"]).any()


def test_cross_validated_answers_are_the_training_part(project, dataset, rng):
    run = draw_run(project, dataset, rng)
    clips = dataset.table().set_index("clip")
    learnt = [clip for clip in clips.index if clips.loc[clip, "speaker"] in ("01", "02", "03")]
    write(said_about(dataset, rng, clips=learnt), run.folder / "training_predictions.csv")
    parts = judged_moments(project, {"visual": run}).table["part"].value_counts()
    assert parts["train"] == 9 * N_MOMENTS


def test_runs_that_do_not_belong_together_are_refused(project, dataset, rng):
    other = draw_cast(project, rng, speakers=("04", "05"), name="other")
    with pytest.raises(InvalidInputError, match="the same dataset"):
        judged_moments(
            project,
            {"visual": draw_run(project, dataset, rng), "audio": draw_run(project, other, rng, "audio")},
        )
    with pytest.raises(InvalidInputError, match="one run or more"):
        judged_moments(project, {})
    with pytest.raises(InvalidInputError, match="one question"):
        judged_moments(
            project,
            {"visual": draw_run(project, dataset, rng), "mouth": draw_run(project, dataset, rng, "mouth")},
        )


def test_a_run_that_is_not_finished_is_refused_and_told_how_to_go_on(project, dataset, rng):
    run = draw_run(project, dataset, rng)
    (run.folder / "predictions.csv").unlink()
    run.update(status="stopped")
    with pytest.raises(InvalidInputError, match=f"workbench train --resume {run.id}"):
        judged_moments(project, {"visual": run})
