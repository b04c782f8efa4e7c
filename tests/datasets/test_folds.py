"""Cross-validation by speaker tests every speaker once and never on somebody it learnt from."""

import pandas as pd
import pytest

from workbench.datasets.folds import fold_split, speaker_folds
from workbench.errors import InvalidInputError


def cast(n=21, clips_each=4):
    rows = [(f"c{s:02d}-{k}", f"s{s:02d}", "fm"[s % 2]) for s in range(n) for k in range(clips_each)]
    return pd.DataFrame(rows, columns=["clip", "speaker", "sex"])


@pytest.mark.parametrize("n_folds", [2, 5, 7, None])
def test_every_speaker_is_tested_on_exactly_once(n_folds):
    folds = speaker_folds(cast(), n_folds=n_folds, seed=3)
    assert len(folds) == (n_folds or 21)
    assert sorted(speaker for fold in folds for speaker in fold) == sorted(cast()["speaker"].unique())
    assert max(map(len, folds)) - min(map(len, folds)) <= 1


def test_the_sexes_are_balanced_over_the_folds():
    folds = speaker_folds(cast(20), n_folds=5)
    assert {sum(int(s[1:]) % 2 for s in fold) for fold in folds} == {2}


@pytest.mark.parametrize("fold", range(7))
def test_a_fold_shares_no_speaker_between_its_parts(fold):
    clips = cast()
    split = fold_split(clips, speaker_folds(clips, n_folds=7), fold)
    assert list(split["clip"]) == list(clips["clip"])
    assert split.groupby("speaker")["part"].nunique().max() == 1
    assert set(split["part"]) == {"train", "validation", "test"}


def test_the_same_seed_gives_the_same_folds_and_another_other_ones():
    assert speaker_folds(cast(), n_folds=7, seed=1) == speaker_folds(cast(), n_folds=7, seed=1)
    assert speaker_folds(cast(), n_folds=7, seed=1) != speaker_folds(cast(), n_folds=7, seed=2)


def test_the_smallest_cast_still_has_all_parts():
    clips = cast(3)
    assert set(fold_split(clips, speaker_folds(clips), 0)["part"]) == {"train", "validation", "test"}


@pytest.mark.parametrize(
    ("clips", "n", "words"),
    [
        (cast(2), None, "at least 3 speakers"),
        (cast(5), 6, "from 2 to 5"),
        (cast(5), 1, "from 2 to 5"),
        (cast(5).assign(speaker=""), None, "20 of 20 clips"),
    ],
)
def test_what_cannot_be_is_told(clips, n, words):
    with pytest.raises(InvalidInputError, match=words):
        speaker_folds(clips, n_folds=n)
