"""Seeds and folds: who is trained, who is kept, who is judged; the training itself is drawn here."""

import numpy as np
import pytest
from talking_heads import draw_heads

import workbench.systems.group_training as training
from workbench.datasets.catalog import Dataset
from workbench.errors import InvalidInputError, StorageError
from workbench.evaluation.predictions import read, write
from workbench.evaluation.report import evaluate
from workbench.files import write_json
from workbench.models.groups import Group, group_of, list_groups
from workbench.models.runs import Run, latest_run
from workbench.progress import Stopped
from workbench.reports.calibrating import calibrate_source
from workbench.reports.group_table import group_table
from workbench.reports.html import page
from workbench.reports.judging import compare_sources, evaluate_source
from workbench.reports.run_table import run_lines, run_table
from workbench.reports.stored import run_or_group
from workbench.sentiment import SENTIMENTS
from workbench.systems.cross_validation import cross_validate, lines_of_folds, resume_folds
from workbench.systems.experiment import facts_of
from workbench.systems.plan import plan, plan_of
from workbench.systems.seeds import lines_of_seeds, plans_of_seeds, resume_seeds, train_seeds

WHAT = plan("heads", "visual", seed=3, epochs=1, per_class_train=6, per_class_validation=3)


@pytest.fixture
def heads(project, monkeypatch):
    """Six speakers of three clips, and a training that answers by lot, right two times of three."""
    draw_heads(project, n_speakers=6, clips_each=3)
    monkeypatch.setattr(training, "train_prepared", drawn_training)
    return project


def drawn_training(project, prepared, *, facts=None, on_epoch=None, progress=None):
    what = prepared.what
    run = Run.create(
        project,
        dataset=what.dataset,
        network=what.network,
        seed=what.seed,
        facts={**facts_of(prepared), **facts},
    )
    run.write_split(prepared.split)
    if progress is not None:
        progress(1, 2, "half way")
    rng = np.random.default_rng([what.seed, what.fold.number if what.fold else 0])
    tested = prepared.answered("test").drop_duplicates("clip")
    table = tested[["clip", "speaker"]].assign(truth=tested["answer"], start_s=np.nan, end_s=np.nan)
    said = np.where(rng.random(len(table)) < 2 / 3, table["truth"], rng.choice(SENTIMENTS, len(table)))
    table = table.assign(**{f"p_{name}": np.where(said == name, 0.8, 0.1) for name in SENTIMENTS})
    write(table, run.folder / "predictions.csv")
    judged = evaluate(table, split=what.split, seed=what.seed).as_json()
    write_json(run.folder / "evaluation.json", judged)
    run.update(status="finished", duration_s=1.0)
    return run


def stop_in_member(number):
    """A progress that stops when the ``number``-th member of three is half way."""

    def progress(done, total, what):
        if done / total > (number - 0.6) / 3:
            raise Stopped

    return progress


def test_several_seeds_are_tested_on_the_same_clips_and_learn_differently(heads):
    group = train_seeds(heads, WHAT, 3)
    runs = group.runs(heads)
    assert [run.facts()["seed"] for run in runs] == [3, 4, 5]
    tables = [read(run.folder / "predictions.csv") for run in runs]
    assert all(list(table["clip"]) == list(tables[0]["clip"]) for table in tables)
    assert len({run.facts()["samples_hash"] for run in runs}) == 3
    mean = group.result()["mean"]
    n_clips = len(tables[0])
    right = [
        int((t[[f"p_{s}" for s in SENTIMENTS]].idxmax(axis=1) == "p_" + t["truth"]).sum()) for t in tables
    ]
    assert (mean["k"], mean["n"]) == (sum(right), 3 * n_clips)
    assert group.result()["spread"] == pytest.approx(np.std(np.array(right) / n_clips, ddof=1))
    assert "mean of 3" in " ".join(lines_of_seeds(group))


def test_the_first_seed_is_the_plain_training_and_the_others_are_not_taken_for_one(heads):
    first, second = plans_of_seeds(WHAT, 2)
    assert first == WHAT and first.place() == {}
    assert (second.seed, second.dealt_by, second.place()) == (4, 3, {"split_seed": 3})
    train_seeds(heads, WHAT, 2)
    assert latest_run(heads, network="visual").facts()["seed"] == 3
    assert latest_run(heads, network="visual", seed=4) is None
    assert latest_run(heads, network="visual", seed=4, split_seed=3) is not None


def test_every_speaker_is_tested_once_by_a_network_that_never_met_them(heads):
    group = cross_validate(heads, WHAT, None)  # leaving one speaker out at a time
    table = read(group.predictions)
    assert sorted(set(table["speaker"])) == [f"s{k:02}" for k in range(6)]
    assert table["clip"].is_unique and len(table) == 18
    for run in group.runs(heads):
        facts = run.facts()
        tested = set(read(run.folder / "predictions.csv")["speaker"])
        assert tested == set(facts["fold"]["speakers"])
        assert not tested & {*facts["speakers"]["train"], *facts["speakers"]["validation"]}
    assert len(group.runs(heads)) == 6


