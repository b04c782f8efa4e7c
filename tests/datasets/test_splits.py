import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.datasets.leaks import leaks_of_split
from workbench.datasets.splits import parts_of_moments, split_clips
from workbench.errors import InvalidInputError


def cast(n_speakers, n_clips=3):
    rows = [
        {"clip": f"c{s}-{k}", "speaker": f"actor-{s:02d}", "sex": "male" if s % 2 else "female"}
        for s in range(1, n_speakers + 1)
        for k in range(n_clips)
    ]
    return pd.DataFrame(rows)


@given(n_speakers=st.integers(3, 30), seed=st.integers(0, 1000))
def test_no_speaker_is_in_two_parts_and_every_part_has_one(n_speakers, seed):
    split = split_clips(cast(n_speakers), kind="speaker", seed=seed)
    assert (split.groupby("speaker")["part"].nunique() == 1).all()
    assert set(split["part"]) == {"train", "validation", "test"}
    assert leaks_of_split(split) == []


def test_the_same_seed_gives_the_same_split_whatever_the_order_of_the_clips():
    clips = cast(12)
    mixed = clips.sample(frac=1, random_state=1)
    part = split_clips(clips, seed=3).set_index("clip")["part"]
    assert split_clips(mixed, seed=3).set_index("clip")["part"].sort_index().equals(part.sort_index())
    assert not split_clips(clips, seed=4).set_index("clip")["part"].equals(part)


def test_both_sexes_are_tested_where_there_are_two_test_speakers():
    split = split_clips(cast(12), seed=5).merge(cast(12)[["clip", "sex"]], on="clip")
    assert set(split.loc[split["part"] == "test", "sex"]) == {"male", "female"}


def test_a_clip_split_keeps_clips_whole_and_warns_of_shared_speakers():
    split = split_clips(cast(4, n_clips=8), kind="clip", seed=0)
    assert split["clip"].is_unique
    assert [w["code"] for w in leaks_of_split(split)] == ["leak_speakers"]


def test_the_papers_split_spreads_the_moments_of_a_clip_and_says_why_that_flatters():
    clips = cast(4)
    split = split_clips(clips, kind="frame", seed=0)
    moments = pd.DataFrame({"clip": np.repeat(clips["clip"], 100)}).reset_index(drop=True)
    parts = parts_of_moments(moments, split, seed=0)
    assert parts.groupby(moments["clip"]).nunique().eq(3).all()
    assert abs((parts == "test").mean() - 0.25) < 0.05
    warnings = leaks_of_split(split)
    assert [w["code"] for w in warnings] == ["leak_frames", "leak_speakers"]
    assert "flatters" in warnings[0]["message"]


def said(clips, *sentences):
    return clips.assign(statement=[sentences[k % len(sentences)] for k in range(len(clips))])


@given(n_speakers=st.integers(2, 12), n_sentences=st.integers(2, 6), seed=st.integers(0, 1000))
def test_no_sentence_of_the_test_is_learnt_from_and_every_part_has_a_clip(n_speakers, n_sentences, seed):
    clips = said(cast(n_speakers, n_clips=2 * n_sentences), *(f"{k:02d}" for k in range(n_sentences)))
    split = split_clips(clips, kind="sentence", seed=seed)
    tested = set(split.loc[split["part"] == "test", "statement"])
    assert tested and not tested & set(split.loc[split["part"] != "test", "statement"])
    assert set(split["part"]) == {"train", "validation", "test"}
    rest = split[split["part"] != "test"]
    assert (rest.groupby("speaker")["part"].nunique() == 1).all()


def test_of_two_sentences_one_is_the_test_and_shared_speakers_are_told():
    split = split_clips(said(cast(4, n_clips=6), "01", "02"), kind="sentence", seed=0)
    assert split.loc[split["part"] == "test", "statement"].nunique() == 1
    assert (split["part"] == "test").sum() == 12
    assert [w["code"] for w in leaks_of_split(split)] == ["leak_speakers"]


def test_one_speaker_validates_by_clip():
    split = split_clips(said(cast(1, n_clips=8), "01", "02"), kind="sentence")
    assert set(split["part"]) == {"train", "validation", "test"}


def test_a_sentence_split_says_what_it_lacks():
    with pytest.raises(InvalidInputError, match="9 of 9 clips have no sentence.*statement column"):
        split_clips(cast(3), kind="sentence")
    with pytest.raises(InvalidInputError, match="at least 2 sentences.*Received 1.*--split speaker"):
        split_clips(said(cast(3), "01"), kind="sentence")


def test_a_speaker_who_repeats_a_sentence_on_both_sides_is_a_leak_and_others_saying_it_are_not():
    clips = said(cast(4, n_clips=8), "01", "02")
    by_clip = split_clips(clips, kind="clip")
    assert [w["code"] for w in leaks_of_split(by_clip)] == ["leak_speakers", "leak_sentences"]
    assert leaks_of_split(split_clips(clips, kind="speaker")) == []


def test_a_clip_listed_in_two_parts_is_a_leak():
    split = split_clips(cast(4), kind="speaker")
    again = split[split["part"] == "train"].head(1).assign(part="test", speaker="")
    codes = [w["code"] for w in leaks_of_split(pd.concat([split, again], ignore_index=True))]
    assert codes == ["leak_frames"]


def test_two_speakers_are_too_few_and_the_message_says_what_to_do():
    with pytest.raises(InvalidInputError, match="at least 3 speakers.*Received 2.*--split clip"):
        split_clips(cast(2), kind="speaker")


def test_clips_without_a_speaker_cannot_be_split_by_speaker():
    with pytest.raises(InvalidInputError, match="3 of 9 clips have none"):
        split_clips(cast(3).assign(speaker=lambda t: t["speaker"].where(t["speaker"] != "actor-01", "")))


def test_an_unknown_split_is_named():
    with pytest.raises(InvalidInputError, match="speaker, clip, sentence, frame.*'random'"):
        split_clips(cast(3), kind="random")
