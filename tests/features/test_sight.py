"""Looking can be cut and taken up again: the same sights, bit for bit."""

import json

import numpy as np
import pytest

from workbench.errors import InvalidInputError
from workbench.features.sight import FollowLooker
from workbench.media.video import Frame


@pytest.fixture(scope="module")
def frames(pictures, empty_picture):
    """The drawn actor, gone for two pictures, then back."""
    shown = [*pictures[:4], empty_picture, empty_picture, *pictures[4:8]]
    return [Frame(k * 0.1, image) for k, image in enumerate(shown)]


def bits(sight):
    arrays = (sight.landmarks, sight.face, sight.mouth)
    return (
        sight.time_s,
        sight.status,
        sight.box,
        sight.n_faces,
        [a if a is None else a.tobytes() for a in arrays],
    )


def test_from_every_picture_on_it_sees_what_it_would_have_seen(frames):
    looker, states = FollowLooker(), []
    whole = []
    for frame in frames:
        whole.append(bits(looker.look(frame)))
        states.append(looker.state())
    assert [sight[1] for sight in whole].count("lost") >= 1 and whole[-1][1] == "detected"
    assert sum(state is not None for state in states) >= 8
    for first, state in enumerate(states):
        if state is None:
            continue
        again = FollowLooker()
        again.restore(json.loads(json.dumps(state, allow_nan=False)))
        assert [bits(again.look(frame)) for frame in frames[first:]] == whole[first:]


def test_it_must_go_on_with_the_very_picture(frames):
    looker = FollowLooker()
    looker.look(frames[0])
    again = FollowLooker()
    again.restore(looker.state())
    with pytest.raises(InvalidInputError, match="go on with the picture"):
        again.look(frames[1])


def test_while_the_tracker_bridges_it_cannot_be_cut(pictures):
    looker, y = FollowLooker(), np.arange(pictures[0].shape[0])
    looker.look(Frame(0.0, pictures[0]))
    assert looker.state() is not None
    covered = pictures[0].copy()
    x, top, width, height = (round(v) for v in looker.look(Frame(0.03, pictures[0])).box)
    covered[(y > top + height * 0.5) & (y < top + height * 0.95), x : x + width] = 90
    sight = looker.look(Frame(0.06, covered))
    assert sight.status == "tracked" and looker.state() is None
