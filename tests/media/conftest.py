"""A world for the recordings: flashes and clicks written as MP4, WAV made by hand."""

import wave
from fractions import Fraction

import numpy as np
import pytest

from workbench.media.video import write_video

NTSC = Fraction(30_000, 1_001)


@pytest.fixture
def grey_video(tmp_path):
    """Write a clip whose picture k has its own grey; returns a function of its settings."""

    def write(name="clip.mp4", *, n_frames=30, frame_rate=NTSC, sound=None, size=(48, 64)):
        frames = (np.full((*size, 3), 20 + 7 * (k % 30), np.uint8) for k in range(n_frames))
        write_video(tmp_path / name, frames, frame_rate=frame_rate, sound=sound)
        return tmp_path / name

    return write


@pytest.fixture
def wav(tmp_path):
    """Write channels of shape (c, n) in [-1, 1] as 16-bit WAV."""

    def write(channels, *, rate=48_000, name="sound.wav"):
        channels = np.atleast_2d(channels)
        with wave.open(str(tmp_path / name), "wb") as file:
            file.setnchannels(len(channels))
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(np.round(channels.T * 32767).astype("<i2").tobytes())
        return tmp_path / name

    return write
