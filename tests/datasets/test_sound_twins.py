"""The same sound under two names is found, louder or softer; other people, and other words, are not."""

import numpy as np
import pytest
from talking_voices import N_MOMENTS, copy_louder, draw_voices, speak, voice

from workbench.datasets.moments import moments_table
from workbench.datasets.picture_hash import appearance, perceptual_hash
from workbench.datasets.sound_twins import N_TOGETHER, in_step, listen_to, pictures_of_sound, voiced_seconds
from workbench.datasets.twins import find_twins
from workbench.errors import InvalidInputError


def by_speaker(dataset, tested=("s06", "s07")):
    moments = moments_table(dataset)
    return moments.assign(part=np.where(moments["speaker"].isin(tested), "test", "train"))


def test_other_people_and_other_words_are_no_twins(project, rng):
    dataset = draw_voices(project)
    moments = by_speaker(dataset)
    twins = in_step(find_twins(listen_to(dataset, moments)))
    assert not twins.tested["has_twin"].any()
    by_clip = moments.assign(part=np.where(moments["clip"].str.endswith("-2"), "test", "train"))
    assert not in_step(find_twins(listen_to(dataset, by_clip))).tested["has_twin"].any()


@pytest.mark.parametrize("gain_db", [5.0, -12.0])
def test_the_same_sound_under_another_name_is_found_louder_or_softer(project, rng, gain_db):
    dataset = draw_voices(project)
    copy_louder(dataset, rng, of="s00-0", clip="copy", speaker="s07", gain_db=gain_db)
    twins = in_step(find_twins(listen_to(dataset, by_speaker(dataset))))
    of_clip = twins.tested.groupby("clip")["has_twin"].mean()
    assert of_clip["copy"] > 0.9 and of_clip.drop("copy").max() == 0
    assert set(twins.pairs["learnt"]) == {"s00-0"}
    assert (twins.pairs["time_s"] - twins.pairs["learnt_time_s"]).abs().max() <= 0.061


def test_a_picture_of_sound_does_not_know_how_loud_it_is(rng):
    columns = speak(voice(rng), rng)
    pictures, louder = (pictures_of_sound(columns + gain)[: N_MOMENTS - N_TOGETHER + 1] for gain in (0, 7))
    assert pictures.shape == (N_MOMENTS - N_TOGETHER + 1, 32, 32, 3)
    np.testing.assert_allclose(appearance(pictures), appearance(louder), atol=1e-4)
    assert (perceptual_hash(pictures) == perceptual_hash(louder)).mean() > 0.999


def test_seconds_are_whole_heard_and_voiced(project, rng):
    dataset = draw_voices(project, n_speakers=2)
    moments = moments_table(dataset)
    seen = voiced_seconds(moments)
    assert seen["moment"].max() == N_MOMENTS - N_TOGETHER
    assert set(seen["clip"]) == set(moments["clip"])
    deaf = moments.assign(heard=moments["moment"] != 20)
    assert not voiced_seconds(deaf)["moment"].between(0, 20).any()
    assert voiced_seconds(moments[moments["moment"] % 2 == 0]).empty


def test_clips_without_a_second_of_voice_are_not_compared(project, rng):
    dataset = draw_voices(project, n_speakers=2)
    quiet = moments_table(dataset).assign(part="train", voiced=False)
    with pytest.raises(InvalidInputError, match=r"0\.96 s"):
        listen_to(dataset, quiet)
