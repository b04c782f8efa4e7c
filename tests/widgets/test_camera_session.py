"""The camera's state without a browser: what comes in is judged, and kept only when that was agreed to."""

import json

import cv2
import numpy as np
import pytest
from camera_world import AnyFace, fusion, pictures, sound_blocks

from workbench.datasets.catalog import Dataset
from workbench.datasets.forgotten import bury
from workbench.datasets.recorded import RecordingWish
from workbench.datasets.rights.audit import audit_lines
from workbench.errors import InvalidInputError, StorageError, WorkbenchError
from workbench.forgetting.run import forget
from workbench.media.audio import read_sound
from workbench.media.video import read_frames
from workbench.systems import live_recording
from workbench.systems.analysis import analyze
from workbench.systems.sinks import AnswerList
from workbench.widgets.camera_session import CameraSession
from workbench.widgets.camera_view import camera

WISH = RecordingWish("camera", "Drawn Ada", True)
N = 20


@pytest.fixture
def told():
    return []


@pytest.fixture
def session(project, told):
    return CameraSession(project, lambda progress: fusion(), told.append, looker=lambda faces: AnyFace())


def play(session, rng, *, wish=None, heard=True, n=N):
    """Start, send everything as a page does (each picture once the one before was answered), and stop."""
    session.start(heard=heard, wish=wish)
    blocks = list(sound_blocks(rng, n / 30)) if heard else []
    for key, time_s, jpeg in pictures(rng, n):
        session.sound(*zip(*blocks[:2], strict=True) if blocks else ((), ()))
        del blocks[:2]
        n_before = session._live._summary.n_pictures
        session.frame(key, time_s, jpeg)
        while session._live._summary.n_pictures == n_before:
            session._live._thread.join(0.001)
    return session.stop()


def files(project):
    return [path for path in project.datasets.rglob("*") if path.is_file()]


def test_every_picture_is_told_under_its_key_and_moments_come_along(session, told, rng):
    result = play(session, rng)
    assert [message["key"] for message in told if message["key"]] == list(range(1, N + 1))
    assert result.summary.n_pictures == N and result.summary.n_dropped == 0
    moments = [row for message in told for row in message["moments"]]
    assert len(moments) == result.summary.n_moments == 23  # 0.667 s
    assert [time_s for time_s, *_ in moments] == pytest.approx(np.arange(23) * 0.03)
    opened = [is_open for _, is_open, *_ in moments]
    assert True in opened and False in opened
    for _, _, now, accumulated in moments:
        assert sum(now) == pytest.approx(1, abs=1e-3) and sum(accumulated) == pytest.approx(1, abs=1e-3)
    first = told[0]
    assert first["box"] == [16, 12, 32, 24] and len(first["points"]) == 136 and first["n_faces"] == 1
    json.dumps(told, allow_nan=False)


def test_nothing_is_kept_unless_asked_for(session, project, rng):
    assert play(session, rng).clip == ""
    assert files(project) == [] and audit_lines(project) == []


def test_a_recording_is_a_clip_whose_analysis_gives_the_very_answers_given_live(session, project, told, rng):
    result = play(session, rng, wish=WISH)
    (clip,) = Dataset.open(project, "camera").clips()
    assert (clip.clip, clip.speaker) == (result.clip, "Drawn Ada") and result.dataset == "camera"
    assert len(list(read_frames(clip.path))) == N and read_sound(clip.path).duration_s == pytest.approx(
        N / 30
    )
    kept = json.loads((project.dataset_folder("camera") / "live" / f"{clip.clip}.json").read_text())
    live = [row for message in told for row in message["moments"]]
    assert [frame["time_s"] for frame in kept["frames"]] == [time_s for time_s, *_ in live]
    again = AnswerList()
    analyze(clip.path, fusion(), looker=AnyFace(), sinks=[again])
    assert [answer.as_json() for answer in again.answers] == kept["frames"]
    assert {"visual", "audiovisual"} == {frame["branch"] for frame in kept["frames"]}
    assert kept["label"] == result.summary.label
    folders = {path.parent for path in files(project)} - {project.datasets}
    assert all(
        path.stat().st_mode & 0o077 == 0 for path in files(project) if path.suffix in (".mkv", ".json")
    )
    assert not any(".partial" in str(path) for path in folders)
    assert [line["event"] for line in audit_lines(project)] == ["camera clip recorded"]


