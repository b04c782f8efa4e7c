"""What a run would answer: predicted once, kept beside the run, made anew when it no longer holds."""

import shutil

import numpy as np
import pandas as pd
import pytest
from drawn_features import draw_dataset

from workbench.datasets.frame_tasks import frame_tasks
from workbench.errors import InvalidInputError
from workbench.labels.annotation import LabelEvent
from workbench.labels.store import LabelStore
from workbench.models.runs import Run
from workbench.project import Project
from workbench.systems import suggestions as module
from workbench.systems.suggestions import Suggestions
from workbench.systems.task_order import order_tasks


@pytest.fixture
def dataset(project, rng):
    return draw_dataset(project, rng, lost=(0, 1))


@pytest.fixture
def run(project, dataset):
    """A finished mouth run whose network is never loaded here: what it predicts is drawn."""
    facts = {"status": "finished", "weights_hash": "w", "companions": {}, "classes": ["closed", "open"]}
    made = Run.create(project, dataset=dataset.name, network="mouth", seed=0, facts={})
    made.update(**facts)
    return made


@pytest.fixture
def asked(monkeypatch):
    """What the network is asked; it answers that mouths open as the clip goes on."""
    rows = []

    def predict(dataset, moments, *, run, companions):
        rows.append(len(moments))
        p_open = (moments["time_s"] / 0.9).to_numpy()
        table = moments[["clip"]].reset_index(drop=True)
        return table.assign(start_s=moments["time_s"].to_numpy(), p_closed=1 - p_open, p_open=p_open)

    monkeypatch.setattr(module, "predictions_on", predict)
    return rows


def test_moments_are_predicted_once_in_one_go_and_kept_for_the_next_time(project, dataset, run, asked):
    tasks = frame_tasks(dataset, "mouth", n_tasks=40)
    found = Suggestions.open(project, dataset, "mouth")
    found.prepare((task.clip, task.start_s, task.end_s) for task in tasks)
    assert asked == [40]
    task = tasks[0]
    assert found.of(task.clip, task.start_s, task.end_s)["open"] == pytest.approx(
        task.start_s / 0.9, abs=1e-6
    )
    again = Suggestions.open(project, dataset, "mouth")
    assert again.of(task.clip, task.start_s, task.end_s) == pytest.approx(
        found.of(task.clip, task.start_s, task.end_s), abs=1e-6
    )
    assert asked == [40]


def test_a_span_gets_the_mean_of_moments_spread_over_it(project, dataset, run, asked):
    clip = dataset.table()["clip"].iloc[0]
    found = Suggestions.open(project, dataset, "mouth").of(clip, 0.3, 0.6)
    assert found["open"] == pytest.approx(0.5, abs=0.02)
    assert asked == [5]


def test_where_no_face_is_found_nothing_is_suggested(project, dataset, run, asked):
    clip = dataset.table()["clip"].iloc[0]
    found = Suggestions.open(project, dataset, "mouth")
    assert found.of(clip, 0.03, 0.03) is None
    assert found.of("nobody.00000000", 0.3, 0.3) is None
    assert asked == []


def test_other_weights_are_asked_anew_and_a_damaged_copy_too(project, dataset, run, asked):
    clip = dataset.table()["clip"].iloc[0]
    Suggestions.open(project, dataset, "mouth").of(clip, 0.3, 0.3)
    run.update(weights_hash="other")
    Suggestions.open(project, dataset, "mouth").of(clip, 0.3, 0.3)
    (run.folder / "suggestions" / f"{clip}.npz").write_bytes(b"PK\x03\x04 cut off")
    assert Suggestions.open(project, dataset, "mouth").of(clip, 0.3, 0.3) is not None
    assert asked == [1, 1, 1]


def test_a_question_without_a_trained_network_says_what_to_run(project, dataset, run):
    with pytest.raises(InvalidInputError, match="train sample --network visual"):
        Suggestions.open(project, dataset, "sentiment")
    with pytest.raises(InvalidInputError, match="of its classes"):
        Suggestions.open(project, dataset, "sentiment", run=run.id)
    run.update(status="stopped")
    with pytest.raises(InvalidInputError, match="--resume"):
        Suggestions.open(project, dataset, "mouth", run=run.id)


