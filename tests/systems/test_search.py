"""A search is kept trial by trial, goes on after any kill as if nothing had been, and never reads the test."""

import subprocess
import sys

import pytest
from talking_heads import draw_heads

import workbench.systems.search as searching
from tests.systems import fake_trials
from workbench.datasets.feature_store import FeatureStore
from workbench.errors import InvalidInputError, StorageError
from workbench.models.groups import Group
from workbench.models.settings import NETWORKS, VISUAL_AUGMENTATION, published
from workbench.progress import Stopped
from workbench.systems.plan import plan
from workbench.systems.preparation import prepare
from workbench.systems.search import (
    best_command,
    best_settings,
    lines_of_search,
    resume_search,
    search,
    study_of,
)
from workbench.systems.search_space import SPACES, Choice, Range, applied, as_json, from_json, values_of
from workbench.systems.trial import SEEN

WHAT = plan("heads", "visual", epochs=1)


@pytest.fixture
def heads(project):
    draw_heads(project, n_speakers=4, clips_each=3)
    return project


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(searching, "try_plan", fake_trials.try_plan)


def tried(group):
    return [(trial.state, trial.values, trial.score) for trial in study_of(group).trials()]


@pytest.mark.parametrize("network", NETWORKS)
def test_the_published_settings_lie_in_every_space_and_come_back(network):
    space, settings = SPACES[network], published(network)
    values = values_of(settings, space)
    for name, bounds in space.items():
        inside = (
            values[name] in bounds.options
            if isinstance(bounds, Choice)
            else bounds.low <= values[name] <= bounds.high
        )
        assert inside, name
    assert applied(settings, values) == settings
    assert from_json(as_json(space)) == dict(space)


def test_a_trial_changes_what_it_names_and_nothing_else():
    settings = applied(published("visual"), {"learning_rate": 0.02, "rotation_deg": 10.0, "flip": True})
    assert settings.learning_rate == 0.02 and settings.batch_size == published("visual").batch_size
    assert (settings.augmentation.rotation_deg, settings.augmentation.flip, settings.augmentation.zoom) == (
        10.0,
        True,
        0.0,
    )
    augmented = published("visual").with_changes(augmentation=VISUAL_AUGMENTATION)
    assert applied(augmented, {"zoom": 0.1}).augmentation.shear == VISUAL_AUGMENTATION.shear
    assert Range(0, 1) != Range(0, 1, log=True)


@pytest.mark.slow
def test_a_killed_search_goes_on_to_the_very_same_trials(heads, quick):
    whole = search(heads, WHAT, n_trials=14)
    code = (
        "import workbench.systems.search as s, tests.systems.fake_trials as f; from workbench.project import Project;"
        "from workbench.systems.plan import plan; s.try_plan = f.killed_at(13);"
        f"s.search(Project.open({str(heads.root)!r}), plan('heads', 'visual', epochs=1), n_trials=14)"
    )
    died = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert died.returncode == -9, died.stderr
    killed = next(
        g for g in (Group(p.parent) for p in heads.reports.glob("groups/*/group.json")) if g.id != whole.id
    )
    assert killed.facts()["status"] == "running"
    assert [trial.state for trial in study_of(killed).trials()] == ["complete"] * 12 + ["running"]
    resumed = resume_search(heads, killed.id)
    assert tried(resumed) == tried(whole)
    assert resumed.result()["best"] == whole.result()["best"]
    assert resumed.facts()["status"] == "finished"


def test_the_settings_it_began_with_are_tried_first_and_the_best_is_told_with_its_command(heads, quick):
    group = search(heads, WHAT, n_trials=5)
    trials = group.result()["trials"]
    assert trials[0]["values"] == values_of(WHAT.settings, SPACES["visual"])
    scores = [trial["score"] for trial in trials]
    assert group.result()["best"]["score"] == max(scores) >= scores[0]
    best = best_settings(group)
    assert fake_trials.score_of(best.as_json()) == max(scores)
    assert best.epochs == 1  # what the search was asked with holds
    assert f"--like {group.id}" in best_command(group)
    assert any("the test was not read" in line for line in lines_of_search(group))


