"""The running system on a stream: in one go or in pieces, the same answers, bit for bit, in constant memory."""

import gc
import math
import weakref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.streamed import RememberingLooker, answers_of_the_whole, moody_networks
from workbench.errors import InvalidInputError
from workbench.media.video import Frame, Moment
from workbench.systems.moment_events import MomentAnswer, PictureSeen
from workbench.systems.stream import StreamingAnalyser


def frames_at(times_s, seed=0):
    rng = np.random.default_rng(seed)
    return [Frame(t, rng.integers(0, 90 + 60 * (k % 3), (9, 7, 3), np.uint8)) for k, t in enumerate(times_s)]


def noise(n, seed=0):
    return np.random.default_rng(seed).normal(0, 0.1, n).astype(np.float32)


def on_grid(frames):
    """Every picture is looked at; each moment shows the last one at or before it."""
    pause = frames[-1].time_s - frames[-2].time_s if len(frames) > 1 else 0.03
    until, moments = frames[-1].time_s + pause, []
    while len(moments) * 0.03 < until - 1e-6:
        index = len(moments)
        shown = [f for f in frames if f.time_s - 1e-6 <= index * 0.03]
        moments.append(Moment(index, round(index * 0.03, 9), shown[-1] if shown else frames[0]))
    return moments


def moments_in(events):
    return [event for event in events if isinstance(event, MomentAnswer)]


@st.composite
def recordings(draw):
    """Pictures at least one moment apart, a sound, and the order and pieces in which they are pushed."""
    gaps = draw(st.lists(st.integers(31, 120), min_size=1, max_size=10))
    start = draw(st.integers(0, 80))
    frames = frames_at([(start + sum(gaps[:k])) / 1000 for k in range(len(gaps))])
    samples = noise(draw(st.integers(0, 40_000)))
    cuts = sorted(draw(st.lists(st.integers(0, len(samples)), max_size=12)))
    pieces = list(zip([0, *cuts], [*cuts, len(samples)], strict=True))
    order = draw(st.permutations(["picture"] * len(frames) + ["sound"] * len(pieces)))
    return frames, samples, pieces, order


@given(recordings())
@settings(max_examples=60)
def test_in_pieces_of_any_size_and_order_it_says_what_it_says_of_the_whole(recording):
    frames, samples, pieces, order = recording
    analyser = StreamingAnalyser(moody_networks(), looker=(looker := DeafLooker()))
    events, left, sounds = [], list(frames), list(pieces)
    for kind in order:
        if kind == "picture":
            frame = left.pop(0)
            told = analyser.push_frame(frame.time_s, frame.image)
            assert isinstance(told[0], PictureSeen) and told[0].time_s == frame.time_s
            events += told
        else:
            first, last = sounds.pop(0)
            events += analyser.push_sound(first / 48_000, samples[first:last])
    events += analyser.end()
    whole = answers_of_the_whole(on_grid(frames), samples, DeafLooker(), moody_networks())
    assert repr(moments_in(events)) == repr(whole)
    assert looker.times == [frame.time_s for frame in frames]


class DeafLooker(RememberingLooker):
    """What was heard late must not count when pictures and sound come in any order."""

    def heard(self, time_s, level_db):
        self.told.append(time_s)


def test_a_looker_is_told_of_the_sound_before_the_picture_and_of_none_after_it():
    looker, frames = RememberingLooker(), frames_at([0.0, 0.1, 0.2])
    analyser = StreamingAnalyser(moody_networks(), looker=looker)
    analyser.push_sound(0.0, noise(48_000))
    told = []
    for frame in frames:
        analyser.push_frame(frame.time_s, frame.image)
        told.append(list(looker.told))
    assert told == [[], [0.0, 0.03, 0.06], [0.0, 0.03, 0.06, 0.09, 0.12, 0.15]]


def test_a_picture_is_asked_about_once_and_a_moment_with_an_open_mouth_for_itself():
    networks = moody_networks()
    analyser = StreamingAnalyser(networks, looker=RememberingLooker())
    analyser.push_sound(0.0, noise(48_000))
    bright = np.full((9, 7, 3), 75, np.uint8)  # 75 % 40 is an open mouth
    events = analyser.push_frame(0.0, bright) + analyser.push_frame(0.12, bright)
    assert [m.branch for m in moments_in(events)] == ["audiovisual"] * 4
    assert (networks.mouth.asked, networks.visual.asked) == ([1, 1], [1, 1])
    assert networks.audiovisual.asked == [1] * 4
    assert len({str(m.probabilities) for m in moments_in(events)}) == 4


