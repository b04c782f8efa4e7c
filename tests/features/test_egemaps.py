import numpy as np
import pytest

from tests.drawn_voices import hum
from workbench.errors import InvalidInputError, MissingDependencyError
from workbench.features import egemaps as door


def test_pitch_is_told_in_semitones_above_27_5_hz(rng):
    for hz in (120, 240):
        row = door.egemaps(hum(rng, pitch_hz=hz, loudness=0.2))
        assert row.shape == (door.N_PARAMETERS,) == (88,) and np.isfinite(row).all()
        assert row[0] == pytest.approx(12 * np.log2(hz / 27.5), abs=0.5)


def test_no_sound_is_refused():
    with pytest.raises(InvalidInputError, match="Received 0 samples"):
        door.egemaps(np.zeros(0))


def test_without_opensmile_the_command_and_the_licence_are_told(monkeypatch):
    monkeypatch.setattr(door, "find_spec", lambda name: None)
    with pytest.raises(
        MissingDependencyError, match=r'pip install "affect-workbench\[egemaps\]".*commercial'
    ):
        door.egemaps(np.ones(4800))


def test_a_process_that_ended_is_told_and_started_again(rng):
    voice = hum(rng, pitch_hz=150, loudness=0.2)
    first = door.egemaps(voice)
    door._process().kill()
    door._process().wait()
    with pytest.raises(InvalidInputError, match="Its process ended"):
        door.egemaps(voice)
    assert (door.egemaps(voice) == first).all()


@pytest.mark.slow
def test_it_works_where_tensorflow_is_loaded(rng):
    from workbench.models.backend import tensorflow_module

    tensorflow_module()
    assert np.isfinite(door.egemaps(hum(rng, pitch_hz=150, loudness=0.2))).all()
