import time

import numpy as np
import pytest
from scipy import signal

from workbench.errors import InvalidInputError
from workbench.features.colour_map import VIRIDIS
from workbench.features.spectrogram import (
    FLOOR_DB,
    HOP_LENGTH,
    N_SAMPLES,
    WINDOW_LENGTH,
    column_image,
    column_strip,
    column_strips,
    constant_along_time,
    level_db,
    sound_column,
    sound_columns,
    sound_spectrograms,
    spectrogram_images,
)

SECONDS = np.arange(N_SAMPLES) / 48_000
HZ_PER_BIN = 48_000 / WINDOW_LENGTH


def sine(hz, amplitude=1.0):
    return amplitude * np.sin(2 * np.pi * hz * SECONDS)


def test_a_full_scale_sine_reads_zero_decibels_at_its_frequency():
    column = sound_column(sine(100 * HZ_PER_BIN))
    assert column.shape == (701,) and column.dtype == np.float32
    assert column.argmax() == 100 and column.max() == pytest.approx(0, abs=0.01)


def test_a_tenth_of_the_amplitude_reads_20_decibels_less():
    assert sound_column(sine(100 * HZ_PER_BIN, 0.1)).max() == pytest.approx(-20, abs=0.01)


def test_silence_is_finite():
    assert (sound_column(np.zeros(N_SAMPLES)) == pytest.approx(FLOOR_DB, abs=1e-3)) and level_db(
        np.zeros(10)
    ) == pytest.approx(FLOOR_DB)


def test_the_column_is_scipys_one_column_without_padding(rng):
    samples = rng.normal(0, 0.1, N_SAMPLES)
    _, times, spectrum = signal.stft(
        samples,
        48_000,
        window="hann",
        nperseg=WINDOW_LENGTH,
        noverlap=WINDOW_LENGTH - HOP_LENGTH,
        boundary=None,
        padded=False,
    )
    assert len(times) == 1
    np.testing.assert_allclose(sound_column(samples), 20 * np.log10(2 * np.abs(spectrum[:, 0])), atol=1e-3)


def test_the_column_is_scipys_spectrogram_with_a_hann_window(rng):
    samples = rng.normal(0, 0.1, N_SAMPLES)
    _, times, magnitude = signal.spectrogram(
        samples,
        window=signal.get_window("hann", WINDOW_LENGTH),
        nperseg=WINDOW_LENGTH,
        noverlap=250,
        detrend=False,
        scaling="spectrum",
        mode="magnitude",
    )
    assert len(times) == 1
    np.testing.assert_allclose(sound_column(samples), 20 * np.log10(2 * magnitude[:, 0]), atol=1e-3)


@pytest.mark.slow
def test_the_column_is_librosas_without_centring(rng):
    import librosa

    samples = rng.normal(0, 0.1, N_SAMPLES)
    spectrum = librosa.stft(samples, n_fft=WINDOW_LENGTH, hop_length=HOP_LENGTH, window="hann", center=False)
    scale = 2 / signal.get_window("hann", WINDOW_LENGTH).sum()
    assert spectrum.shape == (701, 1)
    np.testing.assert_allclose(
        sound_column(samples), 20 * np.log10(scale * np.abs(spectrum[:, 0])), atol=1e-2
    )


def test_many_windows_are_as_one_by_one(rng):
    windows = rng.normal(0, 0.1, (5, N_SAMPLES))
    np.testing.assert_allclose(
        sound_columns(windows), [sound_column(window) for window in windows], atol=1e-4
    )


def test_a_window_of_another_length_is_refused():
    with pytest.raises(InvalidInputError, match="1440"):
        sound_column(np.zeros(1400))


def test_the_level_of_a_square_wave_is_zero_and_of_a_sine_three_less():
    assert level_db(np.ones(100)) == pytest.approx(0, abs=1e-3)
    assert level_db(sine(1000)) == pytest.approx(-3.01, abs=0.01)


