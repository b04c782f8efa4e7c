"""The gate: every planted leak is caught and shown, and a clean split passes."""

import json
import sys

import cv2
import numpy as np
import pandas as pd
import pytest
from talking_heads import N_MOMENTS, draw_heads, keep, row_of, through_jpeg
from typer.testing import CliRunner

from workbench.cli.app import app, main
from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.leaks import leaks_of_split
from workbench.datasets.splits import split_clips
from workbench.errors import InvalidInputError
from workbench.files import read_json, write_json
from workbench.models.runs import Run
from workbench.systems.gate import examine, examine_run, mark, pictures_of


def codes(gate):
    return [finding.code for finding in gate.findings]


def leaks(gate):
    return [finding.code for finding in gate.leaks]


def add_clip(dataset, clip, faces, *, speaker):
    keep(dataset, clip, faces)
    row = pd.DataFrame([row_of(clip, speaker, "neutral", statement="01")])
    dataset.write_table(pd.concat([dataset.table(), row], ignore_index=True))


def finished_run(project, dataset, *, kind="speaker", seed=0, network="audio"):
    """A run as a training leaves it, with a stored evaluation, trained on nothing."""
    split = split_clips(dataset.table(), kind=kind, seed=seed)
    facts = {"split": kind, "status": "finished", "warnings": leaks_of_split(split)}
    run = Run.create(project, dataset=dataset.name, network=network, seed=seed, facts=facts)
    run.write_split(split)
    accuracy = {"k": 9, "n": 12, "value": 0.75, "low": 0.47, "high": 0.91}
    judged = {"clips": {"accuracy": accuracy}, "frames": None, "split": kind, "warnings": facts["warnings"]}
    write_json(run.folder / "evaluation.json", judged)
    return run


def test_a_clean_split_passes_and_every_question_is_answered(project):
    draw_heads(project)
    gate = examine(project, "heads")
    assert codes(gate) == [
        "clips_apart",
        "speakers_apart",
        "sentences_shared",
        "pictures_apart",
        "order_says_nothing",
    ]
    assert leaks(gate) == [] and gate.warnings() == []
    assert "no leak found" in gate.lines()[0]
    assert gate.looked_at["test_moments"] == 2 * 6 * N_MOMENTS


def test_shared_speakers_and_their_repeated_sentences_are_shown(project):
    draw_heads(project)
    gate = examine(project, "heads", split="clip")
    assert {"leak_speakers", "leak_sentences"} <= set(leaks(gate))
    found = gate.finding("leak_speakers")
    assert found.concerned.k == found.concerned.n == 12
    assert found.concerned.low == pytest.approx(0.757, abs=1e-3)  # Wilson, 12 of 12
    for example in found.examples:
        assert example.test_clip[:3] == example.train_clip[:3] and example.test_clip != example.train_clip


def test_the_papers_split_shares_every_clip(project):
    draw_heads(project, n_speakers=4)
    gate = examine(project, "heads", split="frame")
    assert leaks(gate)[:2] == ["leak_frames", "leak_speakers"]
    twins = gate.finding("leak_near_duplicates")
    assert twins.concerned.value > 0.9 and twins.of == "moment"
    assert gate.finding("leak_frames").concerned.value == 1


def test_a_sentence_split_keeps_sentences_apart_and_says_that_speakers_are_shared(project):
    draw_heads(project)
    gate = examine(project, "heads", split="sentence")
    assert "sentences_apart" in codes(gate) and "leak_speakers" in leaks(gate)


def test_frames_copied_under_another_speakers_name_are_caught_with_the_pairs(project, rng):
    dataset = draw_heads(project)
    split = split_clips(dataset.table(), kind="speaker", seed=0).set_index("clip")["part"]
    learnt, tested = split[split == "train"].index[0], split[split == "test"].index[0]
    faces = FeatureStore(dataset.features).arrays(learnt, ("faces",))["faces"]
    add_clip(dataset, "copy", through_jpeg(faces, rng), speaker=tested[:3])
    gate = examine(project, "heads")
    assert leaks(gate) == ["leak_near_duplicates"]
    found = gate.finding("leak_near_duplicates")
    assert found.details["clips_at_least_half_copied"] == 1
    assert found.concerned.k >= N_MOMENTS - 2
    assert found.examples[0].test_clip == "copy" and found.examples[0].train_clip == learnt
    (test, train), *_ = pictures_of(project, gate, found.examples)
    assert np.abs(test.astype(int) - train).mean() < 8


def test_the_same_recording_under_two_names_is_caught_by_its_content(project):
    dataset = draw_heads(project, n_speakers=4)
    table = dataset.table()
    split = split_clips(table, kind="speaker").set_index("clip")["part"]
    learnt, tested = split[split == "train"].index[0], split[split == "test"].index[0]
    dataset.write_table(table.assign(sha256=table["sha256"].replace(tested, learnt)))
    found = examine(project, "heads").finding("leak_clips")
    assert [(e.test_clip, e.train_clip) for e in found.examples] == [(tested, learnt)]


def test_a_list_sorted_by_answer_is_caught_and_says_why_it_matters(project):
    draw_heads(project, order="sorted")
    found = examine(project, "heads").finding("leak_order")
    assert found.concerned.k > found.details["by_majority"]
    assert "Light, microphone or session" in found.message


def test_a_dataset_that_knows_neither_speakers_nor_sentences_is_told_so(project):
    dataset = draw_heads(project, n_speakers=4)
    dataset.write_table(dataset.table().assign(speaker="", statement=""))
    gate = examine(project, "heads", split="clip")
    assert {"speakers_unknown", "sentences_unknown"} <= set(codes(gate))
    assert "leak_near_duplicates" in leaks(gate) or gate.finding("pictures_apart")


