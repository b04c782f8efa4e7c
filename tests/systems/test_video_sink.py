"""The annotated video shows each answer on the picture it is about."""

import wave

import numpy as np
import pytest
from timed_video import voice, write_timed_video

from tests.systems.answers import answers
from workbench.errors import InvalidInputError
from workbench.files import sha256_of
from workbench.media.video import read_frames
from workbench.progress import Stopped
from workbench.systems.sinks import AnalysisFacts
from workbench.systems.video_sink import VideoSink

FACTS = AnalysisFacts(clip="a.mp4", alpha=0.1, step_s=0.03, runs={})


def fill(sink, moments):
    sink.open(FACTS)
    for answer in moments:
        sink.write(answer)
    return sink


def left_edge(image):
    """Where the yellow box begins, looked for across its lower half; None without a box."""
    rows = image[100:130].astype(int)
    columns = np.flatnonzero((rows[..., 0] - rows[..., 2]).mean(0) > 40)
    return None if columns.size == 0 else int(columns[0])


def boxes_by_picture(moments):
    """The last moment that looked at each picture, as a reader of the contract would say it."""
    return {round(moment.frame_time_s, 6): moment for moment in moments}


@pytest.fixture
def source(tmp_path, rng):
    path = tmp_path / "a.mp4"
    write_timed_video(path, np.arange(45) / 30, sound=voice(1.5, rng=rng), size=(300, 400))
    return path


def test_every_picture_shows_the_answer_about_it(tmp_path, source):
    moments = list(answers(50, lost=range(20, 30)))
    sink = fill(VideoSink(source, tmp_path / "out.mp4"), moments)
    sink.close(None)
    assert sink.redrawn.sound == "copied"
    expected = boxes_by_picture(moments)
    seen = 0
    for frame in read_frames(tmp_path / "out.mp4"):
        moment = expected[round(frame.time_s, 6)]
        edge = left_edge(frame.image)
        if moment.box is None:
            assert edge is None
        else:
            assert edge == pytest.approx(moment.box[0], abs=3)
            seen += 1
    assert seen == 36


def test_fast_pictures_between_two_moments_show_the_one_before(tmp_path):
    write_timed_video(tmp_path / "a.mp4", np.arange(60) / 100, size=(300, 400))
    moments = list(answers(20, frame_rate=100.0))
    fill(VideoSink(tmp_path / "a.mp4", tmp_path / "out.mp4"), moments).close(None)
    edges = [left_edge(frame.image) for frame in read_frames(tmp_path / "out.mp4")]
    assert len(edges) == 60
    for number, edge in enumerate(edges):
        before = max(
            (m for m in moments if m.frame_time_s <= number / 100 + 1e-6), key=lambda m: m.frame_time_s
        )
        assert edge == pytest.approx(before.box[0], abs=3)


def test_stopping_while_it_is_drawn_leaves_no_video(tmp_path, source):
    def stop(done, total, what):
        raise Stopped

    sink = fill(VideoSink(source, tmp_path / "new" / "out.mp4", progress=stop), answers(50))
    with pytest.raises(Stopped):
        sink.close(None)
    sink.abandon()
    assert list((tmp_path / "new").iterdir()) == []


def test_sound_alone_is_refused_before_any_work(tmp_path):
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", ""))
        file.writeframes(bytes(9_600))
    sink = VideoSink(tmp_path / "a.wav", tmp_path / "out.mp4")
    with pytest.raises(InvalidInputError, match="needs pictures to draw on"):
        sink.open(FACTS)
    sink.abandon()
    assert not (tmp_path / "out.mp4").exists()


def test_the_video_says_of_which_recording_it_is_so_that_it_can_be_forgotten(tmp_path, source):
    fill(VideoSink(source, tmp_path / "out.mp4"), answers(5)).close(None)
    assert sha256_of(source).encode() in (tmp_path / "out.mp4").read_bytes()
    assert (tmp_path / "out.mp4").stat().st_mode & 0o777 == 0o600
