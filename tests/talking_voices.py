"""A dataset of voices that nobody has, whose copies are known: each speaker a voice, each clip syllables of their own."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.datasets.feature_store import FeatureStore
from workbench.features.clip_features import FACE_SIZE, MOUTH_SIZE, N_FREQUENCIES, ClipFeatures
from workbench.sentiment import SENTIMENTS

N_MOMENTS = 60
_HZ = np.linspace(0, 24_000, N_FREQUENCIES)


def voice(rng):
    """A speaker: how dark the voice is, and how high its formants lie."""
    return {"tilt_db": rng.uniform(4, 9), "formants": rng.uniform(0.85, 1.2)}


def speak(speaker, rng, *, n_moments=N_MOMENTS):
    """Columns of a clip, shape (n, 701), in dB: syllables of 4 to 8 moments with formants that glide, and a quiet room."""
    columns = np.empty((n_moments, N_FREQUENCIES))
    first, t = rng.uniform((300, 900, 2200), (800, 2100, 3200)), 0
    while t < n_moments:
        length, target = int(rng.integers(4, 9)), rng.uniform((300, 900, 2200), (800, 2100, 3200))
        for k in range(min(length, n_moments - t)):
            formants = (first + (target - first) * k / length) * speaker["formants"]
            peaks = sum(30 * np.exp(-0.5 * ((_HZ - f) / 180) ** 2) for f in formants)
            swell = 12 * np.sin(np.pi * (k + 0.5) / length)
            columns[t + k] = -85 + peaks + swell - speaker["tilt_db"] * np.log2(1 + _HZ / 1000)
        first, t = target, t + length
    return columns + rng.normal(0, 2, columns.shape)


def keep_sound(dataset, clip, columns):
    """Write the features of a clip that sounds so and shows no face."""
    n = len(columns)
    features = ClipFeatures(
        time_s=np.round(np.arange(n) * 0.03, 9),
        frame_time_s=np.full(n, np.nan),
        found=np.zeros(n, bool),
        box=np.full((n, 4), np.nan, np.float32),
        landmarks=np.zeros((0, 68, 2), np.float32),
        faces=np.zeros((0, FACE_SIZE, FACE_SIZE, 3), np.uint8),
        mouths=np.zeros((0, MOUTH_SIZE, MOUTH_SIZE, 3), np.uint8),
        columns=columns.astype(np.float16),
        level_db=(10 * np.log10((10 ** (columns / 10)).sum(axis=1))).astype(np.float32),
    )
    FeatureStore(dataset.features).write(clip, features, {"recipe": "drawn", "sound_full_scale_share": 0.0})


def draw_voices(project, *, n_speakers=8, clips_each=3, name="voices"):
    """Write a dataset of voices, answers balanced within each speaker, two sentences in turns."""
    dataset = Dataset(project.dataset_folder(name))
    shutil.copytree(_drawn(n_speakers, clips_each), dataset.folder)
    return dataset


@cache
def _drawn(n_speakers, clips_each):
    """Draw once what many tests copy, and return its folder."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    rng, dataset, rows = np.random.default_rng(0), Dataset(folder / "voices"), []
    for number in range(n_speakers):
        speaker = voice(rng)
        answers = rng.permutation(np.tile(SENTIMENTS, -(-clips_each // 3))[:clips_each])
        for k, answer in enumerate(answers):
            clip = f"s{number:02}-{k}"
            keep_sound(dataset, clip, speak(speaker, rng))
            rows.append(sound_row(clip, f"s{number:02}", str(answer), statement=f"0{1 + k % 2}"))
    dataset.write_table(pd.DataFrame(rows))
    return dataset.folder


def sound_row(clip, speaker, answer, *, statement="01"):
    """A row of the catalog."""
    known = {"clip": clip, "file": f"{clip}.wav", "sha256": clip, "kind": "audio", "speaker": speaker}
    return known | {"intended": answer, "duration_s": f"{N_MOMENTS * 0.03:.6f}", "statement": statement}


def copy_louder(dataset, rng, *, of, clip, speaker, gain_db=5.0):
    """Add a clip of another name that sounds like ``of``, louder, as another file would hold it."""
    columns = FeatureStore(dataset.features).arrays(of, ("columns",))["columns"].astype(float)
    keep_sound(dataset, clip, columns + gain_db + rng.normal(0, 1, columns.shape))
    row = pd.DataFrame([sound_row(clip, speaker, "neutral")])
    dataset.write_table(pd.concat([dataset.table(), row], ignore_index=True))
