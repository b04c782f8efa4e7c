import av
import numpy as np
import pytest
from scipy.io import wavfile

from workbench.errors import InvalidInputError
from workbench.media import audio
from workbench.media.audio import SOUND_RATE, Sound, _average, read_sound, sound_blocks


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


def test_in_blocks_it_is_the_same_sound_and_the_first_comes_before_all_is_read(wav, rng, monkeypatch):
    monkeypatch.setattr(audio, "DECIDED_AFTER_S", 1.0)
    n = 3 * SOUND_RATE
    left = rng.normal(0, 0.1, n)
    right = np.where(np.arange(n) < n - SOUND_RATE, left, -left)  # turned round after it is decided
    path = wav(np.stack([left, right]))
    reader = sound_blocks(path)
    blocks, first_of = [], iter(reader)
    blocks.append(next(first_of))
    assert reader.notes == ()
    blocks += list(first_of)
    assert max(block.size for block in blocks) < SOUND_RATE
    sound = read_sound(path)
    assert np.array_equal(np.concatenate(blocks), sound.samples) and sound.samples.size == n
    assert np.abs(sound.samples[-SOUND_RATE // 2 :]).max() < 1e-4


def test_silence_before_the_sound_does_not_count_for_the_decision(wav, rng):
    said = np.concatenate([np.zeros(SOUND_RATE), rng.normal(0, 0.1, SOUND_RATE)])
    reader = sound_blocks(wav(np.stack([said, -said])))
    found = np.concatenate(list(reader))
    assert reader.notes == ("OUT_OF_PHASE",) and np.abs(found - said).max() < 1e-3


def test_the_average_of_channels_does_not_depend_on_the_blocks(rng):
    channels = rng.normal(0, 0.1, (8, 500)).astype(np.float32)
    whole = _average(channels)
    assert np.array_equal(whole, np.concatenate([_average(channels[:, k : k + 1]) for k in range(500)]))
    assert np.array_equal(whole, channels.mean(axis=0))


def test_a_recording_without_sound_has_no_blocks(grey_video):
    assert sound_blocks(grey_video()) is None


def broadcast(path, samples, rate, layout):
    """A piece of an MPEG transport stream with sound alone; pieces may follow one another in one file."""
    with av.open(str(path), "w", format="mpegts") as container:
        stream = container.add_stream("mp2", rate=rate)
        stream.layout = layout
        n_channels = len(stream.layout.channels)
        whole = (np.repeat(samples[:, None], n_channels, 1) * 32_767).astype(np.int16).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(whole, format="s16", layout=layout)
        frame.sample_rate, frame.pts = rate, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path.read_bytes()


def test_sound_whose_channels_and_rate_change_on_the_way_is_read_to_its_end(tmp_path):
    mono = broadcast(tmp_path / "mono.ts", tone(440), SOUND_RATE, "mono")
    stereo = broadcast(tmp_path / "stereo.ts", tone(1_000, rate=44_100), 44_100, "stereo")
    (tmp_path / "a.ts").write_bytes(mono + stereo)
    sound = read_sound(tmp_path / "a.ts")
    assert sound.duration_s == pytest.approx(1.0, abs=0.08)  # whole MP2 frames
    assert abs(loudest_hz(sound.samples[4_800:19_200]) - 440) < 5
    assert abs(loudest_hz(sound.samples[30_000:44_400]) - 1_000) < 5
