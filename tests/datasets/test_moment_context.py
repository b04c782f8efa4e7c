import hashlib
import io
import wave

import numpy as np
import pytest
from PIL import Image
from timed_video import catalog, grey_of, recorded_dataset, voice, write_timed_video

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.datasets.frame_tasks import frame_tasks
from workbench.datasets.moment_context import moment_context
from workbench.errors import InvalidInputError
from workbench.features.spectrogram import N_SAMPLES, sound_column
from workbench.media.audio import read_sound
from workbench.media.video import frame_at, frames_between, read_frames

STEADY = np.arange(90) / 30
UNEVEN = np.cumsum(np.tile([0.02, 0.05, 0.033, 0.1, 0.01], 18)) - 0.02
RECORDINGS = {
    "steady.mp4": (STEADY, 0.0),
    "uneven.mp4": (UNEVEN, 0.0),
    "late-pictures.mkv": (STEADY + 0.48, 0.0),
    "late-sound.mkv": (UNEVEN, 0.3),
    "late-start.mkv": (STEADY + 1.7, 1.7),
}


def grey(jpeg_or_image):
    image = (
        np.array(Image.open(io.BytesIO(jpeg_or_image))) if isinstance(jpeg_or_image, bytes) else jpeg_or_image
    )
    return float(image.mean())


@pytest.fixture
def timed(project, rng, request):
    """A dataset of one recording without features; the times of its pictures from the clip's time zero."""
    dataset = Dataset(project.dataset_folder("timed"))
    dataset.media.mkdir(parents=True)
    times, sound_starts_s = RECORDINGS[request.param]
    path = dataset.media / request.param
    write_timed_video(path, times, sound=voice(3.0, rng=rng), sound_starts_s=sound_starts_s)
    truth = times - min(times[0], sound_starts_s)
    clip = {"clip": "timed.00000000", "file": request.param, "kind": "audiovisual"}
    catalog(dataset, [clip | {"duration_s": str(truth[-1] + 0.05)}])
    return dataset, path, truth


@pytest.mark.parametrize("timed", RECORDINGS, indirect=True)
def test_l13_the_time_of_a_label_is_the_picture_and_the_picture_is_the_time(timed):
    dataset, path, truth = timed
    clip = dataset.clips()[0].clip
    for number in range(3, len(truth) - 1, 11):
        length_s = truth[number + 1] - truth[number]
        label_s = truth[number] + length_s / 3  # a label anywhere within the picture's time
        seen = moment_context(dataset, clip, label_s, label_s, radius_s=0.2)
        on_screen = [frame for frame in seen.frames if frame.time_s <= label_s][-1]
        assert grey(on_screen.jpeg) == pytest.approx(grey_of(number), abs=3)
        assert on_screen.time_s == pytest.approx(truth[number], abs=length_s / 2)
        assert grey(frame_at(path, label_s).image) == pytest.approx(grey_of(number), abs=3)
        assert abs(on_screen.time_s - frame_at(path, label_s).time_s) < 1e-9


@pytest.mark.parametrize("timed", RECORDINGS, indirect=True)
def test_jumping_into_a_recording_gives_the_same_pictures_as_reading_it(timed):
    _, path, truth = timed
    everything = list(read_frames(path))
    for from_s in np.linspace(0, truth[-1], 13):
        to_s = from_s + 0.31
        first = max((k for k, f in enumerate(everything) if f.time_s <= from_s + 1e-6), default=0)
        expected = [f for k, f in enumerate(everything) if k >= first and f.time_s <= to_s + 1e-6]
        got = list(frames_between(path, from_s, to_s))
        assert [f.time_s for f in got] == [f.time_s for f in expected]
        assert all(np.array_equal(a.image, b.image) for a, b in zip(got, expected, strict=True))


@pytest.mark.parametrize("timed", ["late-pictures.mkv"], indirect=True)
def test_the_sound_is_the_very_samples_on_the_same_clock(timed):
    dataset, path, _ = timed
    seen = moment_context(dataset, dataset.clips()[0].clip, 1.2, 1.2, radius_s=0.5)
    with wave.open(io.BytesIO(seen.sound.wav)) as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (48_000, 2, 1)
        samples = np.frombuffer(file.readframes(10**6), "<i2") / 32_767
    first = round(seen.sound.start_s * 48_000)
    whole = read_sound(path).samples[first : first + samples.size]
    assert np.abs(samples - whole).max() < 1e-4
    assert seen.sound.duration_s == pytest.approx(1.0)
    assert np.abs(seen.sound.peaks).max() == pytest.approx(np.abs(whole).max(), abs=1e-6)
    assert Image.open(io.BytesIO(seen.sound.spectrogram)).size == (100, 133)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    from workbench.project import Project

    project = Project.open(tmp_path_factory.mktemp("context") / "project")
    return recorded_dataset(project, np.random.default_rng(5))


