from itertools import pairwise

import numpy as np
import pytest

from workbench.media.sample_cast.actor import draw_actor
from workbench.media.sample_cast.performance import FRAME_RATE, perform
from workbench.media.sample_cast.script import SENTIMENT_OF, write_script
from workbench.media.sample_cast.speech import LEAST_PARTING, SENTENCES, SOUNDS, parted, plan_speech


def plan(seed=0, *, statement=1, tempo=1.0):
    return plan_speech(
        np.random.default_rng(seed),
        statement=statement,
        tempo=tempo,
        articulation=0.86,
        shortest_s=1.72,
        longest_s=2.28,
    )


@pytest.mark.parametrize("statement", [1, 2])
@pytest.mark.parametrize("tempo", [0.6, 0.85, 1.0, 1.15, 2.0])
def test_a_clip_has_silence_then_speech_nearly_to_its_end(statement, tempo):
    for seed in range(5):
        said = plan(seed, statement=statement, tempo=tempo)
        assert 1.7 <= said.duration_s <= 2.3
        assert 0.15 <= said.start_s <= 0.3
        assert 0.04 <= said.duration_s - said.end_s <= 0.1


def test_a_faster_speaker_is_done_sooner():
    assert plan(tempo=1.1).duration_s < plan(tempo=0.95).duration_s


@pytest.mark.parametrize("statement", [1, 2])
def test_a_sentence_has_five_to_nine_syllables_and_ends_on_a_long_open_vowel(statement):
    sounds = [SOUNDS[name] for name in SENTENCES[statement][1]]
    assert 5 <= sum(sound.opening > 0 for sound in sounds) <= 9
    assert sounds[-1].opening > 0.8
    assert sounds[-1].seconds == max(sound.seconds for sound in sounds)


def test_the_mouth_is_open_for_most_but_not_all_of_the_speech():
    for seed in range(10):
        said = plan(seed)
        middle = slice(int(1_000 * said.start_s), int(1_000 * said.end_s))
        assert 0.6 < (said.lips[middle] > 0).mean() < 0.8


def test_lips_are_closed_or_clearly_parted_and_never_between():
    lips = parted(np.linspace(0, 1, 500))
    assert ((lips == 0) | (lips >= LEAST_PARTING)).all()
    assert (np.diff(lips) >= 0).all()
    assert lips[0] == 0
    assert lips[-1] == pytest.approx(1)


def loudness_db(sound, n_frames):
    edges = np.round(np.arange(n_frames + 1) / float(FRAME_RATE) * 48_000).astype(int)
    return np.array([10 * np.log10(np.mean(sound[a:b] ** 2) + 1e-9) for a, b in pairwise(edges)])


@pytest.mark.parametrize("actor", [1, 2])
def test_the_voice_is_loud_when_the_mouth_is_open_and_not_before_or_after(actor):
    for part in write_script(actor, n_clips=3, seed=0, calm_face_share=0.5, flat_voice_share=0.5):
        played = perform(draw_actor(actor, seed=0), part, seed=0)
        level = loudness_db(played.sound, len(played.opening))
        at = {
            lag: np.corrcoef(np.roll(played.opening, lag)[6:-6], np.clip(level, -60, 0)[6:-6])[0, 1]
            for lag in range(-4, 5)
        }
        assert at[0] > 0.6
        assert max(at, key=at.get) in (-1, 0, 1)


def test_moods_sound_apart_in_level_and_brightness():
    actor, heard = draw_actor(3, seed=1), {}
    for part in write_script(3, n_clips=12, seed=1, calm_face_share=0.0, flat_voice_share=0.0):
        sound = perform(actor, part, seed=1).sound
        power = np.abs(np.fft.rfft(sound)) ** 2
        split = 2_500 * len(sound) // 48_000
        heard.setdefault(part.emotion, []).append(
            (10 * np.log10(np.mean(sound**2)), 10 * np.log10(power[split:].sum() / power[:split].sum()))
        )
        assert np.abs(sound).max() <= 1
        assert SENTIMENT_OF[part.voice] == part.sentiment
    level, bright = (
        {emotion: np.mean([v[k] for v in values]) for emotion, values in heard.items()} for k in (0, 1)
    )
    assert level["angry"] > level["neutral"] + 4 > level["sad"] + 8
    assert bright["angry"] > bright["neutral"] + 3
    assert bright["happy"] > bright["neutral"]