def test_a_finished_search_goes_on_for_more_trials_only(heads, quick):
    group = search(heads, WHAT, n_trials=2)
    with pytest.raises(InvalidInputError, match="only for more trials"):
        resume_search(heads, group.id)
    more = resume_search(heads, group.id, n_trials=3)
    assert more.id == group.id and len(more.result()["trials"]) == 3


def test_settings_that_fail_are_kept_as_failed_and_the_search_goes_on(heads, monkeypatch):
    def fragile(root, facts, *, progress=None):
        if facts["settings"]["optimizer"] == "sgd":
            raise FloatingPointError("overflow")
        return fake_trials.try_plan(root, facts)

    monkeypatch.setattr(searching, "try_plan", fragile)
    group = search(heads, WHAT, n_trials=5)
    failed = [trial for trial in group.result()["trials"] if trial["state"] == "failed"]
    assert failed and all("overflow" in trial["details"]["why"] for trial in failed)
    assert group.result()["best"]["values"]["optimizer"] == "adam"


def test_a_search_whose_every_trial_fails_ends_with_the_reason(heads, monkeypatch):
    def broken(root, facts, *, progress=None):
        raise MemoryError("no room")

    monkeypatch.setattr(searching, "try_plan", broken)
    with pytest.raises(StorageError, match="first 3 all failed.*no room"):
        search(heads, WHAT, n_trials=8)


def test_samples_that_change_during_a_search_end_it(heads, monkeypatch):
    hashes = iter("abcdefgh")

    def changing(root, facts, *, progress=None):
        return fake_trials.try_plan(root, facts) | {"samples_hash": next(hashes)}

    monkeypatch.setattr(searching, "try_plan", changing)
    with pytest.raises(InvalidInputError, match="same samples"):
        search(heads, WHAT, n_trials=3)


def test_two_processes_never_work_on_one_search(heads, quick):
    def stop(done, total, what):
        raise Stopped

    with pytest.raises(Stopped):
        search(heads, WHAT, n_trials=3, progress=stop)
    (group,) = (Group(path.parent) for path in heads.reports.glob("groups/*/group.json"))
    assert group.facts()["status"] == "stopped"
    with group.held(), pytest.raises(StorageError, match="One process at a time"):
        resume_search(heads, group.id)


def test_only_clips_of_training_and_validation_are_read(heads, monkeypatch):
    read, arrays = set(), FeatureStore.arrays
    monkeypatch.setattr(
        FeatureStore, "arrays", lambda store, clip, names: read.add(clip) or arrays(store, clip, names)
    )
    prepared = prepare(heads, WHAT, parts=SEEN)
    tested = set(prepared.split.loc[prepared.split["part"] == "test", "clip"])
    assert tested and read and not read & tested
    assert set(prepared.moments["part"]) == set(SEEN)


def test_the_papers_split_cannot_be_searched_on(heads):
    with pytest.raises(InvalidInputError, match="must not see the test"):
        search(heads, plan("heads", "visual", split="frame"), n_trials=2)


@pytest.mark.parametrize(("n_trials", "n_workers"), [(0, 1), (1, 0), (10_001, 1)])
def test_numbers_outside_their_range_are_refused(heads, n_trials, n_workers):
    with pytest.raises(InvalidInputError, match="must be 1"):
        search(heads, WHAT, n_trials=n_trials, n_workers=n_workers)


@pytest.mark.slow
def test_workers_share_a_search(heads, monkeypatch):
    monkeypatch.setattr(searching, "try_plan", fake_trials.pid_in)
    group = search(heads, WHAT, n_trials=6, n_workers=2)
    assert [trial["state"] for trial in group.result()["trials"]] == ["complete"] * 6
    assert all(trial["score"] is not None for trial in group.result()["trials"])
    assert len(list((heads.root / "workers").iterdir())) == 2
