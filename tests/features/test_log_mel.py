import numpy as np
import pytest

from tests.drawn_voices import hum
from workbench.errors import InvalidInputError
from workbench.features.log_mel import FLOOR_DB, N_BANDS, column_levels, log_mel, spoken
from workbench.media.audio import SOUND_RATE


def tone(hz, *, amplitude=0.1, seconds=0.5):
    return amplitude * np.sin(2 * np.pi * hz * np.arange(round(seconds * SOUND_RATE)) / SOUND_RATE)


def test_a_column_every_10_ms_and_64_bands():
    mel = log_mel(tone(440))
    assert mel.shape == (51, N_BANDS) and mel.dtype == np.float32


def test_a_higher_tone_stands_in_a_higher_band():
    loudest = [int(log_mel(tone(hz)).mean(axis=0).argmax()) for hz in (150, 600, 2400, 7000)]
    assert loudest == sorted(set(loudest))


def test_decibels_are_of_a_fixed_level():
    quiet, loud = log_mel(tone(440, amplitude=0.01)), log_mel(tone(440, amplitude=0.1))
    band = int(loud.mean(axis=0).argmax())
    assert loud[20, band] - quiet[20, band] == pytest.approx(20, abs=0.01)
    assert log_mel(np.zeros(4800)).max() == FLOOR_DB


def test_silence_around_the_voice_is_cut(rng):
    mel = log_mel(hum(rng, pitch_hz=150, loudness=0.1, seconds=0.6, silence_s=1.0))
    assert len(mel) == 261
    assert 55 <= len(spoken(mel)) <= 72
    assert column_levels(spoken(mel)).max() == column_levels(mel).max()


def test_silence_alone_is_kept_rather_than_nothing():
    assert len(spoken(log_mel(np.zeros(4800)))) == 11


def test_no_sound_and_no_column_are_refused():
    with pytest.raises(InvalidInputError, match="Received 0 samples"):
        log_mel(np.zeros(0))
    with pytest.raises(InvalidInputError, match=r"\(0, 64\)"):
        spoken(np.zeros((0, N_BANDS)))
