"""What changed labels change: the judge, the network, or nothing; said apart, and on the same moments."""

import numpy as np
import pytest
from error_world import draw_cast, draw_run

from workbench.evaluation.predictions import read
from workbench.project import Project
from workbench.systems import retraining
from workbench.systems.label_change import as_json, what_changed
from workbench.systems.retraining import affected_parts


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """One project for all: every test makes runs of its own."""
    return Project.open(tmp_path_factory.mktemp("drawn") / "project")


@pytest.fixture(scope="module")
def dataset(project):
    return draw_cast(project, np.random.default_rng(3))


def truth_of(run, **changed):
    """The truth a run was judged by, with some positions changed."""
    table = read(run.folder / "predictions.csv")[["clip", "start_s", "truth"]]
    for position, value in changed.items():
        table.loc[int(position[1:]), "truth"] = value
    return table


def test_relabelled_test_moments_change_the_judge_and_no_network(project, dataset, rng):
    run = draw_run(project, dataset, rng)
    table = read(run.folder / "predictions.csv")
    said = table[["p_negative", "p_neutral", "p_positive"]].to_numpy().argmax(axis=1)
    names = np.array(["negative", "neutral", "positive"])
    wrong = np.flatnonzero(names[said] != table["truth"])[:4]
    change = what_changed((run,), (run,), truth_of(run, **{f"r{k}": names[said[k]] for k in wrong}))
    assert not change.trained and change.pair is None
    assert change.judge_after.k == change.judge_before.k + 4
    judge, flattering, network = change.words
    assert "The judge has changed" in judge and "no change of the network" in judge
    assert flattering.startswith("4 of the 4 changed test answers now say what the network said")
    assert "was not trained again" in network
    assert as_json(change)["pair"] is None


def test_two_runs_are_compared_on_the_same_moments_by_the_labels_of_now(project, dataset, rng):
    before = draw_run(project, dataset, rng, right=0.5)
    after = draw_run(project, dataset, rng, right=0.9)
    change = what_changed(
        (before,), (after,), truth_of(before), why="the answers it learns from have changed"
    )
    assert change.judge_before == change.judge_after  # no test label was changed
    assert change.pair.n == 6  # clips
    earlier, later = (read(run.folder / "predictions.csv") for run in (before, after))
    right = [
        t[["p_negative", "p_neutral", "p_positive"]].to_numpy().argmax(axis=1)
        == t["truth"].map({"negative": 0, "neutral": 1, "positive": 2})
        for t in (earlier, later)
    ]
    assert len(change.mended) == int((~right[0] & right[1]).sum())
    assert len(change.broken) == int((right[0] & ~right[1]).sum())
    assert change.mended[0] in set(zip(later["clip"], later["start_s"].round(3), strict=True))
    assert "was trained again: the answers it learns from have changed. " in change.words[0]
    assert "another seed may move the figure as much" in change.words[1]


def test_a_leaking_split_is_marked_in_the_sentence(project, dataset, rng):
    runs = [draw_run(project, dataset, rng), draw_run(project, dataset, rng)]
    for run in runs:
        run.update(warnings=[{"code": "leak_frame", "message": "Moments of one clip lie on both sides."}])
    change = what_changed(runs[:1], runs[1:], truth_of(runs[0]), why="so")
    assert "⚠ leaks" in change.words[0]


def test_moments_that_nobody_can_tell_any_more_are_left_out(project, dataset, rng):
    run = draw_run(project, dataset, rng)
    change = what_changed((run,), (run,), truth_of(run, r0="", r1=""))
    assert change.judge_after.n == change.judge_before.n - 2


def test_only_what_is_stale_is_trained_again_branches_before_what_is_made_with_them(
    project, dataset, rng, monkeypatch
):
    visual, audio = (draw_run(project, dataset, rng, name) for name in ("visual", "audio"))
    fused = draw_run(project, dataset, rng, "audiovisual")
    fused.update(companions={"visual": visual.id, "audio": audio.id})
    stale, trained = {visual.id: "the answers it learns from have changed"}, []

    def train(project, what, *, progress):
        trained.append(what)
        stale[fused.id] = "it is made with another visual run now"
        return draw_run(project, dataset, rng, what)

    monkeypatch.setattr(retraining, "plan_of", lambda facts: facts["network"])
    monkeypatch.setattr(retraining, "why_again", lambda project, run: stale.get(run.id, ""))
    monkeypatch.setattr(retraining, "train", train)
    runs, why = retraining.retrain(project, {"audiovisual": (fused,)})
    assert trained == ["visual", "audiovisual"]
    assert why == {"audiovisual": "it is made with another visual run now"}
    assert runs["audiovisual"][0].id != fused.id


def test_folds_are_judged_together(project, dataset, rng):
    folds = [draw_run(project, dataset, rng, tested=(s,), validating=("04",)) for s in ("05", "06")]
    tables = [read(run.folder / "predictions.csv") for run in folds]
    change = what_changed(folds, folds, truth_of(folds[0]))
    assert change.judge_before.n == sum(map(len, tables))


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([], ""),
        (["test"], "1 in the test part: the judge changes, not the networks"),
        (["train", "train", "validation"], "2 in the training part: what the networks learn from changes"),
    ],
)
def test_it_is_said_beforehand_what_corrections_change(parts, said):
    assert said in affected_parts(parts)
