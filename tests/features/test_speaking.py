import json

import numpy as np
import pytest

from workbench.features.crowd_looker import CrowdLooker, FaceOptions
from workbench.features.speaking import SpeakerChoice
from workbench.media.video import Frame, read_frames

QUIET, LOUD = -60.0, -20.0


def talk(choice, *, seconds, level_db, moving, rng, until=None, start_s=0.0):
    """Let faces 1 and 2 be seen at 30 pictures a second; those in ``moving`` open and close their mouths."""
    chosen = []
    for k in range(round(seconds * 30)):
        choice.heard(level_db)
        wave = 0.2 + 0.15 * np.sin(2 * np.pi * 4 * (start_s + k / 30))
        choice.saw(
            {face: (wave if face in moving else 0.02) + rng.normal(0, 0.001) for face in (1, 2)}, 1 / 30
        )
        chosen.append(choice.speaker)
    return chosen


def started(rng):
    choice = SpeakerChoice()
    talk(choice, seconds=0.5, level_db=QUIET, moving=(), rng=rng)
    return choice


def test_who_moves_the_mouth_with_the_sound_speaks_and_the_turn_passes_on(rng):
    choice = started(rng)
    assert choice.speaker is None
    assert talk(choice, seconds=2, level_db=LOUD, moving=(2,), rng=rng)[-1] == 2
    turn = talk(choice, seconds=2, level_db=LOUD, moving=(1,), rng=rng)
    assert turn[0] == 2 and turn[-1] == 1 and turn.index(1) <= 45


def test_in_silence_nobody_takes_over(rng):
    choice = started(rng)
    talk(choice, seconds=1, level_db=LOUD, moving=(1,), rng=rng)
    assert set(talk(choice, seconds=3, level_db=QUIET, moving=(2,), rng=rng)) == {1}


def test_one_smile_takes_nobody_the_turn(rng):
    choice = started(rng)
    talk(choice, seconds=1.5, level_db=LOUD, moving=(1,), rng=rng)
    assert set(talk(choice, seconds=0.15, level_db=LOUD, moving=(2,), rng=rng)) == {1}
    assert set(talk(choice, seconds=1, level_db=LOUD, moving=(1,), rng=rng)) == {1}


def test_nobody_speaks_without_sound_or_with_still_mouths(rng):
    silent, still = SpeakerChoice(), started(rng)
    assert set(talk(silent, seconds=1, level_db=np.nan, moving=(1,), rng=rng)) == {None}
    assert set(talk(still, seconds=1, level_db=LOUD, moving=(), rng=rng)) == {None}


def test_a_choice_goes_on_from_its_state(rng):
    choice, other = started(rng), SpeakerChoice()
    talk(choice, seconds=1, level_db=LOUD, moving=(2,), rng=rng)
    other.restore(json.loads(json.dumps(choice.state())))
    assert other.state() == choice.state()
    for one in (choice, other):
        talk(one, seconds=1, level_db=LOUD, moving=(1,), rng=np.random.default_rng(0))
    assert other.scores() == choice.scores() and other.speaker == choice.speaker == 1


def test_who_is_forgotten_leaves_nothing_behind(rng):
    choice = started(rng)
    talk(choice, seconds=1, level_db=LOUD, moving=(1, 2), rng=rng)
    choice.keep_only({2})
    assert set(choice.scores()) == {2} and [face for face, _ in choice.state()["openings"]] == [2]


def listening(images, n):
    """A face that says nothing: the clip's first pictures, to and fro."""
    order = np.abs((np.arange(n) + len(images) - 1) % (2 * len(images) - 2) - (len(images) - 1))
    return [images[k] for k in order]


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("talker_stands", ["left", "right"])
def test_beside_a_real_listener_the_real_talker_is_chosen(real_data, talker_stands):
    from workbench.features.moments import read_moments

    talker, listener = (real_data / "talking/grid" / name for name in ("lbax4n.mpg", "sbwe5n.mpg"))
    levels = [moment.level_db for moment in read_moments(talker)]
    talking = list(read_frames(talker))
    quiet = listening([f.image for f in read_frames(listener)][:10], len(talking))
    looker, right, n_judged, told = CrowdLooker(FaceOptions("speaking")), 0, 0, 0
    for frame, image in zip(talking, quiet, strict=True):
        while told < len(levels) and told * 0.03 < frame.time_s:
            looker.heard(told * 0.03, levels[told])
            told += 1
        pair = [frame.image, image] if talker_stands == "left" else [image, frame.image]
        sight = looker.look(Frame(frame.time_s, np.hstack(pair)))
        if looker._choice.speaker is not None:
            on_the_left = sight.box[0] + sight.box[2] / 2 < frame.image.shape[1]
            n_judged, right = n_judged + 1, right + (on_the_left == (talker_stands == "left"))
    assert n_judged > 40 and right / n_judged > 0.9
