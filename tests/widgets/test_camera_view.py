"""The camera's widget without a browser: messages in, messages out, and nothing left running when the page is gone."""

import signal
import threading
import time

import pytest
from camera_world import AnyFace, fusion, pictures, sound_blocks

from workbench.datasets.recorded import CONSENT
from workbench.errors import InvalidInputError
from workbench.systems import live_recording
from workbench.widgets import camera_view
from workbench.widgets.camera_session import CameraSession
from workbench.widgets.camera_view import CameraView, camera


@pytest.fixture
def view(project, monkeypatch):
    """A widget whose messages are kept in ``told``."""

    def session(tell):
        return CameraSession(project, lambda progress: fusion(), tell, looker=lambda faces: AnyFace())

    view = CameraView(session)
    view.told = []
    monkeypatch.setattr(view, "send", lambda message, buffers=None: view.told.append(message))
    yield view
    view.session.stop()
    if view._watch is not None:
        view._watch.cancel()


def say(view, kind, buffers=(), **content):
    view._receive(view, {"type": kind, **content}, list(buffers))


def started(view, run=1, record=None):
    say(view, "start", run=run, record=record, heard=True, faces="largest")


def send_pictures(view, rng, n=3, run=1):
    starts_s, blocks = zip(*sound_blocks(rng, 0.03), strict=True)
    for key, time_s, jpeg in pictures(rng, n):
        sound = blocks if key == 1 else ()
        say(
            view,
            "frame",
            [jpeg, *sound],
            run=run,
            key=key,
            time_s=time_s,
            sound_starts_s=starts_s[: len(sound)],
        )


def of(view, kind):
    return [message for message in view.told if message["type"] == kind]


def test_the_page_learns_the_classes_and_what_is_agreed_to(view):
    say(view, "ready")
    (state,) = of(view, "state")
    assert state["consent"] == CONSENT and state["problem"] == ""
    assert [one["name"] for one in state["classes"]] == ["negative", "neutral", "positive"]


def test_a_session_from_start_to_stop(view, rng):
    started(view)
    send_pictures(view, rng)
    say(view, "stop", run=1)
    assert of(view, "started") == [{"type": "started", "run": 1}]
    assert of(view, "seen") and all(message["run"] == 1 for message in of(view, "seen"))
    (stopped,) = of(view, "stopped")
    assert stopped["sentence"].startswith("Stopped: ") and stopped["kept"] == stopped["problem"] == ""
    assert "a face in" in stopped["sentence"] and not view.session.running


def test_what_was_under_way_from_an_earlier_start_is_passed_over(view, rng):
    started(view)
    started(view, run=2)
    send_pictures(view, rng, run=1)
    say(view, "stop", run=1)
    assert of(view, "seen") == of(view, "trouble") == [] and view.session.running
    say(view, "stop", run=2)
    other, own = of(view, "stopped")
    assert (other["run"], other["problem"]) == (1, "The camera was started on another page.")
    assert (own["run"], own["problem"]) == (2, "") and own["sentence"] == "Stopped before a picture was seen."


def test_a_page_whose_wish_is_refused_stops_nobody_else(view):
    started(view)
    started(view, run=2, record={"dataset": "camera", "speaker": "Ada", "agreed": False})
    started(view, run="x")
    assert len(of(view, "refused")) == 2 and of(view, "stopped") == [] and view._run == 1
    assert view.session.running


def test_an_interrupt_of_the_kernel_does_not_lose_the_recording_that_is_being_kept(view, rng, monkeypatch):
    keep, go_on = live_recording.keep_clip, threading.Event()

    def slowly(*told):
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)  # it waits meanwhile
        go_on.wait(5)
        return keep(*told)

    monkeypatch.setattr(live_recording, "keep_clip", slowly)
    started(view, record={"dataset": "camera", "speaker": "Ada", "agreed": True})
    send_pictures(view, rng)
    with pytest.raises(KeyboardInterrupt):
        say(view, "stop", run=1)
    go_on.set()
    until = time.monotonic() + 10
    while not of(view, "stopped") and time.monotonic() < until:
        time.sleep(0.01)
    assert "Kept as camera-" in of(view, "stopped")[0]["kept"]


def test_a_number_that_is_none_is_said(view, rng):
    started(view)
    (_, _, jpeg), *_ = pictures(rng, 1)
    say(view, "frame", [jpeg], run=1, key=float("inf"), time_s=0.0, sound_starts_s=[])
    assert "infinity" in of(view, "trouble")[0]["message"] and view.session.running


def test_what_cannot_be_read_is_said_and_what_cannot_go_on_is_stopped(view, rng):
    started(view)
    say(view, "frame", [b"no picture"], run=1, key=1, time_s=0.0, sound_starts_s=[])
    assert "must be a JPEG" in of(view, "trouble")[0]["message"] and view.session.running
    say(view, "frame", [], run=1, key=1, time_s=0.0, sound_starts_s=[])
    view._receive(view, "no object", [])
    assert len(of(view, "trouble")) == 3
    (_, _, jpeg), *_ = pictures(rng, 1)
    say(view, "frame", [jpeg], run=1, key=2, time_s=9999.0, sound_starts_s=[])
    assert "asleep" in of(view, "stopped")[0]["problem"] and not view.session.running


def test_a_recording_that_is_not_agreed_to_is_refused(view):
    started(view, record={"dataset": "camera", "speaker": "Ada", "agreed": "yes"})
    assert "agreed to before" in of(view, "refused")[0]["message"] and not view.session.running


def test_a_page_that_is_gone_leaves_nothing_running_and_its_recording_is_kept(view, rng, monkeypatch):
    monkeypatch.setattr(camera_view, "GONE_AFTER_S", 0.0)
    view._watch_the_page()
    assert of(view, "stopped") == []  # nothing ran
    monkeypatch.setattr(camera_view, "GONE_AFTER_S", 1000.0)
    started(view, record={"dataset": "camera", "speaker": "Ada", "agreed": True})
    send_pictures(view, rng)
    view._watch_the_page()
    assert view.session.running
    monkeypatch.setattr(camera_view, "GONE_AFTER_S", 0.0)
    view._watch_the_page()
    assert not view.session.running
    assert "Kept as camera-" in of(view, "stopped")[0]["kept"]


def test_without_a_trained_system_the_page_says_how_to_get_one(project, monkeypatch):
    widget, told = camera(project), []
    monkeypatch.setattr(widget, "send", lambda message, buffers=None: told.append(message))
    widget._prepared(widget.session)
    assert told[0]["type"] == "refused" and "workbench train" in told[0]["message"]
    with pytest.raises(InvalidInputError, match="There are none: why"):
        CameraView(problem="why")._there()