@pytest.mark.parametrize(
    ("question", "sees", "hears"),
    [
        ("mouth", True, True),
        ("sentiment", True, False),
        ("sentiment_face", True, False),
        ("sentiment_voice", False, True),
        ("sentiment_both", True, True),
    ],
)
def test_nothing_of_a_modality_that_a_question_hides_is_sent(dataset, question, sees, hears):
    task = frame_tasks(dataset, question, n_tasks=3)[1]
    context = task.context()
    meta, buffers = context.as_message()
    assert (bool(context.frames), context.sound is not None) == (sees, hears)
    assert (bool(meta["frame_times_s"]), meta["sound"] is not None) == (sees, hears)
    assert len(buffers) == len(context.frames) + 2 * hears
    assert any(buffer.startswith(b"\xff\xd8") for buffer in buffers) == sees
    assert any(buffer.startswith(b"RIFF") for buffer in buffers) == hears
    assert bool(task.pictures()) == (task.strip() is not None) == sees
    assert set(task.details()) - {"dataset"} == ({"pixels_sha256"} if sees else set()) | (
        {"sound_sha256"} if hears and question != "mouth" else set()
    )


def test_the_hash_of_the_sound_is_that_of_the_samples_the_networks_column_is_made_from(dataset):
    task = frame_tasks(dataset, "sentiment_voice", n_tasks=1)[0]
    clip = next(c for c in dataset.clips() if c.clip == task.clip)
    heard = read_sound(clip.path).window(task.start_s, N_SAMPLES)
    assert task.details()["sound_sha256"] == hashlib.sha256(heard.astype("<f4").tobytes()).hexdigest()
    features = FeatureStore(dataset.features).read(task.clip)
    moment = int(np.argmin(np.abs(features.time_s - task.start_s)))
    assert np.array_equal(sound_column(heard).astype(np.float16), features.columns[moment])


def test_it_is_told_which_part_of_the_picture_is_shown(project, rng):
    dataset = recorded_dataset(project, rng, speakers=("01",), n_frames=15)
    clip, store = dataset.clips()[0].clip, FeatureStore(dataset.features)
    assert moment_context(dataset, clip, 0.3, 0.3).view == (
        0.0,
        0.0,
        64.0,
        48.0,
    )  # no points were found: all of it
    features = store.read(clip)
    features.landmarks[:] = np.array([20.0, 10.0])
    features.landmarks[:, 8] = [30.0, 30.0]  # the points reach over 10 and 20 pixels
    store.write(clip, features, {"recipe": "drawn"})
    context = moment_context(dataset, clip, 0.3, 0.3)
    assert context.view == (10.0, 5.0, 30.0, 30.0)
    assert Image.open(io.BytesIO(context.frames[0].jpeg)).size == (30, 30)
    assert context.as_message()[0]["view"] == context.view
    assert moment_context(dataset, clip, 0.3, 0.3, modality="voice").view is None


def test_silent_clips_pictureless_clips_and_wrong_places_are_handled(project, rng):
    dataset = Dataset(project.dataset_folder("odd"))
    dataset.media.mkdir(parents=True)
    write_timed_video(dataset.media / "a.mp4", STEADY[:20])
    rows = [{"clip": "a.1", "file": "a.mp4", "kind": "video", "duration_s": "0.667"}]
    with wave.open(str(dataset.media / "b.wav"), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(np.round(3000 * np.sin(np.arange(16_000) / 9)).astype("<i2").tobytes())
    rows.append({"clip": "b.2", "file": "b.wav", "kind": "audio", "duration_s": "1.0"})
    catalog(dataset, rows)
    silent, pictureless = (moment_context(dataset, clip, 0.3, 0.3) for clip in ("a.1", "b.2"))
    assert len(silent.frames) == 20 and silent.sound is None
    assert pictureless.frames == () and pictureless.sound.duration_s == pytest.approx(1.0)
    assert (silent.from_s, silent.to_s) == (0.0, 0.667)
    for start_s, radius_s in ((2.0, 1.0), (0.3, -1.0), (-0.1, 1.0)):
        with pytest.raises(InvalidInputError, match="must lie within its clip"):
            moment_context(dataset, "a.1", start_s, start_s, radius_s=radius_s)
    with pytest.raises(InvalidInputError, match="in the catalog of odd"):
        moment_context(dataset, "c.3", 0.0, 0.0)


@pytest.mark.real
def test_on_real_recordings_pixels_and_sound_are_what_the_networks_get(real_data, tmp_path):
    import shutil

    from workbench.datasets.extraction import extract
    from workbench.datasets.importing.run import import_path
    from workbench.features.moments import read_moments
    from workbench.project import Project

    pytest.importorskip("dlib")
    project = Project.open(tmp_path / "project")
    file = sorted((real_data / "ravdess").rglob("01-*.mp4"))[0]
    shutil.copy(file, tmp_path / file.name)
    import_path(project, tmp_path / file.name, name="real")
    dataset = Dataset.open(project, "real")
    extract(dataset, n_workers=1)
    tasks = frame_tasks(dataset, "sentiment_both", n_tasks=5)
    again = {round(m.time_s, 6): m for m in read_moments(dataset.clips()[0].path)}
    sound = read_sound(dataset.clips()[0].path)
    for task in tasks:
        face = again[round(task.start_s, 6)].face
        heard = sound.window(task.start_s, N_SAMPLES).astype("<f4")
        assert task.details()["pixels_sha256"] == hashlib.sha256(face.tobytes()).hexdigest()
        assert task.details()["sound_sha256"] == hashlib.sha256(heard.tobytes()).hexdigest()
