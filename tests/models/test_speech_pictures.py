import numpy as np
import pytest

from workbench.features.log_mel import N_BANDS
from workbench.models.speech_network import N_COLUMNS
from workbench.models.speech_pictures import LARGEST, halved, laid_out


def test_halving_takes_the_mean_of_two_columns():
    picture = np.arange(10.0).reshape(5, 2)
    assert halved(picture).tolist() == [[1, 2], [5, 6]], "the odd last column is left out"
    assert halved(picture[:1]).tolist() == [[0, 1]], "a single one stays"


def test_a_picture_is_laid_in_the_middle_and_told_by_its_mask():
    together, masks = laid_out([np.full((28, N_BANDS), 2.0), np.full((N_COLUMNS, N_BANDS), -9.0)])
    assert together.shape == (2, N_COLUMNS, N_BANDS, 1) and together.dtype == np.float32
    assert np.flatnonzero(masks[0]).tolist() == list(range(50, 78))
    assert (together[0, masks[0] == 1] == 2).all() and (together[0, masks[0] == 0] == 0).all()
    assert (together[1] == -LARGEST).all(), "beyond the largest it is cut"


def test_a_longer_picture_loses_both_ends():
    picture = np.repeat(np.linspace(-1, 1, N_COLUMNS + 20)[:, None], N_BANDS, axis=1)
    together, masks = laid_out([picture])
    assert masks.all() and together[0, 0, 0, 0] == pytest.approx(picture[10, 0])


def test_training_varies_and_the_same_generator_gives_the_same(rng):
    pictures = [rng.normal(size=(n, N_BANDS)) for n in (60, 100, 200)]
    plain, _ = laid_out(pictures)
    first, masks = laid_out(pictures, rng=np.random.default_rng(1))
    again, _ = laid_out(pictures, rng=np.random.default_rng(1))
    other, _ = laid_out(pictures, rng=np.random.default_rng(2))
    assert (first == again).all() and not (first == other).all() and not (first == plain).all()
    assert 50 <= masks[0].sum() <= 72, "60 columns at 0.85 to 1.15 of the tempo"
    assert (first[..., 0] * (1 - masks[..., None]) == 0).all(), "nothing is heard outside"
