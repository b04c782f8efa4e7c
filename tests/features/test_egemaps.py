import numpy as np
import pytest

from tests.drawn_voices import hum
from workbench.errors import InvalidInputError, MissingDependencyError
from workbench.features import egemaps as door


def test_pitch_is_told_in_semitones_above_27_5_hz(rng):
    names = door.parameter_names()
    assert len(names) == door.N_PARAMETERS == 88
    pitch = names.index("F0semitoneFrom27.5Hz_sma3nz_amean")
    for hz in (120, 240):
        row = door.egemaps(hum(rng, pitch_hz=hz, loudness=0.2))
        assert row.shape == (88,) and np.isfinite(row).all()
        assert row[pitch] == pytest.approx(12 * np.log2(hz / 27.5), abs=0.5)


def test_no_sound_is_refused():
    with pytest.raises(InvalidInputError, match="Received 0 samples"):
        door.egemaps(np.zeros(0))


def test_without_opensmile_the_command_and_the_licence_are_told(monkeypatch):
    def missing(name):
        raise MissingDependencyError(f"{name} is not there")

    door._smile.cache_clear()
    monkeypatch.setattr(door, "load", missing)
    with pytest.raises(
        MissingDependencyError, match=r'pip install "affect-workbench\[egemaps\]".*commercial'
    ):
        door.egemaps(np.ones(4800))