def test_who_is_forgotten_takes_clip_and_results_along_and_is_not_recorded_again(session, project, rng):
    play(session, rng, wish=WISH)
    forget(project, "Drawn Ada")
    left = [path.name for path in files(project)]
    assert not any(name.endswith((".mkv", ".json")) and name != "forgotten.json" for name in left), left
    with pytest.raises(InvalidInputError, match="must not be recorded here"):
        session.start(heard=False, wish=WISH)


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (RecordingWish("camera", "Ada", False), "agreed to before"),
        (RecordingWish("camera", "", True), "name of who is seen"),
        (RecordingWish("camera", "=cmd()", True), "name of who is seen"),
        (RecordingWish("../x", "Ada", True), "dataset's name"),
    ],
)
def test_a_recording_is_refused_before_the_camera_starts(session, project, wish, why):
    with pytest.raises(InvalidInputError, match=why):
        session.start(heard=False, wish=wish)
    assert not session.running and files(project) == []


def test_without_sound_the_face_alone_is_judged(session, told, rng):
    result = play(session, rng, heard=False, wish=WISH)
    assert result.summary.n_answered == 23 and result.clip
    assert read_sound(next(session.project.dataset_folder("camera").glob("media/*.mkv"))) is None


def test_a_picture_that_is_none_is_refused_and_the_next_one_is_taken(session, told, rng):
    session.start(heard=False)
    with pytest.raises(InvalidInputError, match="must be a JPEG"):
        session.frame(1, 0.0, b"nothing")
    (_, _, jpeg), *_ = pictures(rng, 1)
    session.frame(2, 0.033, jpeg)
    assert session.stop().summary.n_pictures == 1 and told[0]["key"] == 2


def test_an_hour_asleep_does_not_become_an_hour_of_moments(session, rng):
    (_, _, jpeg), *_ = pictures(rng, 1)
    session.start(heard=True)
    session.frame(1, 0.0, jpeg)
    with pytest.raises(WorkbenchError, match="asleep"):
        session.frame(2, 3600.0, jpeg)
    with pytest.raises(WorkbenchError, match="asleep"):
        session.sound([3600.0], [bytes(4)])
    assert session.stop().summary.n_moments <= 2


def test_a_recording_of_nothing_leaves_nothing(session, project):
    session.start(heard=False, wish=WISH)
    with pytest.raises(InvalidInputError, match="must hold a picture"):
        session.stop()
    assert files(project) == [] and not session.running


def send(session, rng, times_s, *, size=(64, 48)):
    """Send pictures of these times, each once the one before was judged or passed over."""
    for (key, _, jpeg), time_s in zip(pictures(rng, len(times_s), size=size), times_s, strict=True):
        session.frame(key, time_s, jpeg)
        while session._live._picture is not None and session._live._thread.is_alive():
            session._live._thread.join(0.001)


def test_pictures_out_of_order_or_too_near_are_passed_over_and_cost_no_recording(session, project, rng):
    session.start(heard=False, wish=WISH)
    session.sound([0.0], [bytes(4 * 1440)])  # it was started without sound
    send(session, rng, [0.0, 0.0101, 0.0102, 0.005, 0.01, 0.05])
    result = session.stop()
    assert (result.summary.n_pictures, result.summary.n_dropped) == (3, 3) and result.problem == ""
    (clip,) = Dataset.open(project, "camera").clips()
    assert [frame.time_s for frame in read_frames(clip.path)] == pytest.approx([0.0, 0.01, 0.05])


def test_what_was_recorded_before_an_error_is_kept(session, project, rng, monkeypatch):
    session.start(heard=False, wish=WISH)
    send(session, rng, [0.0, 0.03])
    monkeypatch.setattr(session._live._analyser, "push_frame", lambda *told: 1 / 0)
    send(session, rng, [0.06])
    result = session.stop()
    assert "division by zero" in result.problem and result.summary.n_pictures == 2
    assert len(list(read_frames(Dataset.open(project, "camera").clips()[0].path))) == 2
    assert not list(project.datasets.glob("*/.partial-*"))


