import numpy as np

from workbench.features.voice_activity import voiced


def test_a_quiet_recording_has_voice_by_its_own_measure():
    level = np.array([-95.0, -62.0, -58.0, -60.0, -93.0])
    assert voiced(level).tolist() == [False, True, True, True, False]


def test_silence_and_missing_sound_have_none():
    assert not voiced(np.full(10, -140.0)).any()
    assert not voiced(np.full(10, np.nan)).any()
    assert voiced(np.zeros(0)).shape == (0,)


def test_one_click_does_not_set_the_bar():
    level = np.full(100, -50.0)
    level[7] = -1.0
    assert voiced(level).all()
