"""A catalogued dataset of drawn voices: hummed harmonics whose pitch, loudness and swing tell the emotion."""

import numpy as np
import pandas as pd

from workbench.datasets.catalog import Dataset
from workbench.features.sound_pictures import wav_bytes
from workbench.files import sha256_of
from workbench.media.audio import SOUND_RATE

EMOTIONS = {
    "calm": ("neutral", 1.0, 0.5, 0.0),
    "happy": ("positive", 1.6, 1.0, 0.3),
    "angry": ("negative", 1.0, 2.0, 0.0),
    "fearful": ("", 1.6, 0.25, 0.0),
}
"""Emotion: what it stands for, pitch and loudness against the speaker's usual ones, swing of the pitch."""


def hum(rng, *, pitch_hz, loudness, swing=0.0, seconds=0.6, silence_s=0.2):
    """A hummed tone with 12 harmonics between two stretches of near silence, shape (n,) at 48 kHz."""
    time_s = np.arange(round(seconds * SOUND_RATE)) / SOUND_RATE
    pitch = pitch_hz * (1 + swing * np.sin(2 * np.pi * 4 * time_s))
    phase = 2 * np.pi * np.cumsum(pitch) / SOUND_RATE
    voice = sum(np.sin(k * phase) / k**1.5 for k in range(1, 13)) * np.hanning(time_s.size)
    around = np.zeros(round(silence_s * SOUND_RATE))
    sound = np.concatenate([around, loudness * voice, around])
    return (sound + rng.normal(0, 1e-5, sound.size)).astype(np.float32)


def draw_voices(project, *, name="voices", n_speakers=6, takes=2, seed=0):
    """Speakers whose own pitch and loudness differ more than their emotions do."""
    rng = np.random.default_rng(seed)
    dataset = Dataset(project.dataset_folder(name))
    dataset.media.mkdir(parents=True)
    rows = []
    for number in range(n_speakers):
        pitch_hz, loudness = rng.uniform(90, 260), 10 ** rng.uniform(-2.2, -0.8)
        for emotion, (intended, higher, louder, swing) in EMOTIONS.items():
            for take in range(1, takes + 1):
                clip = f"s{number}-{emotion}-{take}.{rng.integers(2**32):08x}"
                jitter = rng.normal(1, 0.03, 2)
                sound = hum(
                    rng,
                    pitch_hz=pitch_hz * higher * jitter[0],
                    loudness=loudness * louder * jitter[1],
                    swing=swing,
                )
                file = dataset.media / f"{clip}.wav"
                file.write_bytes(wav_bytes(sound))
                rows.append(
                    {
                        "clip": clip,
                        "file": file.name,
                        "sha256": sha256_of(file),
                        "kind": "audio",
                        "speaker": f"s{number}",
                        "intended": intended,
                        "duration_s": "1.0",
                        "emotion": emotion,
                        "sex": "male" if number % 2 else "female",
                        "statement": "01",
                    }
                )
    dataset.write_table(pd.DataFrame(rows))
    return dataset
