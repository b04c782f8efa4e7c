"""Recordings of every sort, made on the spot."""

from fractions import Fraction

import av
import numpy as np
import pytest

from workbench.datasets.catalog import Dataset


def tone(duration_s, *, rate=48_000, level=0.3, n_channels=1):
    """A tone of 220 Hz, shape (channels, n)."""
    wave = level * np.sin(2 * np.pi * 220 * np.arange(round(duration_s * rate)) / rate)
    return np.repeat(wave[None, :], n_channels, axis=0).astype(np.float32)


def pictures(n_frames, *, width=64, height=48, seed=0):
    """Noise, which is hard to compress, so that a cut in the file loses pictures."""
    return np.random.default_rng(seed).integers(0, 255, (n_frames, height, width, 3), dtype=np.uint8)


def record(path, *, n_frames=30, sound="tone", sound_rate=48_000, rate=30, pts=None, codec="libx264",
           sound_codec="aac", container=None, faststart=True, seed=0, size=(64, 48), n_sounds=1):  # fmt: skip
    """Write a recording; ``n_frames=0`` for sound only, ``sound=None`` for pictures only."""
    options = {"movflags": "+faststart"} if faststart else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format=container, options=options) as output:
        video = output.add_stream(codec, rate=Fraction(rate)) if n_frames else None
        if video is not None:
            video.width, video.height, video.pix_fmt = *size, "yuv420p"
            if codec == "libx264":
                video.options = {"preset": "ultrafast", "threads": "1"}
        if isinstance(sound, str):
            sound = tone(n_frames / rate if n_frames else 1.0, rate=sound_rate)
        voices = (
            [output.add_stream(sound_codec, rate=sound_rate) for _ in range(n_sounds)]
            if sound is not None
            else []
        )
        for voice in voices:
            voice.layout = "mono" if len(sound) == 1 else "stereo"
        if video is not None:
            for number, image in enumerate(pictures(n_frames, width=size[0], height=size[1], seed=seed)):
                frame = av.VideoFrame.from_ndarray(image, format="rgb24")
                frame.pts, frame.time_base = (number if pts is None else pts[number]), Fraction(1, rate)
                output.mux(video.encode(frame))
            output.mux(video.encode(None))
        for voice in voices:
            layout = "mono" if len(sound) == 1 else "stereo"
            block = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound), format="fltp", layout=layout)
            block.sample_rate, block.pts, block.time_base = sound_rate, 0, Fraction(1, sound_rate)
            output.mux(voice.encode(block))
            output.mux(voice.encode(None))
    return path


def voice_file(path, *, duration_s=1.0, rate=48_000, level=0.3, samples=None):
    """Write a WAV of 16-bit samples."""
    samples = tone(duration_s, rate=rate, level=level) if samples is None else samples
    return record(path, n_frames=0, sound=samples, sound_rate=rate, sound_codec="pcm_s16le", container="wav")


@pytest.fixture(name="record", scope="session")
def _record():
    return record


@pytest.fixture(name="tone", scope="session")
def _tone():
    return tone


@pytest.fixture(name="voice_file", scope="session")
def _voice_file():
    return voice_file


@pytest.fixture
def source(tmp_path):
    """An empty folder to import from."""
    folder = tmp_path / "source"
    folder.mkdir()
    return folder


@pytest.fixture
def bytes_of(project):
    """Everything that an import may change, by relative path."""

    def read(name):
        folder = Dataset(project.dataset_folder(name)).folder
        return {
            p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
        }

    return read


@pytest.fixture(autouse=True)
def no_waiting_for_the_disk(monkeypatch):
    """Durability is tested where files are written; here it would only cost time."""
    monkeypatch.setattr("workbench.files.os.fsync", lambda handle: None)
