import hashlib
import importlib.util
from pathlib import Path

import dlib
import numpy as np
import pytest

from workbench.errors import InvalidInputError, StorageError
from workbench.media.audio import read_sound
from workbench.media.sample_cast import cast
from workbench.media.sample_cast.actor import draw_actor
from workbench.media.sample_cast.cast import TRUTH_FILE, draw_cast, draw_clip
from workbench.media.sample_cast.performance import FRAME_RATE, OPEN_GAP_PX, perform
from workbench.media.sample_cast.script import write_script
from workbench.media.sample_cast.truth import COLUMNS, read_truth
from workbench.media.video import read_frames
from workbench.progress import Stopped


def hashes(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_every_clip_has_a_row_of_truth_for_every_picture(tiny_cast):
    truth = read_truth(tiny_cast / TRUTH_FILE)
    assert list(truth.columns) == list(COLUMNS)
    assert set(truth["file"]) == set(hashes(tiny_cast)) - {TRUTH_FILE}
    for name, rows in truth.groupby("file"):
        times = [frame.time_s for frame in read_frames(tiny_cast / name)]
        assert rows["frame"].tolist() == list(range(len(times)))
        assert np.allclose(rows["time_s"], times, atol=1e-3)
        assert 1.7 <= len(times) / FRAME_RATE <= 2.3


def test_pictures_and_sound_have_the_promised_form(tiny_cast):
    name = read_truth(tiny_cast / TRUTH_FILE)["file"].iloc[0]
    frames = list(read_frames(tiny_cast / name))
    sound = read_sound(tiny_cast / name)
    assert {frame.image.shape for frame in frames} == {(360, 480, 3)}
    assert sound.source_rate == 48_000
    assert abs(sound.duration_s - len(frames) / FRAME_RATE) < 0.05
    assert 0.01 < np.abs(sound.samples).max() <= 1.05


def test_drawing_a_clip_again_gives_the_same_bytes(tiny_cast, tmp_path):
    part = write_script(2, n_clips=3, seed=7, calm_face_share=1 / 3, flat_voice_share=1 / 3)[1]
    draw_clip(tmp_path, part, 7)
    assert (tmp_path / part.file).read_bytes() == (tiny_cast / part.file).read_bytes()


@pytest.mark.slow
def test_two_workers_draw_the_very_same_cast_and_so_does_a_second_run(tiny_cast):
    before = hashes(tiny_cast)
    steps = []
    draw_cast(
        tiny_cast, n_actors=2, n_clips=3, seed=7, n_workers=2, progress=lambda *step: steps.append(step)
    )
    assert hashes(tiny_cast) == before
    assert [(done, total) for done, total, _ in steps] == [(k, 6) for k in range(1, 7)]


def points_of():
    folder = Path(importlib.util.find_spec("face_recognition_models").origin).parent / "models"
    predictor = dlib.shape_predictor(str(folder / "shape_predictor_68_face_landmarks.dat"))
    return lambda image, box: np.array([(p.x, p.y) for p in predictor(image, box).parts()])


def test_a_face_detector_finds_the_actors_and_landmarks_follow_the_drawn_mouth(tiny_cast):
    detector, points = dlib.get_frontal_face_detector(), points_of()
    for name, rows in list(read_truth(tiny_cast / TRUTH_FILE).groupby("file"))[::2]:
        gaps, opening = [], rows["mouth_opening"].to_numpy()[::4]
        for frame in list(read_frames(tiny_cast / name))[::4]:
            boxes, scores, _ = detector.run(frame.image, 0, 0.0)
            assert len(boxes) == 1, f"{name} at {frame.time_s:.2f} s: {scores}"
            assert 120 < boxes[0].height() < 220
            lips = points(frame.image, boxes[0])
            gaps.append(np.mean([np.linalg.norm(lips[61 + k] - lips[67 - k]) for k in range(3)]))
        assert np.corrcoef(gaps, opening)[0, 1] > 0.85, name


def test_the_table_says_what_was_drawn():
    for actor in (3, 4):
        for part in write_script(actor, n_clips=9, seed=0, calm_face_share=1 / 3, flat_voice_share=1 / 3):
            played = perform(draw_actor(actor, seed=0), part, seed=0)
            truth = played.truth()
            gaps_px = np.array([state.gap * state.pose.scale_px for state in played.states])
            assert ((truth["mouth"] == "open") == (gaps_px >= OPEN_GAP_PX)).all()
            assert ((gaps_px == 0) | (gaps_px > 1.7 * OPEN_GAP_PX)).all()  # no doubtful gaps
            assert truth["mouth_opening"].between(0, 1).all()
            assert (truth["sentiment"] == part.sentiment).all()
            assert truth["speaking"].iloc[0] == 0
            spoken = truth[truth["speaking"] == 1]
            assert np.abs(played.sound[: int(48_000 * (spoken["time_s"].iloc[0] - 0.02))]).max() < 0.01
            assert (spoken["mouth"] == "open").mean() > 0.55


def test_two_seeds_give_different_people():
    faces = [next(perform(draw_actor(1, seed=s), part_of(1, s), seed=s).pictures()) for s in (0, 1)]
    assert np.abs(faces[0].astype(int) - faces[1]).mean() > 10
    assert draw_actor(1, seed=0).voice != draw_actor(1, seed=1).voice


def part_of(actor, seed):
    return write_script(actor, n_clips=3, seed=seed, calm_face_share=1 / 3, flat_voice_share=1 / 3)[0]


def test_an_actor_is_the_same_person_in_a_larger_cast_and_odd_ones_are_men():
    actors = [draw_actor(number, seed=3) for number in range(1, 25)]
    assert actors[4] == draw_actor(5, seed=3)
    assert [actor.sex for actor in actors] == ["male", "female"] * 12
    skins = [sum(actor.looks.skin) for actor in actors]
    assert max(skins) > 2 * min(skins)
    assert min(a.voice.pitch_hz for a in actors[1::2]) > max(a.voice.pitch_hz for a in actors[::2])


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"n_actors": 1}, "n_actors"),
        ({"n_actors": 25}, "n_actors"),
        ({"n_clips": 0}, "n_clips"),
        ({"n_clips": 25}, "n_clips"),
        ({"seed": -1}, "seed"),
        ({"n_workers": 0}, "n_workers"),
        ({"calm_face_share": -0.1}, "calm_face_share"),
        ({"flat_voice_share": float("nan")}, "flat_voice_share"),
        ({"calm_face_share": 0.6, "flat_voice_share": 0.6}, "together"),
    ],
)
def test_settings_out_of_bounds_are_refused_before_anything_is_drawn(tmp_path, wrong, named):
    with pytest.raises(InvalidInputError, match=named):
        draw_cast(tmp_path / "cast", **wrong)
    assert not (tmp_path / "cast").exists()


