"""Recordings whose every picture and sound is known: written with any timestamps one likes, and catalogued."""

from fractions import Fraction

import av
import numpy as np
import pandas as pd
from drawn_features import draw_clip

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.features.spectrogram import N_SAMPLES, level_db, sound_columns
from workbench.media.audio import SOUND_RATE, read_sound

TIME_BASE = Fraction(1, 90_000)


def grey_of(number):
    """The grey of picture ``number``: neighbours differ by 7, the same grey comes back after 30 pictures."""
    return 20 + 7 * (number % 30)


def write_timed_video(path, times_s, *, sound=None, sound_starts_s=0.0, size=(48, 64)):
    """Write picture k at ``times_s[k]`` with grey ``grey_of(k)``, and 48 kHz sound from ``sound_starts_s`` on."""
    with av.open(str(path), "w", options={"fflags": "+bitexact"}) as container:
        video = container.add_stream("libx264", rate=Fraction(30))
        video.height, video.width, video.pix_fmt = *size, "yuv420p"
        video.time_base = video.codec_context.time_base = TIME_BASE
        video.options = {"crf": "12", "g": "12", "x264-params": "mbtree=0"}
        voice = None
        if sound is not None:
            voice = container.add_stream("pcm_s16le" if path.suffix == ".mkv" else "aac", rate=SOUND_RATE)
            voice.layout = "mono"
        for number, time_s in enumerate(times_s):
            image = np.full((*size, 3), grey_of(number), np.uint8)
            picture = av.VideoFrame.from_ndarray(image, format="rgb24")
            picture.pts, picture.time_base = round(time_s / TIME_BASE), TIME_BASE
            container.mux(video.encode(picture))
        container.mux(video.encode(None))
        if voice is not None:
            whole = np.round(np.clip(sound, -1, 1) * 32767).astype(np.int16)[None]
            block = av.AudioFrame.from_ndarray(whole, format="s16", layout="mono")
            block.sample_rate, block.time_base = SOUND_RATE, Fraction(1, SOUND_RATE)
            block.pts = round(sound_starts_s * SOUND_RATE)
            resampler = av.AudioResampler(format=voice.codec_context.format, rate=SOUND_RATE, layout="mono")
            for piece in resampler.resample(block):
                container.mux(voice.encode(piece))
            container.mux(voice.encode(None))


def voice(duration_s, *, rng, pitch_hz=220.0):
    """Something to hear: a tone with harmonics that comes and goes twice a second, and a little noise."""
    t = np.arange(round(duration_s * SOUND_RATE)) / SOUND_RATE
    tone = sum(np.sin(2 * np.pi * pitch_hz * k * t) / k for k in (1, 2, 3, 5))
    return (0.2 * tone * (0.55 + 0.45 * np.sin(4 * np.pi * t)) + 0.001 * rng.normal(size=t.size)).astype(
        np.float32
    )


def catalog(dataset, clips):
    """Write the catalog of ``clips``: dicts of clip, file, kind and duration_s."""
    rows = [{"sha256": c["clip"], "speaker": c["clip"][:2], "intended": "positive"} | c for c in clips]
    dataset.write_table(pd.DataFrame(rows))


def recorded_dataset(project, rng, *, name="sample", speakers=("01", "02"), n_frames=60):
    """A catalogued and extracted dataset with recordings: grey pictures at 30 a second, drawn crops, real columns."""
    dataset = Dataset(project.dataset_folder(name))
    dataset.media.mkdir(parents=True)
    rows = []
    for speaker in speakers:
        clip = f"{speaker}-clip.{rng.integers(2**32):08x}"
        duration_s = n_frames / 30
        path = dataset.media / f"{clip}.mp4"
        write_timed_video(path, np.arange(n_frames) / 30, sound=voice(duration_s, rng=rng))
        features = draw_clip(rng, n_moments=int(duration_s / 0.03))
        sound = read_sound(path)
        windows = np.stack([sound.window(t, N_SAMPLES) for t in features.time_s])
        object.__setattr__(features, "columns", sound_columns(windows).astype(np.float16))
        object.__setattr__(features, "level_db", level_db(windows))
        FeatureStore(dataset.features).write(clip, features, {"recipe": "drawn"})
        rows.append(
            {"clip": clip, "file": path.name, "kind": "audiovisual", "duration_s": f"{duration_s:.6f}"}
        )
    catalog(dataset, rows)
    return dataset