def test_a_recording_that_cannot_be_taken_in_stays_where_it_is_told(session, project, rng, monkeypatch):
    def full(*told):
        raise StorageError("There is no room.")

    session.start(heard=False, wish=WISH)
    send(session, rng, [0.0, 0.03])
    monkeypatch.setattr(live_recording, "keep_clip", full)
    with pytest.raises(StorageError, match="no room.* lies in .*partial-") as told:
        session.stop()
    (left,) = project.datasets.glob("*/.partial-*")
    assert str(left) in str(told.value) and len(list(read_frames(next(left.glob("*.mkv"))))) == 2
    assert left.stat().st_mode & 0o077 == 0


def test_where_a_recording_cannot_be_written_the_camera_is_not_started(session, project):
    project.datasets.rmdir()
    project.datasets.touch()
    with pytest.raises(StorageError, match="without recording"):
        session.start(heard=False, wish=WISH)
    assert not session.running


def test_a_page_that_was_out_of_sight_for_minutes_goes_on_where_its_sound_did(session, told, rng):
    session.start(heard=True)
    send(session, rng, [0.0])
    for start_s in range(0, 63, 9):
        session.sound([float(start_s)], [bytes(4 * 9 * 48_000)])
    send(session, rng, [62.9])
    result = session.stop()
    assert (result.summary.n_pictures, result.problem) == (2, "") and result.summary.n_moments >= 2097
    times = [row[0] for message in told for row in message["moments"]]
    assert times == pytest.approx(np.arange(len(times)) * 0.03)


def test_hours_of_sound_without_a_picture_are_told_as_they_come(session, told, rng):
    session.start(heard=True)
    send(session, rng, [0.0])
    for start_s, block in sound_blocks(rng, 7.2, size=48_000):
        session.sound([start_s], [block])
    session.stop()
    n_told = [len(message["moments"]) for message in told]
    assert sum(n_told) > 150 and max(n_told) <= 100


def test_the_kept_results_say_in_words_what_was_missing(session, project, rng):
    session.start(heard=True, wish=WISH)
    session.sound([0.0, 0.5], [bytes(4 * 4800), bytes(4 * 4800)])  # 0.4 s were lost
    send(session, rng, [k / 30 for k in range(18)])
    session.stop()
    (kept,) = project.datasets.glob("camera/live/*.json")
    assert json.loads(kept.read_text())["notes"] == ["In 14 of 21 moments some sound never came."]


def test_a_picture_that_claims_to_be_enormous_is_refused(session, rng):
    session.start(heard=False)
    jpeg = cv2.imencode(".jpg", np.zeros((4200, 4200), np.uint8))[1].tobytes()
    with pytest.raises(InvalidInputError, match="at most"):
        session.frame(1, 0.0, jpeg)
    send(session, rng, [0.0])
    assert session.stop().summary.n_pictures == 1


def test_a_forgotten_name_is_refused(session, project):
    bury(project, "camera", "Ada", [])
    with pytest.raises(InvalidInputError, match="must not be recorded here"):
        session.start(heard=False, wish=RecordingWish("camera", "Ada", True))


def test_starting_again_stops_what_a_closed_page_left_running(session, rng):
    session.start(heard=False)
    first = session._live
    session.start(heard=False)
    assert session._live is not first and not first._thread.is_alive()
    session.stop()


@pytest.mark.slow
def test_the_trained_system_judges_a_drawn_actor_live_from_the_first_picture(demo_project):
    clip, told = Dataset.open(demo_project, "sample").clips()[0], []
    session = camera(demo_project).session
    session._tell = told.append
    session.prepare()
    session.start(heard=True)
    sound = read_sound(clip.path).samples
    for key, frame in enumerate(read_frames(clip.path)):
        start_s = round(key / 30, 9)
        block = sound[round(start_s * 48_000) :][:1600]
        session.sound([start_s], [block.tobytes()])
        jpeg = cv2.imencode(".jpg", frame.image[:, :, ::-1])[1].tobytes()
        session.frame(key, round(frame.time_s, 3), jpeg)
        while len(told) <= key:
            session._live._thread.join(0.001)
    summary = session.stop().summary
    assert summary.n_answered == summary.n_moments > 50 and summary.n_dropped == 0
    assert all(len(message["points"]) == 136 for message in told if message["key"] is not None)
