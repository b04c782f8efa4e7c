import numpy as np
import pytest

from workbench.datasets.frame_runs import RULES, Run, RunRule, find_runs
from workbench.errors import InvalidInputError


def crops(greys):
    return np.stack([np.full((28, 28, 3), grey, np.uint8) for grey in greys])


def runs(openings, greys=None, moments=None, **rule):
    n = len(openings)
    moments = np.arange(n) if moments is None else np.array(moments)
    return find_runs(moments, np.array(openings), crops(greys or [90] * n), rule=RunRule(**rule))


def test_a_run_ends_where_the_mouth_opens_or_closes():
    assert runs([0.01, 0.03, 0.02, 0.2, 0.22, 0.0]) == [Run(0, 2), Run(3, 4), Run(5, 5)]


def test_a_mouth_that_opens_slowly_does_not_creep_through_one_run():
    found = runs(list(np.linspace(0, 0.5, 51)), opening=0.05)
    assert max(len(run) for run in found) <= 6


def test_a_run_ends_where_the_picture_changes_though_the_landmarks_do_not():
    assert runs([0.0] * 4, greys=[90, 95, 140, 141]) == [Run(0, 1), Run(2, 3)]
    creeping = runs([0.0] * 12, greys=list(range(90, 126, 3)), appearance=10.0)
    assert max(len(run) for run in creeping) == 4


def test_a_lost_face_ends_a_run_and_no_run_is_longer_than_allowed():
    assert runs([0.0] * 4, moments=[3, 4, 6, 7]) == [Run(3, 4), Run(6, 7)]
    assert [len(run) for run in runs([0.0] * 70)] == [33, 33, 4]


def test_every_moment_is_in_exactly_one_run(rng):
    moments = np.flatnonzero(rng.random(200) > 0.1)
    openings = np.clip(np.cumsum(rng.normal(0, 0.02, len(moments))), 0, 1)
    found = find_runs(moments, openings, rng.integers(0, 256, (len(moments), 28, 28, 3)).astype(np.uint8))
    covered = [moment for run in found for moment in range(run.first, run.last + 1)]
    assert covered == moments.tolist()


def test_faces_may_speak_within_a_run():
    crops_of_faces = np.repeat(crops([90] * 6), 96 // 28 + 1, axis=1)
    assert len(find_runs(np.arange(6), np.array([0, 0.5] * 3), crops_of_faces, rule=RULES["face"])) == 1


def test_nothing_to_group_and_wrong_lengths_have_defined_answers():
    assert find_runs(np.zeros(0, int), np.zeros(0), np.zeros((0, 28, 28, 3), np.uint8)) == []
    with pytest.raises(InvalidInputError, match="one opening and one crop"):
        find_runs(np.arange(2), np.zeros(1), crops([1, 2]))
    with pytest.raises(InvalidInputError, match="limits of 0 or more"):
        RunRule(most_moments=0)
