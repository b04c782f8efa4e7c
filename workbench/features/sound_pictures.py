"""Sound for people to look at and listen to: peaks, a spectrogram in the networks' own colours, a WAV file in memory."""

from __future__ import annotations

import io
import wave

import numpy as np

from workbench.errors import InvalidInputError
from workbench.features.spectrogram import IMAGE_SIZE, N_SAMPLES, column_strips, sound_columns
from workbench.lazy import load
from workbench.media.audio import SOUND_RATE

SPECTROGRAM_HOP_S = 0.01
SPECTROGRAM_TOP_HZ = 8_000.0
"""What is shown of the networks' 24 kHz: speech lies below."""


def waveform_peaks(samples: np.ndarray, *, n_bins: int) -> np.ndarray:
    """Return the lowest and the highest sample of each of ``n_bins`` equal pieces.

    Parameters
    ----------
    samples : np.ndarray, shape (n,)

    Returns
    -------
    np.ndarray, shape (min(n_bins, n), 2), float32
        No piece is left out: a click of one sample is seen.

    Raises
    ------
    InvalidInputError
        ``n_bins`` is below 1.
    """
    if n_bins < 1:
        raise InvalidInputError(f"A waveform must be drawn with 1 piece or more. Received {n_bins}.")
    if samples.size == 0:
        return np.zeros((0, 2), np.float32)
    edges = np.linspace(0, samples.size, min(n_bins, samples.size) + 1).astype(int)[:-1]
    low, high = np.minimum.reduceat(samples, edges), np.maximum.reduceat(samples, edges)
    return np.stack([low, high], axis=1).astype(np.float32)


def spectrogram_png(samples: np.ndarray, *, hop_s: float = SPECTROGRAM_HOP_S) -> bytes:
    """Return a spectrogram, 0 to 8 kHz, as PNG: every column is the networks' own column of the 30 ms around it.

    Parameters
    ----------
    samples : np.ndarray, shape (n,), n >= 1
        Sound at 48 kHz in [-1, 1].

    Returns
    -------
    bytes
        One pixel column per ``hop_s`` seconds, the first one around sample 0; 133 rows, the highest frequency on top.

    Raises
    ------
    InvalidInputError
        There is no sound.
    """
    if samples.size == 0:
        raise InvalidInputError("A spectrogram needs sound. Received 0 samples.")
    hop = max(round(hop_s * SOUND_RATE), 1)
    padded = np.pad(np.asarray(samples, np.float32), N_SAMPLES // 2)
    windows = np.lib.stride_tricks.sliding_window_view(padded, N_SAMPLES)[::hop][: -(-samples.size // hop)]
    strips = column_strips(sound_columns(windows))
    n_rows = round(IMAGE_SIZE * SPECTROGRAM_TOP_HZ / (SOUND_RATE / 2))
    picture = np.rint(strips[:, -n_rows:, 0, :].transpose(1, 0, 2) * 255).astype(np.uint8)
    stream = io.BytesIO()
    load("PIL.Image").fromarray(np.ascontiguousarray(picture)).save(stream, format="png")
    return stream.getvalue()


def wav_bytes(samples: np.ndarray) -> bytes:
    """Return sound at 48 kHz, shape (n,) in [-1, 1], as a 16-bit WAV file."""
    whole = np.rint(np.clip(samples, -1, 1) * 32_767).astype("<i2")
    stream = io.BytesIO()
    with wave.open(stream, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SOUND_RATE)
        file.writeframes(whole.tobytes())
    return stream.getvalue()
