"""A file from the beginning to the end: the same as the whole, stopped and taken up again, and nothing left behind."""

import json
import os
import threading
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tests.streamed import RememberingLooker, answers_of_the_whole, moody_networks
from tests.timed_video import voice, write_timed_video
from workbench.errors import InvalidInputError, StorageError
from workbench.media.audio import read_sound
from workbench.media.grid_pictures import GridPictures, picture_hash
from workbench.media.video import frames_on_grid
from workbench.progress import Stopped
from workbench.systems import analysis_journal, analysis_stages
from workbench.systems.analysis import analyze
from workbench.systems.sinks import AnswerList, JsonSink

os_open = os.open


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """Written once: 30 and 60 pictures a second, uneven times, no sound, sound that begins late or ends early."""
    folder, rng = tmp_path_factory.mktemp("recordings"), np.random.default_rng(3)
    steady = [k * 1001 / 30000 for k in range(150)]
    uneven = np.cumsum(rng.choice([0.005, 0.02, 0.033, 0.1, 0.4], 60)).tolist()
    sound = voice(5.0, rng=rng)
    write_timed_video(folder / "plain.mp4", steady, sound=sound)
    write_timed_video(folder / "fast.mp4", [k / 60 for k in range(120)], sound=sound[:96_000])
    write_timed_video(folder / "uneven.mkv", uneven, sound=sound)
    write_timed_video(folder / "silent.mkv", steady)
    write_timed_video(folder / "late.mkv", steady[:60], sound=sound[:48_000], sound_starts_s=0.7)
    write_timed_video(folder / "pictures late.mkv", [t + 0.5 for t in steady[:30]], sound=sound[:100_000])
    write_timed_video(folder / "one picture.mp4", [0.0], sound=sound[:30_000])
    return folder


def said_of(path, **settings):
    kept = AnswerList()
    summary = analyze(path, moody_networks(), looker=RememberingLooker(), sinks=[kept], **settings)
    return kept.answers, summary


@pytest.mark.parametrize(
    "name",
    [
        "plain.mp4",
        "fast.mp4",
        "uneven.mkv",
        "silent.mkv",
        "late.mkv",
        "pictures late.mkv",
        "one picture.mp4",
    ],
)
def test_it_says_of_a_file_what_is_said_of_the_whole(recordings, name):
    path = recordings / name
    sound = read_sound(path)
    whole = answers_of_the_whole(
        frames_on_grid(path), sound.samples if sound else None, RememberingLooker(), moody_networks()
    )
    answers, summary = said_of(path)
    assert repr(answers) == repr(whole) and len(answers) > 0
    assert summary.n_moments == len(answers)
    assert summary.n_faces == sum(a.box is not None for a in answers)
    assert summary.n_open == sum(a.mouth_open is True for a in answers)
    assert summary.heard == (sound is not None)
    assert summary.accumulated == next((a.accumulated for a in reversed(answers) if a.accumulated), None)


def test_a_recording_of_sound_alone_has_moments_and_no_prediction(tmp_path, rng):
    path = tmp_path / "voice.mkv"
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=48_000)
        stream.layout = "mono"
        block = av.AudioFrame.from_ndarray(
            (rng.normal(0, 3000, (1, 4_800))).astype(np.int16), "s16", layout="mono"
        )
        block.sample_rate, block.pts, block.time_base = 48_000, 0, Fraction(1, 48_000)
        container.mux(stream.encode(block))
        container.mux(stream.encode(None))
    answers, summary = said_of(path)
    assert [(a.status, a.heard) for a in answers] == [("no pictures", True)] * 3 + [("no pictures", False)]
    assert summary.label is None and "no prediction" in summary.lines()[0]


