import numpy as np
import pytest

from workbench.errors import InvalidInputError
from workbench.features import sight as module
from workbench.features.landmarks import shared_predictor
from workbench.features.moments import read_moments
from workbench.features.stopwatch import Stopwatch
from workbench.media.audio import read_sound
from workbench.media.timeline import GRID_STEP_S


@pytest.fixture(scope="session")
def talking(film):
    return film("talking.mp4")


def write_wav(path, samples):
    import wave

    with wave.open(str(path), "wb") as stream:
        stream.setnchannels(1)
        stream.setsampwidth(2)
        stream.setframerate(48_000)
        stream.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def test_every_30_ms_are_seen_and_heard(talking):
    seen = list(read_moments(talking))
    assert [m.time_s for m in seen] == pytest.approx(np.arange(len(seen)) * GRID_STEP_S)
    assert {m.status for m in seen} == {"detected"}
    first = seen[0]
    assert (
        first.landmarks.shape == (68, 2)
        and first.face.shape == (96, 96, 3)
        and first.mouth.shape == (28, 28, 3)
    )
    assert first.column.shape == (701,) and np.isfinite(first.level_db)


def test_a_picture_shown_at_two_moments_is_worked_on_once(talking, monkeypatch):
    calls = []
    monkeypatch.setattr(module, "crop_face", lambda *a: calls.append(1) or np.zeros((96, 96, 3), np.uint8))
    seen = list(read_moments(talking))
    assert len(calls) == len({m.frame_time_s for m in seen}) < len(seen)


def test_the_column_is_the_sound_that_starts_at_the_moment(talking):
    from workbench.features.spectrogram import sound_column

    sound = read_sound(talking)
    seen = list(read_moments(talking))
    np.testing.assert_allclose(seen[5].column, sound_column(sound.window(seen[5].time_s, 1440)), atol=1e-4)


def test_a_clip_without_sound_has_faces_and_no_columns(film):
    seen = list(read_moments(film("silent.mp4", sound=False)))
    assert all(m.column is None and np.isnan(m.level_db) for m in seen) and seen[0].face is not None


def test_sound_can_be_left_out(talking):
    assert all(m.column is None for m in read_moments(talking, with_sound=False))


def test_a_recording_of_sound_alone_has_moments_without_faces(tmp_path, rng):
    path = write_wav(tmp_path / "voice.wav", rng.normal(0, 0.1, 4800))
    seen = list(read_moments(path))
    assert len(seen) == 4 and {m.status for m in seen} == {"no pictures"}
    assert all(m.face is None and np.isnan(m.frame_time_s) for m in seen)


def test_past_the_end_a_rest_of_half_or_more_is_heard_and_a_shorter_one_is_not(tmp_path, rng):
    half = write_wav(tmp_path / "half.wav", rng.normal(0, 0.1, 1440 + 720))
    less = write_wav(tmp_path / "less.wav", rng.normal(0, 0.1, 1440 + 719))
    assert [m.column is not None for m in read_moments(half)] == [True, True]
    assert [m.column is not None for m in read_moments(less)] == [True, False]


def test_a_clip_without_a_face_has_moments_without_a_face(film, empty_picture):
    seen = list(read_moments(film("empty.mp4", [empty_picture] * 4)))
    assert {m.status for m in seen} == {"lost"} and all(m.box is None and m.mouth is None for m in seen)


def test_sound_alone_without_listening_leaves_nothing_to_do(tmp_path, rng):
    path = write_wav(tmp_path / "voice.wav", rng.normal(0, 0.1, 4800))
    with pytest.raises(InvalidInputError, match="pictures or sound"):
        list(read_moments(path, with_sound=False))


def test_the_stopwatch_names_every_part(talking):
    watch = Stopwatch()
    list(read_moments(talking, watch=watch, predictor=shared_predictor()))
    assert set(watch.seconds) == {"sound", "decode", "detect and follow", "landmarks", "crops", "spectrogram"}
    assert all(seconds > 0 for seconds in watch.seconds.values())


def test_moments_come_while_the_recording_is_read(talking):
    watch = Stopwatch()
    next(iter(read_moments(talking, watch=watch)))
    some = dict(watch.seconds)
    list(read_moments(talking, watch=watch))
    assert some["landmarks"] < watch.seconds["landmarks"]


@pytest.mark.real
@pytest.mark.slow
def test_every_real_ravdess_clip_has_a_face_in_99_of_100_moments(real_data):
    clips = sorted(real_data.glob("ravdess/Actor_05/*.mp4")) + sorted(
        real_data.glob("ravdess_720p/Actor_05/*.mp4")
    )
    assert clips
    for path in clips:
        found = [moment.box is not None for moment in read_moments(path, with_sound=False)]
        assert np.mean(found) >= 0.99, path.name


@pytest.mark.real
@pytest.mark.slow
def test_no_face_is_invented_in_a_real_recording_without_one(real_data):
    assert all(
        m.box is None for m in read_moments(real_data / "talking/pyfeat/no_face.mp4", with_sound=False)
    )


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("name, face_first", [("face_noface.mov", True), ("noface_face.mov", False)])
def test_a_real_face_that_comes_or_goes_leaves_a_gap(real_data, name, face_first):
    found = np.array(
        [m.box is not None for m in read_moments(real_data / "talking/pyfeat" / name, with_sound=False)]
    )
    half = len(found) // 3
    first, last = found[:half].mean(), found[-half:].mean()
    assert (first > 0.99 and last < 0.01) if face_first else (first < 0.01 and last > 0.95)
