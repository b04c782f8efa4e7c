import numpy as np
import pandas as pd
import pytest

from tests.drawn_voices import draw_voices
from workbench.datasets import voice_features
from workbench.datasets.voice_features import clips_with_voice, read_voices, voice_folder
from workbench.errors import InvalidInputError
from workbench.features.sound_pictures import wav_bytes
from workbench.files import sha256_of


@pytest.fixture
def dataset(project):
    return draw_voices(project, n_speakers=2, takes=1)


def test_every_clip_with_sound_is_a_row(dataset):
    voices = read_voices(dataset, with_egemaps=False)
    assert list(voices.clips["clip"]) == list(dataset.table()["clip"])
    assert set(voices.clips["emotion"]) == {"calm", "happy", "angry", "fearful"}
    assert voices.statistics.shape == (8, 272) and voices.egemaps.shape == (8, 0)
    assert all(50 <= len(picture) <= 75 for picture in voices.pictures), "silence around the voice is cut"


def test_the_second_time_no_recording_is_read_and_the_same_is_told(dataset, monkeypatch):
    first = read_voices(dataset, with_egemaps=False)
    monkeypatch.setattr(voice_features, "read_sound", lambda path: pytest.fail("read again"))
    again = read_voices(dataset, with_egemaps=False)
    assert (again.statistics == first.statistics).all()
    assert all((a == b).all() for a, b in zip(again.pictures, first.pictures, strict=True))


@pytest.mark.parametrize("damage", ["cut", "other recording"])
def test_a_damaged_file_and_one_of_another_recording_are_computed_again(dataset, damage):
    first = read_voices(dataset, with_egemaps=False)
    clip = first.clips["clip"][0]
    kept = voice_folder(dataset) / f"{clip}.npz"
    if damage == "cut":
        kept.write_bytes(kept.read_bytes()[:500])
    else:
        kept.write_bytes((voice_folder(dataset) / f"{first.clips['clip'][1]}.npz").read_bytes())
    assert (read_voices(dataset, with_egemaps=False).statistics == first.statistics).all()


def test_egemaps_are_added_to_what_is_there(dataset):
    pytest.importorskip("opensmile")
    plain = read_voices(dataset, with_egemaps=False)
    rich = read_voices(dataset, with_egemaps=True)
    assert rich.egemaps.shape == (8, 88) and (rich.statistics == plain.statistics).all()


def test_a_silent_clip_is_left_out_by_name(dataset):
    table = dataset.table()
    silent = dataset.media / table["file"][0]
    silent.write_bytes(wav_bytes(np.zeros(4800)))
    dataset.write_table(table.assign(sha256=[sha256_of(dataset.media / file) for file in table["file"]]))
    voices = read_voices(dataset, with_egemaps=False)
    assert len(voices) == 7
    assert voices.left_out == [
        (table["clip"][0], f"{silent.name} must have a voice. It is silent throughout.")
    ]


def test_a_take_that_is_there_as_sound_and_as_video_is_heard_once():
    take = {
        "channel": "speech",
        "emotion": "sad",
        "intensity": "normal",
        "statement": "01",
        "repetition": "01",
    }
    rows = [
        {"clip": "film", "kind": "audiovisual", "speaker": "actor-05", **take},
        {"clip": "silent", "kind": "video", "speaker": "actor-05", **take},
        {"clip": "sound", "kind": "audio", "speaker": "actor-05", **take},
        {"clip": "other", "kind": "audiovisual", "speaker": "actor-06", **take},
        {"clip": "mine", "kind": "audiovisual", "speaker": "", **dict.fromkeys(take, "")},
        {"clip": "yours", "kind": "audiovisual", "speaker": "", **dict.fromkeys(take, "")},
    ]
    kept, left_out = clips_with_voice(pd.DataFrame(rows))
    assert list(kept["clip"]) == ["sound", "other", "mine", "yours"]
    assert left_out == [("film", "the same take is there as another file")]


def test_a_dataset_without_sound_is_refused(dataset):
    dataset.write_table(dataset.table().assign(kind="video"))
    with pytest.raises(InvalidInputError, match="voices has none"):
        read_voices(dataset, with_egemaps=False)