def test_a_file_that_is_none_or_is_cut_off_is_told_and_no_thread_stays(recordings, tmp_path):
    before = threading.active_count()
    (tmp_path / "none.mp4").write_bytes(b"hello" * 100)
    with pytest.raises(InvalidInputError, match="must be a recording"):
        said_of(tmp_path / "none.mp4")
    whole = (recordings / "plain.mp4").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InvalidInputError, match="cut off"):
        said_of(tmp_path / "cut.mp4")
    streamed = (recordings / "silent.mkv").read_bytes()
    (tmp_path / "cut.mkv").write_bytes(streamed[: len(streamed) // 2])
    assert 0 < len(said_of(tmp_path / "cut.mkv")[0]) < len(said_of(recordings / "silent.mkv")[0])
    with pytest.raises(InvalidInputError, match="alpha"):
        said_of(recordings / "plain.mp4", alpha=0)
    assert threading.active_count() == before


def stopping_after(n_moments):
    def progress(done, total, what):
        if done >= n_moments:
            raise Stopped

    return progress


@pytest.mark.parametrize("n_moments", [1, 100, 150])
@pytest.mark.parametrize("torn", [False, True], ids=["stopped", "killed"])
def test_stopped_and_taken_up_again_it_ends_with_the_same_bits(
    recordings, tmp_path, monkeypatch, n_moments, torn
):
    monkeypatch.setattr(analysis_stages, "CUT_EVERY_S", 0.4)
    path, partial = recordings / "plain.mp4", tmp_path / "out.json.partial"
    whole, _ = said_of(path)
    with pytest.raises(Stopped):
        said_of(path, partial=partial, progress=stopping_after(n_moments))
    assert partial.stat().st_mode & 0o777 == 0o600
    if torn:  # a kill in the middle of a line
        os.truncate(partial, partial.stat().st_size - 7)
    looker, kept = RememberingLooker(), AnswerList()
    analyze(path, moody_networks(), looker=looker, sinks=[kept], partial=partial, resume=True)
    assert repr(kept.answers) == repr(whole)
    assert not partial.exists()
    if n_moments == 150:
        assert looker.times[0] > 3.0  # what was done is not done again


def test_where_the_work_cannot_be_cut_an_earlier_place_is_taken(recordings, tmp_path, monkeypatch):
    monkeypatch.setattr(analysis_stages, "CUT_EVERY_S", 0.0)
    path, partial = recordings / "plain.mp4", tmp_path / "partial"
    with pytest.raises(Stopped):
        looker = RememberingLooker(cuttable=lambda n: n < 30)
        analyze(path, moody_networks(), looker=looker, partial=partial, progress=stopping_after(120))
    again, kept = RememberingLooker(), AnswerList()
    analyze(path, moody_networks(), looker=again, sinks=[kept], partial=partial, resume=True)
    assert again.times[0] == pytest.approx(28 * 1001 / 30000, abs=1e-3)
    assert repr(kept.answers) == repr(said_of(path)[0])


def test_going_on_with_something_else_is_refused(recordings, tmp_path):
    partial = tmp_path / "partial"
    with pytest.raises(InvalidInputError, match="without --resume"):
        said_of(recordings / "plain.mp4", partial=partial, resume=True)
    with pytest.raises(Stopped):
        said_of(recordings / "plain.mp4", partial=partial, progress=stopping_after(100))
    with pytest.raises(InvalidInputError, match="differs in alpha"):
        said_of(recordings / "plain.mp4", partial=partial, resume=True, alpha=0.5)
    with pytest.raises(InvalidInputError, match="differs in recording"):
        said_of(recordings / "uneven.mkv", partial=partial, resume=True)


def test_the_json_is_streamed_and_is_whole_or_not_there(recordings, tmp_path):
    path, out = recordings / "plain.mp4", tmp_path / "out.json"
    answers, kept = said_of(path)[0], JsonSink(out)
    summary = analyze(path, moody_networks(), looker=RememberingLooker(), sinks=[kept])
    document = json.loads(out.read_text())
    assert document["frames"] == [answer.as_json() for answer in answers]
    assert {name: document[name] for name in summary.as_json()} == summary.as_json()
    assert out.stat().st_mode & 0o777 == 0o600
    before = out.read_bytes()
    with pytest.raises(Stopped):
        analyze(
            path,
            moody_networks(),
            looker=RememberingLooker(),
            sinks=[JsonSink(out)],
            progress=stopping_after(1),
        )
    assert out.read_bytes() == before and list(tmp_path.iterdir()) == [out]


class Failing(AnswerList):
    """A sink whose disk is full after some moments."""

    def __init__(self):
        super().__init__()
        self.abandoned = 0

    def write(self, answer):
        super().write(answer)
        if len(self.answers) == 40:
            raise StorageError("The disk is full.")

    def abandon(self):
        self.abandoned += 1


def test_a_sink_that_fails_ends_the_work_and_leaves_nothing(recordings, tmp_path):
    before, full = threading.active_count(), Failing()
    with pytest.raises(StorageError, match="full"):
        analyze(
            recordings / "plain.mp4",
            moody_networks(),
            looker=RememberingLooker(),
            sinks=[JsonSink(tmp_path / "a.json"), full],
        )
    assert full.abandoned == 1 and list(tmp_path.iterdir()) == []
    assert threading.active_count() == before


def test_a_folder_that_cannot_be_written_is_told(recordings, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="writable"):
        analyze(
            recordings / "plain.mp4",
            moody_networks(),
            looker=RememberingLooker(),
            sinks=[JsonSink(tmp_path / "file" / "a.json")],
        )


@pytest.mark.parametrize("name", ["plain.mp4", "fast.mp4", "uneven.mkv"])
def test_the_pictures_of_the_grid_can_be_read_from_any_of_them_on(recordings, name):
    path = recordings / name
    shown = list(dict.fromkeys((m.frame.time_s, picture_hash(m.frame)) for m in frames_on_grid(path)))
    reader = GridPictures(path)
    whole = list(reader)
    assert [(f.time_s, picture_hash(f)) for f in whole] == shown
    for number in (1, len(whole) // 2, len(whole) - 1):
        for wrong in (False, True):  # a jump that decodes other pixels is not trusted
            known = "0" * 64 if wrong else picture_hash(whole[number])
            pause = reader.until_s - whole[-1].time_s
            again = GridPictures(path, from_s=whole[number].time_s, from_hash=known, pause_s=pause)
            assert [(f.time_s, picture_hash(f)) for f in again] == shown[number:]
            assert again.until_s == reader.until_s


def test_progress_tells_the_pace_and_knows_the_end(recordings):
    told = []
    _, summary = said_of(recordings / "plain.mp4", progress=lambda *step: told.append(step))
    assert told[-1][:2] == (summary.n_moments, summary.n_moments)
    assert "moments a second" in told[0][2] and abs(told[0][1] - summary.n_moments) <= 2


def test_what_fails_before_there_is_a_place_to_go_on_from_leaves_no_partial_result(recordings, tmp_path):
    with pytest.raises(StorageError, match="full"):
        analyze(
            recordings / "plain.mp4",
            moody_networks(),
            looker=RememberingLooker(cuttable=lambda n: False),
            sinks=[Failing()],
            partial=tmp_path / "partial",
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("change", [os.unlink, lambda path: path.write_bytes(path.read_bytes() + bytes(100))])
def test_a_recording_that_is_changed_meanwhile_has_no_result(recordings, tmp_path, change):
    source, target = tmp_path / "a.mkv", tmp_path / "a.json"
    source.write_bytes((recordings / "late.mkv").read_bytes())
    pending = [source]

    def meanwhile(*told):
        while pending:
            change(pending.pop())

    settings = {"sinks": [JsonSink(target)], "partial": tmp_path / "a.partial", "progress": meanwhile}
    with pytest.raises(InvalidInputError, match="must stay as it is"):
        analyze(source, moody_networks(), looker=RememberingLooker(), **settings)
    assert [path.name for path in tmp_path.iterdir() if path != source] == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full is Linux's own")
def test_a_partial_result_on_a_full_disk_does_not_hide_why_the_work_stopped(
    recordings, tmp_path, monkeypatch
):
    monkeypatch.setattr(analysis_journal.os, "open", lambda *told: os_open("/dev/full", os.O_WRONLY))
    monkeypatch.setattr(analysis_journal.AnalysisJournal, "_sync", lambda journal: None)
    with pytest.raises(Stopped):
        said_of(recordings / "late.mkv", partial=tmp_path / "a", progress=stopping_after(1))


def test_a_recording_that_breaks_off_says_so(recordings, tmp_path):
    whole, cut = recordings / "plain.mp4", tmp_path / "cut.mp4"
    import av

    with (
        av.open(str(whole)) as source,
        av.open(str(tmp_path / "fast.mp4"), "w", options={"movflags": "faststart"}) as container,
    ):
        lanes = {s.index: container.add_stream_from_template(s) for s in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = lanes[packet.stream.index]
                container.mux(packet)
    content = (tmp_path / "fast.mp4").read_bytes()
    cut.write_bytes(content[: len(content) * 6 // 10])  # the list of contents comes first, so it still opens
    assert not any("breaks off" in note for note in said_of(whole)[1].notes())
    _, summary = said_of(cut)
    said = f"The recording breaks off: {summary.seconds_of_video:.1f} s of the 5.0 s that it declares could be read."
    assert summary.seconds_of_video < 4 and said in summary.notes()