def test_low_frequencies_are_at_the_bottom_of_the_picture():
    strip = column_strip(sound_column(sine(1000)))
    row = int(strip.sum(axis=(1, 2)).argmax())
    assert strip.shape == (400, 1, 3) and row == pytest.approx(399 - 1000 / 24_000 * 400, abs=2)


def test_no_frequency_falls_between_the_rows():
    quiet = np.full(701, -120.0, np.float32)
    dark = column_strip(quiet)
    for number in range(701):
        loud = quiet.copy()
        loud[number] = -20.0
        assert not np.array_equal(column_strip(loud), dark), number


def test_the_ends_of_the_range_are_the_ends_of_the_colours():
    assert column_strip(np.full(701, -200.0)) == pytest.approx(np.tile(VIRIDIS[0], (400, 1, 1)))
    assert column_strip(np.full(701, 0.0)) == pytest.approx(np.tile(VIRIDIS[-1], (400, 1, 1)))


def test_the_image_is_the_strip_repeated_along_time(rng):
    column = rng.uniform(-130, -10, 701)
    image = column_image(column)
    assert image.shape == (400, 400, 3) and image.dtype == np.float32 and 0 <= image.min() <= image.max() <= 1
    assert (image == column_strip(column)).all()


def test_a_moment_without_sound_is_never_drawn_as_silence():
    with pytest.raises(InvalidInputError, match="NaN"):
        column_strips(np.full((2, 701), np.nan))


def test_a_thousand_columns_are_drawn_at_once(rng):
    columns = rng.uniform(-140, 0, (1000, 701)).astype(np.float16)
    column_strips(columns[:2])
    start = time.process_time()
    strips = column_strips(columns)
    assert strips.shape == (1000, 400, 1, 3) and strips.dtype == np.float32
    assert time.process_time() - start < 1.0  # about 0.05 s on an idle machine


def test_the_colours_are_matplotlibs_viridis():
    import matplotlib

    np.testing.assert_allclose(VIRIDIS, matplotlib.colormaps["viridis"].colors, atol=0.5 / 255 + 1e-6)


def test_the_papers_window_gives_one_column_and_others_more(rng):
    windows = rng.normal(0, 0.1, (2, N_SAMPLES)).astype(np.float32)
    one = sound_spectrograms(windows)
    assert one.shape == (2, 701, 1) and np.array_equal(one[:, :, 0], sound_columns(windows))
    five = sound_spectrograms(windows, overlap=1390)
    assert five.shape == (2, 701, 5) and np.array_equal(five[:, :, :1], one)
    shifted = np.pad(windows[:, 30:], ((0, 0), (0, 30)))
    np.testing.assert_allclose(five[:, :, 3], sound_columns(shifted), atol=1e-3)
    assert list(constant_along_time(np.concatenate([five[:1], np.repeat(one[:1], 5, axis=2)]))) == [
        False,
        True,
    ]
    with pytest.raises(InvalidInputError, match="overlap"):
        sound_spectrograms(windows, overlap=1400)


def test_an_image_of_several_columns_shows_each_for_its_share_of_the_time(rng):
    spectrogram = rng.uniform(-130, -10, (1, 701, 5)).astype(np.float32)
    image = spectrogram_images(spectrogram)[0]
    for number in range(5):
        assert (image[:, 80 * number : 80 * (number + 1)] == column_strip(spectrogram[0, :, number])).all()
    assert np.array_equal(spectrogram_images(spectrogram[:, :, :1])[0], column_image(spectrogram[0, :, 0]))
    with pytest.raises(InvalidInputError, match="1 to 400"):
        spectrogram_images(np.zeros((1, 701, 401)))


def test_a_strip_is_the_same_to_the_bit_whatever_stands_beside_it(rng):
    columns = rng.uniform(-130, -10, (70, 701)).astype(np.float16)
    together = column_strips(columns)
    assert all(
        np.array_equal(column_strip(column), strip) for column, strip in zip(columns, together, strict=True)
    )