def test_samples_that_never_came_are_told_and_half_of_a_moment_is_needed_to_hear_it():
    analyser = StreamingAnalyser(moody_networks(), looker=RememberingLooker())
    events = analyser.push_frame(0.0, np.full((9, 7, 3), 75, np.uint8))
    events += analyser.push_sound(0.0, noise(1440 + 800))
    events += analyser.push_sound((1440 * 3 + 900) / 48_000, noise(1440))
    events += analyser.push_frame(0.15, np.full((9, 7, 3), 75, np.uint8)) + analyser.end()
    found = [(m.heard, m.note, m.branch) for m in moments_in(events)[:5]]
    missing = "SOUND_MISSING"
    assert found == [
        (True, None, "audiovisual"),
        (True, missing, "audiovisual"),
        (False, missing, "visual"),
        (False, missing, "visual"),
        (True, None, "audiovisual"),  # 900 samples and the end: as at the end of any sound
    ]


def test_sound_that_came_already_is_not_taken_twice():
    samples, frames = noise(9_000), frames_at([0.0, 0.06, 0.12])
    once, twice = (StreamingAnalyser(moody_networks(), looker=RememberingLooker()) for _ in range(2))
    first = once.push_sound(0.0, samples)
    second = twice.push_sound(0.0, samples[:5_000]) + twice.push_sound(0.05, samples[2_400:])
    for frame in frames:
        first += once.push_frame(frame.time_s, frame.image)
        second += twice.push_frame(frame.time_s, frame.image)
    assert repr(moments_in(first)) == repr(moments_in(second))


def test_a_moment_does_not_wait_for_ever_for_its_sound_nor_for_a_picture():
    analyser = StreamingAnalyser(moody_networks(), looker=RememberingLooker(), longest_wait_s=0.3)
    bright = np.full((9, 7, 3), 75, np.uint8)
    events = analyser.push_frame(0.0, bright) + analyser.push_frame(0.6, bright)
    late = moments_in(events)
    assert [m.note for m in late] == ["SOUND_LATE"] * 10 and late[-1].time_s == pytest.approx(0.27)
    assert late[0].branch == "visual"
    events = moments_in(analyser.push_sound(0.0, noise(48_000 * 2)))
    assert [m.time_s for m in events[:2]] == pytest.approx([0.30, 0.33])  # what came too late is passed over
    assert [m.note for m in events[:10]] == [None] * 10
    assert {m.note for m in events[10:]} == {"PICTURE_LATE"} and {m.frame_time_s for m in events[10:]} == {
        0.6
    }
    assert events[-1].time_s < 2.0 - 0.3 + 0.03


@pytest.mark.parametrize("time_s", [0.1, 0.05, math.nan, math.inf])
def test_pictures_out_of_order_are_refused(time_s):
    analyser = StreamingAnalyser(moody_networks(), looker=RememberingLooker())
    analyser.push_frame(0.1, np.zeros((9, 7, 3), np.uint8))
    with pytest.raises(InvalidInputError, match="order"):
        analyser.push_frame(time_s, np.zeros((9, 7, 3), np.uint8))


def test_sound_is_refused_where_none_was_expected_and_without_a_time():
    with pytest.raises(InvalidInputError, match="without sound"):
        StreamingAnalyser(moody_networks(), looker=RememberingLooker(), sound=False).push_sound(0, noise(10))
    with pytest.raises(InvalidInputError, match="finite time"):
        StreamingAnalyser(moody_networks(), looker=RememberingLooker()).push_sound(math.nan, noise(10))


def test_nothing_is_kept_of_what_is_answered():
    class Watched(RememberingLooker):
        def look(self, frame):
            sight = super().look(frame)
            alive.add(sight)
            self.times.clear()
            self.times.append(frame.time_s)
            return sight

    alive = weakref.WeakSet()
    analyser = StreamingAnalyser(moody_networks(), looker=Watched())
    most = 0
    for k in range(300):
        image = np.full((9, 7, 3), 60 + k % 60, np.uint8)
        analyser.push_sound(k / 30, noise(1_600))
        analyser.push_frame(k / 30, image)
        gc.collect(0)
        most = max(most, len(alive))
    assert most <= 6


def test_a_looker_is_told_of_the_sound_even_when_no_picture_comes():
    looker = RememberingLooker()
    analyser = StreamingAnalyser(moody_networks(), looker=looker, longest_wait_s=0.3)
    for k in range(40):
        analyser.push_sound(k / 10, noise(4_800))
    assert 3.0 < looker.told[-1] < 4.0 - 2 * 0.3