def test_a_file_is_no_folder_for_a_cast(tmp_path):
    (tmp_path / "cast").touch()
    with pytest.raises(InvalidInputError, match="folder"):
        draw_cast(tmp_path / "cast")


@pytest.fixture
def quick_camera(monkeypatch):
    """Play the parts but film nothing, for tests of which files come and go."""

    def film(folder, part, seed):
        (folder / part.file).parent.mkdir(exist_ok=True)
        (folder / part.file).write_bytes(b"filmed")
        return perform(draw_actor(part.actor, seed=seed), part, seed=seed).truth()

    monkeypatch.setattr(cast, "draw_clip", film)


def test_a_stopped_run_leaves_whole_clips_and_no_truth(tmp_path, quick_camera):
    def stop(done, total, what):
        raise Stopped

    with pytest.raises(Stopped):
        draw_cast(tmp_path, n_actors=2, n_clips=1, seed=1, n_workers=1, progress=stop)
    assert len(hashes(tmp_path)) == 1
    assert not (tmp_path / TRUTH_FILE).exists()


def test_clips_of_an_earlier_cast_go_and_other_files_stay(tmp_path, quick_camera):
    mine, old = tmp_path / "notes.mp4", tmp_path / "Actor_09" / "01-01-03-01-01-01-09.mp4"
    old.parent.mkdir()
    for path in (mine, old):
        path.write_bytes(b"x")
    row = "0,0.0,0.0,closed,neutral,0,neutral,neutral\n"
    lines = [",".join(COLUMNS) + "\n", f"Actor_09/{old.name},{row}", f"notes.mp4,{row}", f"../evil.mp4,{row}"]
    (tmp_path / TRUTH_FILE).write_text("".join(lines))
    draw_cast(tmp_path, n_actors=2, n_clips=1, seed=1, n_workers=1)
    assert mine.exists()
    assert not old.exists()
    assert read_truth(tmp_path / TRUTH_FILE)["file"].nunique() == 2


def test_a_missing_or_damaged_truth_table_is_told(tmp_path):
    with pytest.raises(InvalidInputError, match="workbench sample"):
        read_truth(tmp_path / "truth.csv")
    (tmp_path / "truth.csv").write_text("file,frame\nx,1\n")
    with pytest.raises(StorageError, match="damaged"):
        read_truth(tmp_path / "truth.csv")
