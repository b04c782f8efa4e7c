"""A camera that is faster than the system: the newest picture is judged, sound is never lost, errors are told."""

import threading

import numpy as np
import pytest

from tests.streamed import RememberingLooker, moody_networks
from workbench.errors import WorkbenchError
from workbench.systems.live import LiveAnalyser
from workbench.systems.moment_events import MomentAnswer, PictureSeen
from workbench.systems.stream import StreamingAnalyser

BRIGHT = np.full((9, 7, 3), 75, np.uint8)
WAIT_S = 20


class SlowLooker(RememberingLooker):
    """Looks only when it is let."""

    def __init__(self):
        super().__init__()
        self.looking, self.let = threading.Semaphore(0), threading.Semaphore(0)

    def look(self, frame):
        self.looking.release()
        assert self.let.acquire(timeout=WAIT_S)
        return super().look(frame)


def noise(n):
    return np.random.default_rng(0).normal(0, 0.1, n).astype(np.float32)


def test_at_most_one_picture_waits_the_newest_and_sound_is_never_dropped():
    looker, events = SlowLooker(), []
    live = LiveAnalyser(StreamingAnalyser(moody_networks(), looker=looker), events.append)
    live.push_frame(0.0, BRIGHT, key="a")
    assert looker.looking.acquire(timeout=WAIT_S)  # "a" is being looked at
    for number, key in enumerate("bcd"):
        live.push_frame(0.1 * (number + 1), BRIGHT, key=key)
        live.push_sound(0.1 * number, noise(4_800))
    live.push_frame(0.15, BRIGHT, key="out of order")
    assert live.summary.n_dropped == 3
    for _ in range(2):
        looker.let.release()
    summary = live.stop()
    assert [e.key for e in events if isinstance(e, PictureSeen)] == ["a", "d"]
    moments = [e for e in events if isinstance(e, MomentAnswer)]
    assert [m.heard for m in moments] == [True] * 10 + [False] * 10  # "d" stands as long as "a" did
    assert (summary.n_pictures, summary.n_dropped, summary.n_moments, summary.n_answered) == (2, 3, 20, 20)
    assert summary.label == max(moments[-1].accumulated, key=moments[-1].accumulated.get)


def test_pushed_slowly_enough_it_says_what_the_stream_says():
    images = [np.full((9, 7, 3), 50 + 7 * k, np.uint8) for k in range(8)]
    told, seen = [], threading.Semaphore(0)

    def keep(event):
        told.append(event)
        if isinstance(event, PictureSeen):
            seen.release()

    live = LiveAnalyser(StreamingAnalyser(moody_networks(), looker=RememberingLooker()), keep)
    stream = StreamingAnalyser(moody_networks(), looker=RememberingLooker())
    expected = []
    for k, image in enumerate(images):
        live.push_sound(k / 10, noise(4_800))
        live.push_frame(k / 10, image)
        assert seen.acquire(timeout=WAIT_S)
        expected += stream.push_sound(k / 10, noise(4_800)) + stream.push_frame(k / 10, image)
    assert live.stop().n_dropped == 0
    answers = [e for e in told if isinstance(e, MomentAnswer)]
    assert repr(answers) == repr([e for e in expected + stream.end() if isinstance(e, MomentAnswer)])


def test_an_error_is_told_to_the_one_who_pushes_and_to_the_one_who_stops():
    failed = threading.Event()

    class Broken(RememberingLooker):
        def look(self, frame):
            failed.set()
            raise ValueError("no picture")

    live = LiveAnalyser(StreamingAnalyser(moody_networks(), looker=Broken()), lambda event: None)
    live.push_frame(0.0, BRIGHT)
    assert failed.wait(WAIT_S)
    with pytest.raises(WorkbenchError, match="no picture"):
        live.stop()
    with pytest.raises(WorkbenchError, match="no picture"):
        live.push_sound(0.0, noise(10))


def test_after_stopping_nothing_is_taken():
    live = LiveAnalyser(StreamingAnalyser(moody_networks(), looker=RememberingLooker()), lambda event: None)
    assert live.stop().n_moments == 0
    with pytest.raises(WorkbenchError, match="stopped"):
        live.push_frame(0.0, BRIGHT)
