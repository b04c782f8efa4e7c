"""From drawn clips to a judged, compared, analysed system: the whole way on a small world."""

import json

import numpy as np
import pandas as pd
import pytest

from workbench.datasets.catalog import Dataset
from workbench.errors import InvalidInputError
from workbench.evaluation.predictions import read
from workbench.evaluation.report import evaluate
from workbench.models.exported import Export
from workbench.models.runs import Run, latest_run
from workbench.progress import Stopped
from workbench.reports.groups_shown import store_ablation_figure
from workbench.reports.stored import latest_comparison
from workbench.systems.ablation import SYSTEMS, ablate_run
from workbench.systems.analysis import analyze
from workbench.systems.experiment import resume, train
from workbench.systems.lightweight_fusion import load_fusion
from workbench.systems.plan import plan
from workbench.systems.sinks import AnswerList

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def runs(demo_project):
    return {
        name: latest_run(demo_project, network=name) for name in ("mouth", "visual", "audio", "audiovisual")
    }


def test_every_run_tests_on_people_it_has_never_met(runs):
    for run in runs.values():
        facts = run.facts()
        learnt = set(facts["speakers"]["train"]) | set(facts["speakers"]["validation"])
        tested = set(read(run.folder / "predictions.csv")["speaker"])
        assert tested
        assert not tested & learnt
        assert facts["speakers"] == runs["mouth"].facts()["speakers"]


def test_the_stored_judgement_is_that_of_the_stored_predictions(runs):
    for run in runs.values():
        facts = run.facts()
        again = evaluate(
            read(run.folder / "predictions.csv"), split=facts["split"], seed=facts["seed"]
        ).as_json()
        stored = json.loads((run.folder / "evaluation.json").read_text())
        assert stored["clips"] == json.loads(json.dumps(again["clips"]))
        assert stored["frames"] == json.loads(json.dumps(again["frames"]))


def test_what_it_says_of_the_validation_part_is_kept_and_is_of_other_people(runs):
    for run in runs.values():
        held_out, split = read(run.folder / "validation_predictions.csv"), run.split()
        assert set(held_out["clip"]) <= set(split.loc[split["part"] == "validation", "clip"])
        assert not set(held_out["speaker"]) & set(read(run.folder / "predictions.csv")["speaker"])


def test_the_comparison_pairs_the_three_modalities_on_the_same_clips(demo_project, runs):
    stored = latest_comparison(demo_project, "sample")
    assert stored.runs == {name: runs[name].id for name in ("visual", "audio", "audiovisual")}
    assert [(p["a"], p["b"]) for p in stored.pairs] == [
        ("visual", "audio"),
        ("visual", "audiovisual"),
        ("audio", "audiovisual"),
    ]
    assert {p["n"] for p in stored.pairs} == {3}


def test_the_running_system_uses_both_branches_as_the_mouth_says(runs):
    table = read(runs["audiovisual"].folder / "predictions.csv")
    assert set(table["branch"]) <= {"visual", "audiovisual"}
    assert ((table["mouth_open"] > 0.5) == (table["branch"] == "audiovisual")).all()


def test_every_trained_run_is_ready_for_use_without_tensorflow(runs):
    for run in runs.values():
        facts = run.facts()
        export = Export.find(
            run.folder / "exported", network=facts["network"], weights_hash=facts["weights_hash"]
        )
        assert export is not None and "moments of 4 of its dataset's clips" in export.facts["checked"]["on"]
        assert max(export.facts["checked"]["largest_difference"].values()) <= 1e-5


def test_analyzing_a_file_gives_what_was_stored_for_the_same_clip(demo_project, runs):
    table = read(runs["audiovisual"].folder / "predictions.csv")
    clip = next(c for c in Dataset.open(demo_project, "sample").clips() if c.clip in set(table["clip"]))
    kept = AnswerList()
    analysis = analyze(clip.path, load_fusion(demo_project), sinks=[kept])
    stored = table[table["clip"] == clip.clip].set_index("start_s")
    answered = [frame for frame in (a.as_json() for a in kept.answers) if frame["probabilities"]]
    assert len(answered) == len(stored)
    for frame in answered:
        row = stored.loc[frame["time_s"]]
        assert frame["branch"] == row["branch"]
        for name, p in frame["probabilities"].items():
            assert p == pytest.approx(row[f"p_{name}"], abs=2e-3)
    assert analysis.label == max(answered[-1]["accumulated"], key=answered[-1]["accumulated"].get)