def test_what_the_run_is_least_sure_of_is_asked_first(project, dataset, run, asked):
    tasks = frame_tasks(dataset, "mouth", n_tasks=120)
    ordered = order_tasks(project, dataset, "mouth", tasks, "uncertainty", n_tasks=50)
    ranked = [abs(task.start_s / 0.9 - 0.5) for task in ordered if task.chosen_by == "uncertainty"]
    np.testing.assert_allclose(ranked, sorted(ranked), atol=1e-6)
    assert [task.chosen_by for task in ordered].count("random") == 10


def test_what_people_are_divided_about_is_asked_first(project, dataset):
    tasks = frame_tasks(dataset, "mouth", n_tasks=30)
    with pytest.raises(InvalidInputError, match="two people's answers"):
        order_tasks(project, dataset, "mouth", tasks, "disagreement")
    with LabelStore.open(project.labels) as store:
        for k, values in ((20, ("open", "closed")), (11, ("open", "open"))):
            for who, value in zip(("Ada", "Bob"), values, strict=True):
                store.record(
                    LabelEvent(
                        op_id=f"{who}-operation-{k}", annotator=who, question="mouth", schema_version=2,
                        clip=tasks[k].clip, start_s=tasks[k].start_s, end_s=tasks[k].end_s, kind="answer", value=value,
                    )
                )  # fmt: skip
    ordered = order_tasks(project, dataset, "mouth", tasks, "disagreement", random_share=0)
    assert [task.task_id for task in ordered[:2]] == [tasks[20].task_id, tasks[11].task_id]


def test_an_unknown_order_is_named(project, dataset):
    with pytest.raises(InvalidInputError, match="spread, random"):
        order_tasks(project, dataset, "mouth", [], "alphabet")


@pytest.mark.slow
def test_a_trained_run_suggests_what_its_predictions_say_and_votes_are_learnt_from(sample_project, tmp_path):
    """Three people label mouths, a network learns from their votes, and suggests."""
    from workbench.datasets.catalog import Dataset
    from workbench.evaluation.predictions import read
    from workbench.systems.experiment import train
    from workbench.systems.plan import plan

    project = Project.open(shutil.copytree(sample_project.root, tmp_path / "copy"))
    dataset = Dataset.open(project, "sample")
    truth = pd.read_csv(dataset.truth_file)
    with LabelStore.open(project.labels) as store:
        store.record_all(votes_of_three(truth))
    what = plan(
        "sample",
        "mouth",
        answers="hand",
        epochs=2,
        per_class_train=24,
        per_class_validation=8,
        soft_labels=True,
    )
    run = train(project, what)
    facts = run.facts()
    assert facts["settings"]["soft_labels"] is True
    learnt = facts["effective_labels"]["train"]
    assert learnt["n_clips"] <= learnt["n_runs"] <= learnt["n_moments"] == 48
    stored = read(run.folder / "predictions.csv").iloc[::7]
    found = Suggestions.open(project, dataset, "mouth", run=run.id)
    found.prepare((row.clip, row.start_s, row.start_s) for row in stored.itertuples())
    for row in stored.itertuples():
        assert found.of(row.clip, row.start_s, row.start_s)["open"] == pytest.approx(row.p_open, abs=2e-3)


def votes_of_three(truth):
    """Every third picture, answered as it is by two and by the third as it comes."""
    rng = np.random.default_rng(4)
    for clip, frames in truth.groupby("clip"):
        for k, frame in enumerate(frames.iloc[::3].itertuples()):
            for who in ("Ada", "Bob", "Cy"):
                value = frame.mouth if who != "Cy" else str(rng.choice(["open", "closed"]))
                moment = round(round(frame.time_s / 0.03) * 0.03, 6)
                yield LabelEvent(
                    op_id=f"{who}-{k:04}-{clip[-8:]}",
                    annotator=who,
                    question="mouth",
                    schema_version=2,
                    clip=str(clip),
                    start_s=moment,
                    end_s=moment,
                    kind="answer",
                    value=value,
                )