def test_a_cross_validation_is_judged_like_a_run(heads):
    group = cross_validate(heads, WHAT, 3)
    judged = evaluate_source(heads, group.id, seed=3)
    assert judged.main.accuracy.n == 18
    assert judged.split == "speaker" and judged.main.n_speakers == 6
    assert "no_validation" in {w.code for w in calibrate_source(heads, group.id).warnings}
    run = group.runs(heads)[0]
    pair = compare_sources(heads, [group.id, run.id]).pairs[0]
    assert (pair.only_a, pair.only_b, pair.n) == (0, 0, 6)
    html = page(heads, group)
    assert "cross-validation by speaker, 3 folds" in html and "18 clips" in html
    assert any("each tested once" in line for line in lines_of_folds(group))


def test_finished_folds_are_not_trained_again(heads, monkeypatch):
    with pytest.raises(Stopped):
        cross_validate(heads, WHAT, 3, progress=stop_in_member(2))
    (group,) = list_groups(heads)
    assert group.facts()["status"] == "stopped"
    first, half = group.runs(heads)
    half.update(status="stopped")
    before = (first.folder / "predictions.csv").stat().st_mtime_ns
    went_on = []

    def drawn_resume(project, run_id, *, on_epoch, progress):
        went_on.append(run_id)
        what = plan_of(Run.open(project, run_id).facts())
        again = drawn_training(project, training.prepare(project, what), facts={"group": "elsewhere"})
        write(read(again.folder / "predictions.csv"), half.folder / "predictions.csv")
        write_json(half.folder / "evaluation.json", evaluate(read(half.folder / "predictions.csv")).as_json())
        half.update(status="finished")
        return half

    monkeypatch.setattr(training, "resume", drawn_resume)
    resumed = resume_folds(heads, group.id)
    assert went_on == [half.id] and resumed.facts()["status"] == "finished"
    assert (first.folder / "predictions.csv").stat().st_mtime_ns == before
    assert [run.facts()["fold"]["number"] for run in resumed.runs(heads)] == [1, 2, 3]
    with pytest.raises(InvalidInputError, match="is finished"):
        resume_folds(heads, group.id)


def test_answers_that_change_between_two_folds_end_the_group(heads, monkeypatch):
    def then_change(project, prepared, **rest):
        run = drawn_training(project, prepared, **rest)
        dataset = Dataset.open(project, "heads")
        dataset.write_table(dataset.table().assign(intended="neutral"))
        return run

    monkeypatch.setattr(training, "train_prepared", then_change)
    with pytest.raises(InvalidInputError, match="none of|same answers"):
        cross_validate(heads, WHAT, 3)
    (group,) = list_groups(heads)
    assert group.facts()["status"] == "failed"
    with pytest.raises(InvalidInputError, match="have changed"):
        resume_folds(heads, group.id)


def test_groups_are_named_like_runs_and_runs_go_first(heads):
    group = train_seeds(heads, WHAT, 2)
    run = group.runs(heads)[0]
    assert run_or_group(heads, group.id).id == run_or_group(heads, "seeds").id == group.id
    assert run_or_group(heads, run.id).id == run.id
    assert group_of(run).id == group.id
    with pytest.raises(InvalidInputError, match="one run only"):
        run_or_group(heads, "nothing")
    with pytest.raises(InvalidInputError, match="Only a cross-validation is judged as one table"):
        evaluate_source(heads, group.id)
    with pytest.raises(InvalidInputError, match="of the kind seeds"):
        resume_folds(heads, group.id)
    with pytest.raises(InvalidInputError, match="there are: .*seeds"):
        Group.open(heads, "nothing")


def test_one_process_at_a_time_works_on_a_group(heads):
    with pytest.raises(Stopped):
        train_seeds(heads, WHAT, 3, progress=stop_in_member(1))
    (group,) = list_groups(heads)
    with group.held(), pytest.raises(StorageError, match="One process at a time"):
        resume_seeds(heads, group.id)


def test_the_tables_tell_groups_folds_settings_data_and_code(heads):
    group = cross_validate(heads, WHAT, 3)
    table = run_table(heads)
    assert list(table["fold"]) == ["3/3", "2/3", "1/3"] and set(table["group"]) == {group.id}
    assert set(table["settings"]) == {"epochs 1, per_class_train 6, per_class_validation 3"}
    assert set(table["data"]) == {group.facts()["data_hash"][:8]}
    assert all(code.startswith("0.") for code in table["code"])
    assert f"fold 3/3 of {group.id}" in run_lines(table)[1]
    (row,) = group_table(heads).to_dict("records")
    assert row["what"] == "3 folds by speaker" and "of 18 (" in row["outcome"]


@pytest.mark.parametrize("n_seeds", [1, 101])
def test_the_number_of_seeds_has_bounds(heads, n_seeds):
    with pytest.raises(InvalidInputError, match="2 to 100"):
        train_seeds(heads, WHAT, n_seeds)


def test_folds_keep_speakers_apart_only(heads):
    with pytest.raises(InvalidInputError, match="keeps speakers apart"):
        cross_validate(heads, plan("heads", "visual", split="clip"), 3)
