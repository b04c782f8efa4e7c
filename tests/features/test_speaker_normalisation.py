import numpy as np
import pytest

from workbench.errors import InvalidInputError
from workbench.features.speaker_normalisation import normalise_pictures, normalise_rows


def test_everybody_is_held_against_their_own_mean_and_spread(rng):
    speakers = np.repeat(["a", "b", "c"], 20)
    rows = (
        rng.normal(0, 1, (60, 3)) * np.repeat([1, 5, 0.2], 20)[:, None] + np.repeat([0, 100, -7], 20)[:, None]
    )
    normalised = normalise_rows(rows, list(speakers))
    for name in "abc":
        assert normalised[speakers == name].mean(axis=0) == pytest.approx(np.zeros(3), abs=1e-9)
        assert normalised[speakers == name].std(axis=0) == pytest.approx(np.ones(3))


def test_what_one_person_does_changes_nothing_for_others(rng):
    rows = rng.normal(0, 1, (10, 2))
    changed = rows.copy()
    changed[:5] *= 9
    names = ["a"] * 5 + ["b"] * 5
    assert (normalise_rows(rows, names)[5:] == normalise_rows(changed, names)[5:]).all()


def test_a_number_that_never_changes_becomes_0():
    assert (normalise_rows(np.full((4, 1), 3.0), ["a", "a", "b", "b"]) == 0).all()


def test_pictures_are_normalised_over_all_columns_of_their_speaker(rng):
    pictures = [rng.normal(-40, 6, (n, 4)) for n in (10, 30, 20, 5)]
    found = normalise_pictures(pictures, ["a", "b", "a", "b"])
    assert [len(picture) for picture in found] == [10, 30, 20, 5]
    mine = np.concatenate([found[0], found[2]])
    assert mine.mean(axis=0) == pytest.approx(np.zeros(4), abs=1e-5)
    assert mine.std(axis=0) == pytest.approx(np.ones(4), abs=1e-5)


@pytest.mark.parametrize(
    ("speakers", "said"), [(["a", "a", ""], "1 of 3 clips have none"), (["a", "a", "b"], "There is 1 of 'b'")]
)
def test_unknown_and_single_voices_are_refused(speakers, said):
    with pytest.raises(InvalidInputError, match=said):
        normalise_rows(np.zeros((3, 1)), speakers)