def test_an_ablation_sets_four_systems_side_by_side_on_the_same_clips(demo_project, runs):
    group = ablate_run(demo_project, "sample", runs["audiovisual"].id)
    tables = {name: read(group.folder / f"{name.replace(' ', '_')}.csv") for name in SYSTEMS}
    assert len({tuple(sorted(set(table["clip"]))) for table in tables.values()}) == 1
    assert set(tables["audiovisual"]["branch"]) == {"audiovisual"}  # the fused network without its gate
    where = ["clip", "start_s"]
    fused = tables["running system"].query("branch == 'audiovisual'").merge(tables["audiovisual"], on=where)
    for name in ("negative", "neutral", "positive"):
        np.testing.assert_allclose(fused[f"p_{name}_x"], fused[f"p_{name}_y"], atol=2e-6)
    assert [(pair["a"], pair["n"]) for pair in group.result()["pairs"] if pair["b"] == "running system"] == [
        (name, tables[name]["clip"].nunique()) for name in ("visual", "audio", "audiovisual")
    ]
    assert store_ablation_figure(group).read_text().startswith("<?xml")


def test_a_stopped_run_goes_on_and_a_finished_one_does_not(sample_project):
    def stop_late(done, total, what):
        if "epoch 2" in what:
            raise Stopped

    what = plan("sample", "visual", epochs=2, per_class_train=12, per_class_validation=4, seed=5)
    with pytest.raises(Stopped):
        train(sample_project, what, progress=stop_late)
    stopped = next(Run(p.parent) for p in sorted(sample_project.runs.glob("*-s5*/run.json")))
    assert stopped.facts()["status"] == "stopped"
    run = resume(sample_project, stopped.id)
    assert run.facts()["status"] == "finished"
    assert run.history()["epoch"].tolist() == [1, 2]
    with pytest.raises(InvalidInputError, match="finished"):
        resume(sample_project, run.id)


def test_the_papers_split_is_trained_on_request_and_marked_as_leaking(sample_project):
    run = train(
        sample_project,
        plan("sample", "visual", split="frame", epochs=1, per_class_train=12, per_class_validation=4, seed=6),
    )
    assert [w["code"] for w in run.facts()["warnings"]][:2] == ["leak_frames", "leak_speakers"]


def test_a_fused_network_needs_its_companions(sample_project):
    with pytest.raises(InvalidInputError, match="no finished mouth run.*--network mouth"):
        train(sample_project, plan("sample", "audiovisual", seed=77, epochs=1))


@pytest.mark.real
def test_recordings_without_sound_or_without_a_face_are_told(demo_project, real_data):
    networks = load_fusion(demo_project)
    kept = AnswerList()
    none = analyze(real_data / "talking" / "pyfeat" / "no_face.mp4", networks, sinks=[kept])
    assert none.label is None
    assert kept.answers and all(a.box is None and a.probabilities is None for a in kept.answers)
    assert "no prediction" in none.notes()[0]
    silent = next((real_data / "ravdess" / "Actor_05").glob("02-*.mp4"))
    by_face = analyze(silent, networks)
    assert by_face.label in ("negative", "neutral", "positive")
    assert by_face.n_faces / by_face.n_moments >= 0.99


def test_predictions_are_a_table_that_any_tool_can_read(runs):
    table = pd.read_csv(runs["visual"].folder / "predictions.csv")
    assert list(table.columns[:8]) == [
        "clip",
        "speaker",
        "start_s",
        "end_s",
        "truth",
        "p_negative",
        "p_neutral",
        "p_positive",
    ]
