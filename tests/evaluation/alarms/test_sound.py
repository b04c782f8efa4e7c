"""Silent and clipped sound: planted in features and recordings, found, listed, and not where files are missing."""

import shutil
import wave

import numpy as np
import pandas as pd
import pytest

from tests.drawn_features import draw_clip, draw_dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.sound_facts import full_scale_share, levels_of, sound_facts
from workbench.evaluation.alarms.sound import about_sound

RATE = 48_000


def sing(rng, *, seconds=0.9, loud=0.2, gain=1.0):
    """A voice-like tone with pauses; a gain above 5 cuts its waves."""
    t = np.arange(round(seconds * RATE)) / RATE
    speaking = np.sin(2 * np.pi * 1.5 * t) > -0.5
    tone = loud * np.sin(2 * np.pi * 180 * t) * speaking + rng.normal(0, 1e-4, len(t))
    return np.clip(gain * tone, -1, 1)


def levels(samples):
    windows = samples[: len(samples) // 1440 * 1440].reshape(-1, 1440)
    return 20 * np.log10(np.maximum(np.sqrt((windows**2).mean(axis=1)), 1e-7))


def give_sound(dataset, clip, samples, *, rng, keep_share=True, record=True):
    """Write a clip's sound: its levels into the features, its waves into the media folder."""
    n = len(levels(samples))
    features = draw_clip(rng, n_moments=n)
    object.__setattr__(features, "level_db", levels(samples).astype(np.float32))
    report = {"recipe": "drawn"} | (
        {"sound_full_scale_share": full_scale_share(samples)} if keep_share else {}
    )
    store = FeatureStore(dataset.features)
    shutil.rmtree(store.folder / clip)
    store.write(clip, features, report)
    if record:
        dataset.media.mkdir(exist_ok=True)
        with wave.open(str(dataset.media / f"{clip}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes((samples * 32767).astype("<i2").tobytes())


@pytest.fixture
def dataset(project, rng):
    """Six clips: a good one, a silent one, one cut off, one extracted long ago and cut off, one mute, one not extracted."""
    dataset = draw_dataset(project, rng, speakers=("a", "b", "c"))
    table = dataset.table()
    dataset.write_table(table.assign(file=[f"{clip}.wav" for clip in table["clip"]]))
    good, silent, cut, old, _, gone = table["clip"]
    give_sound(dataset, good, sing(rng), rng=rng)
    give_sound(dataset, silent, sing(rng, gain=1e-3), rng=rng)
    give_sound(dataset, cut, sing(rng, gain=20), rng=rng, record=False)
    give_sound(dataset, old, sing(rng, gain=20), rng=rng, keep_share=False)
    shutil.rmtree(dataset.features / gone)
    return dataset


def test_silent_clipped_and_mute_clips_are_found_and_listed(dataset):
    _, silent, cut, old, mute, _ = dataset.table()["clip"]
    found = {alarm.code: alarm for alarm in about_sound(sound_facts(dataset))}
    assert {code: alarm.evidence["clips"] for code, alarm in found.items()} == {
        "no_sound": [mute],
        "silent_sound": [silent],
        "clipped_sound": [cut, old],
    }
    assert (
        silent in found["silent_sound"].message
        and "1 of 4 clips (25.0%, 95% interval" in found["silent_sound"].message
    )
    assert "1 more could not be asked" in found["no_sound"].message


def test_what_is_not_there_is_not_known_and_never_an_alarm(dataset):
    good, _, cut, old, _, gone = dataset.table()["clip"]
    shutil.rmtree(dataset.media)
    facts = sound_facts(dataset).set_index("clip")
    assert facts.loc[gone, "sound"] == "unknown"
    assert np.isnan(facts.loc[old, "full_scale_share"]) and facts.loc[good, "full_scale_share"] == 0
    (clipped,) = [a for a in about_sound(facts.reset_index()) if a.code == "clipped_sound"]
    assert clipped.evidence["clips"] == [cut]
    assert list(sound_facts(dataset, ["elsewhere"])["sound"]) == ["unknown"]


def test_recordings_are_left_alone_when_asked(dataset):
    old = dataset.table()["clip"].iloc[3]
    facts = sound_facts(dataset, [old], read_recordings=False)
    assert np.isnan(facts["full_scale_share"].iloc[0])


def test_good_sound_raises_nothing_however_quiet_or_full_of_pauses(rng):
    rows = []
    for k in range(60):
        loud = 10 ** rng.uniform(-2.2, -0.1)  # RAVDESS: loud moments at -52 to -10 dBFS
        samples = sing(rng, loud=loud)
        rows.append({"clip": f"c{k}", "sound": "yes", **levels_of(levels(samples)).__dict__})
        rows[-1]["full_scale_share"] = full_scale_share(samples)
    assert about_sound(pd.DataFrame(rows)) == []


def test_a_clip_with_a_click_in_silence_is_silent_all_the_same(rng):
    samples = sing(rng, gain=1e-3)
    samples[20_000:20_100] = 0.9
    facts = pd.DataFrame(
        [{"clip": "c", "sound": "yes", **levels_of(levels(samples)).__dict__, "full_scale_share": 0.0}]
    )
    assert [alarm.code for alarm in about_sound(facts)] == ["silent_sound"]
    assert levels_of(np.full(5, np.nan)) is None


@pytest.mark.real
def test_real_speech_raises_nothing(real_data):
    from workbench.media.audio import read_sound

    files = sorted((real_data / "ravdess").rglob("*.flac"))[::40]
    rows = []
    for file in files:
        samples = read_sound(file).samples
        row = {"clip": file.stem, "sound": "yes", **levels_of(levels(samples)).__dict__}
        rows.append(row | {"full_scale_share": full_scale_share(samples)})
    assert rows and about_sound(pd.DataFrame(rows)) == []