def test_the_gate_is_the_same_again_and_strict_json(project):
    draw_heads(project, n_speakers=4)
    first, again = (examine(project, "heads", split="clip", seed=3).as_json() for _ in range(2))
    assert first == again
    assert json.loads(json.dumps(first, allow_nan=False)) == first


def test_a_run_keeps_its_gate_and_its_figures_carry_what_was_found(project, rng):
    dataset = draw_heads(project)
    run = finished_run(project, dataset)
    parts = run.split().set_index("clip")["part"]
    learnt, tested = parts[parts == "train"].index[0], parts[parts == "test"].index[0]
    keep(
        dataset, tested, through_jpeg(FeatureStore(dataset.features).arrays(learnt, ("faces",))["faces"], rng)
    )
    assert run.facts()["warnings"] == []
    gate = examine_run(project, run.id)
    mark(run, gate)
    mark(run, gate)
    for file in ("run.json", "evaluation.json"):
        assert [w["code"] for w in read_json(run.folder / file)["warnings"]] == ["leak_near_duplicates"]
    assert read_json(run.folder / "gate.json")["leaks"] == ["leak_near_duplicates"]


def test_a_run_whose_clips_are_gone_says_so(project):
    dataset = draw_heads(project, n_speakers=4)
    run = finished_run(project, dataset)
    dataset.write_table(dataset.table().iloc[1:])
    with pytest.raises(InvalidInputError, match="1 of .* are not"):
        examine_run(project, run.id)


def test_the_command_answers_for_datasets_and_runs(project):
    dataset = draw_heads(project, n_speakers=4)
    where = ["--project", str(project.root), "--json"]
    done = CliRunner().invoke(app, ["gate", "heads", "--split", "clip", *where])
    assert done.exit_code == 0
    answer = json.loads(done.stdout)
    assert answer["split"] == "clip" and "leak_speakers" in answer["leaks"]
    assert {w["code"] for w in answer["warnings"]} == set(answer["leaks"])
    run = finished_run(project, dataset, kind="clip")
    answer = json.loads(CliRunner().invoke(app, ["gate", run.id, *where]).stdout)
    assert answer["run"] == run.id and answer["split"] == "clip"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing"], "no dataset"),
        (["nothing", "--split", "clip"], "belong to a dataset"),
        (["heads", "--scores", "--network", "all"], "one network at a time"),
    ],
)
def test_bad_input_is_exit_code_2_and_a_sentence(project, capsys, monkeypatch, words, said):
    draw_heads(project, n_speakers=4)
    monkeypatch.setattr(sys, "argv", ["workbench", "gate", *words, "--project", str(project.root)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_a_split_that_cannot_be_made_has_an_undefined_score_and_none_at_all_is_an_error(project, monkeypatch):
    from workbench.systems import gate

    dataset = draw_heads(project, n_speakers=4)
    run = finished_run(project, dataset, kind="clip")

    def train(project, what, **told):
        if what.split == "clip":
            return run
        raise InvalidInputError(f"A {what.split} split cannot be made.")

    monkeypatch.setattr(gate, "train", train)
    scores = gate.scores_under_splits(project, "heads", "audio")
    assert [score.run for score in scores] == [run.id, None, None]
    assert scores[0].leaks == ("leak_speakers", "leak_sentences") and scores[0].accuracy.k == 9
    assert scores[1].accuracy.undefined == "A sentence split cannot be made."
    with pytest.raises(InvalidInputError, match="speaker split cannot be made"):
        gate.scores_under_splits(project, "heads", "audio", splits=("sentence", "speaker"))


@pytest.mark.slow
def test_the_score_is_repeated_under_each_split_and_marked(project):
    from workbench.systems.gate import scores_under_splits

    draw_heads(project, clips_each=12)  # every part of every split has every answer
    small = {"epochs": 1, "per_class_train": 12, "per_class_validation": 4}
    scores = scores_under_splits(project, "heads", "visual", **small)
    assert [score.split for score in scores] == ["clip", "sentence", "speaker"]
    for score in scores:
        facts = Run.open(project, score.run).facts()
        assert facts["split"] == score.split and score.accuracy.n > 0
        assert bool(score.leaks) == (score.split != "speaker")


@pytest.mark.real
def test_real_pictures_of_one_actor_are_near_identical_across_a_split_of_their_frames(project, real_data):
    """The crops of actor 05, every other one of a take under another clip's name."""
    folder = real_data / "faces" / "ravdess_actor05_crops"
    files = sorted(folder.rglob("*.jpg"))
    if not files:
        pytest.skip(f"no crops in {folder}")
    takes = {}
    for file in files:
        takes.setdefault(file.parent.name, []).append(file)
    dataset, rows = Dataset(project.dataset_folder("heads")), []
    for take, pictures in takes.items():
        faces = np.stack([cv2.resize(cv2.imread(str(p))[..., ::-1], (96, 96)) for p in pictures])
        for half in (0, 1):
            if len(faces[half::2]) > 1:
                clip = f"{take}-{half}"
                keep(dataset, clip, np.ascontiguousarray(faces[half::2]))
                rows.append(row_of(clip, "actor-05", "neutral", statement="01"))
    dataset.write_table(pd.DataFrame(rows))
    gate = examine(project, "heads", split="clip")
    found = gate.finding("leak_near_duplicates")
    assert found is not None, gate.lines()
    assert found.examples[0].test_clip[:-2] == found.examples[0].train_clip[:-2]
