import numpy as np
import pytest
from scipy.io import wavfile

from workbench.errors import InvalidInputError
from workbench.media.audio import SOUND_RATE, Sound, read_sound


def tone(hz, seconds=0.5, rate=SOUND_RATE):
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)


def loudest_hz(samples):
    return np.argmax(np.abs(np.fft.rfft(samples))) * SOUND_RATE / len(samples)


def test_a_mono_file_at_48_khz_comes_back_sample_by_sample(wav):
    sound = read_sound(wav(tone(440)))
    assert sound.samples.dtype == np.float32
    assert np.abs(sound.samples - tone(440)).max() < 1e-4
    assert (sound.duration_s, sound.source_rate, sound.notes) == (0.5, 48_000, ())


def test_sound_at_another_rate_keeps_pitch_and_length(wav):
    sound = read_sound(wav(tone(1_000, rate=44_100), rate=44_100))
    assert sound.source_rate == 44_100
    assert abs(sound.duration_s - 0.5) < 0.002
    assert abs(loudest_hz(sound.samples) - 1_000) < 5


def test_stereo_is_averaged(wav):
    sound = read_sound(wav(np.stack([tone(440), np.zeros(24_000)])))
    assert np.abs(sound.samples - tone(440) / 2).max() < 1e-3
    assert sound.notes == ()


def test_channels_that_cancel_each_other_out_leave_the_first_and_say_so(wav):
    sound = read_sound(wav(np.stack([tone(440), -tone(440)])))
    assert np.abs(sound.samples - tone(440)).max() < 1e-3
    assert sound.notes == ("OUT_OF_PHASE",)


def test_silent_stereo_is_silence_not_out_of_phase(wav):
    assert read_sound(wav(np.zeros((2, 4_800)))).notes == ()


def test_numbers_that_are_none_are_replaced_and_told(tmp_path):
    samples = tone(440).astype(np.float32)
    samples[100] = np.nan
    wavfile.write(tmp_path / "a.wav", SOUND_RATE, samples)
    sound = read_sound(tmp_path / "a.wav")
    assert np.isfinite(sound.samples).all()
    assert sound.notes == ("NOT_FINITE",)


def test_a_recording_without_a_sound_stream_has_none(grey_video):
    assert read_sound(grey_video()) is None


def test_a_sound_stream_without_a_sample_is_refused(wav):
    with pytest.raises(InvalidInputError, match="sound"):
        read_sound(wav(np.zeros((1, 0))))


def test_a_window_past_the_end_is_filled_with_silence():
    sound = Sound(np.ones(2_000, np.float32), SOUND_RATE)
    window = sound.window(1_000 / SOUND_RATE, 1_440)
    assert window.shape == (1_440,)
    assert (window[:1_000] == 1).all()
    assert (window[1_000:] == 0).all()
    assert not sound.window(9.0, 1_440).any()
