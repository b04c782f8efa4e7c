import numpy as np
import pytest

from workbench.features.log_mel import N_BANDS
from workbench.features.voice_statistics import STATISTIC_NAMES, voice_statistics


def of(mel):
    return dict(zip(STATISTIC_NAMES, voice_statistics(mel), strict=True))


def test_every_number_has_a_name_of_its_own():
    assert len(set(STATISTIC_NAMES)) == len(STATISTIC_NAMES) == 272


def test_a_steady_flat_sound_has_one_coefficient_and_no_spread():
    found = of(np.full((50, N_BANDS), -30.0))
    assert found["mfcc_0_mean"] == pytest.approx(-30 * np.sqrt(N_BANDS), rel=1e-6)
    assert all(abs(found[f"mfcc_{k}_mean"]) < 1e-4 for k in range(1, 20))
    assert found["mfcc_0_sd"] == found["mfcc_0_slope_mean"] == 0
    assert found["spoken_s"] == pytest.approx(0.5)
    assert found["level_mean"] == pytest.approx(-30 + 10 * np.log10(N_BANDS), abs=1e-4)


def test_coefficients_follow_the_orthonormal_cosine_transform(rng):
    mel = rng.normal(-30, 2, (40, N_BANDS))
    k = np.arange(20)[:, None]
    basis = np.sqrt(2 / N_BANDS) * np.cos(np.pi * k * (2 * np.arange(N_BANDS) + 1) / (2 * N_BANDS))
    basis[0] /= np.sqrt(2)
    coefficients = mel @ basis.T
    found = of(mel)
    assert [found[f"mfcc_{k}_mean"] for k in range(20)] == pytest.approx(coefficients.mean(axis=0), abs=1e-3)
    assert [found[f"mfcc_{k}_p90"] for k in range(20)] == pytest.approx(
        np.percentile(coefficients, 90, axis=0), abs=1e-3
    )


def test_a_rising_sound_has_a_slope():
    mel = np.full((30, N_BANDS), -40.0) + np.arange(30)[:, None]
    assert of(mel)["mfcc_0_slope_mean"] == pytest.approx(np.sqrt(N_BANDS), rel=1e-6)


def test_one_column_is_enough():
    assert np.isfinite(voice_statistics(np.full((1, N_BANDS), -30.0))).all()
