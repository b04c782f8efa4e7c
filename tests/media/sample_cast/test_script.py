from collections import Counter

import pytest

from workbench.media.sample_cast.script import EMOTION_CODES, quotas, write_script


def script(actor=5, *, n_clips=9, seed=0, calm=1 / 3, flat=1 / 3):
    return write_script(actor, n_clips=n_clips, seed=seed, calm_face_share=calm, flat_voice_share=flat)


@pytest.mark.parametrize("n_clips", [1, 2, 3, 7, 9, 10, 24])
@pytest.mark.parametrize("actor", [1, 2, 3, 24])
def test_names_are_unique_and_sentiments_balanced(n_clips, actor):
    parts = script(actor, n_clips=n_clips)
    counts = Counter(part.sentiment for part in parts)
    assert len({part.file for part in parts}) == len(parts) == n_clips
    assert max(counts.values()) - min(counts.get(s, 0) for s in ("negative", "neutral", "positive")) <= 1


@pytest.mark.parametrize("seed", range(4))
def test_names_are_those_of_ravdess(seed):
    for part in script(6, n_clips=24, seed=seed):
        folder, name = part.file.split("/")
        fields = name.removesuffix(".mp4").split("-")
        assert folder == "Actor_06"
        assert fields[:2] == ["01", "01"]
        assert int(fields[2]) == EMOTION_CODES[part.emotion]
        assert fields[3:] == [f"{n:02d}" for n in (part.intensity, part.statement, part.repetition, 6)]
        assert part.emotion != "neutral" or part.intensity == 1


def test_negative_is_angry_and_sad_and_neutral_is_neutral_and_calm():
    emotions = Counter(part.emotion for actor in range(1, 13) for part in script(actor))
    assert set(emotions) == set(EMOTION_CODES)
    assert abs(emotions["angry"] - emotions["sad"]) <= 2
    assert abs(emotions["neutral"] - emotions["calm"]) <= 2


@pytest.mark.parametrize("actor", range(1, 13))
def test_of_three_clips_one_hides_in_the_face_one_in_the_voice_one_nowhere(actor):
    for sentiment in ("negative", "positive"):
        parts = [part for part in script(actor) if part.sentiment == sentiment]
        assert sorted((p.face == "neutral", p.voice == "neutral") for p in parts) == [
            (False, False),
            (False, True),
            (True, False),
        ]


def test_neutral_clips_are_neutral_in_both():
    assert all(p.face == p.voice == p.emotion for p in script() if p.sentiment == "neutral")


def test_without_hiding_every_clip_shows_and_says_it():
    assert all(p.face == p.voice == p.emotion for p in script(n_clips=24, calm=0.0, flat=0.0))


def test_no_clip_hides_its_sentiment_in_both():
    parts = script(n_clips=24, calm=0.5, flat=0.5)
    assert not [p for p in parts if p.sentiment != "neutral" and p.face == p.voice]


@pytest.mark.parametrize(
    ("n", "shares", "counts"),
    [
        (8, (0.5, 0.25, 0.25), [4, 2, 2]),
        (3, (1 / 3,) * 3, [1, 1, 1]),
        (1, (0.2, 0.6, 0.2), [0, 1, 0]),
        (0, (1.0, 0.0), [0, 0]),
    ],
)
def test_quotas_are_whole_and_add_up(n, shares, counts):
    assert quotas(n, shares, turn=0) == counts


def test_equal_remainders_take_turns():
    assert [quotas(1, (1 / 3,) * 3, turn=turn) for turn in range(3)] == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
