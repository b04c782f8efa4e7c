"""Sound as the audio network sees it (Yakaew 2021, section 2.4), and as people like to see it.

One moment is 30 ms: 1,440 samples at 48 kHz. The paper's window has W = 1,400 samples and overlaps by 250
(hop 1,150), so exactly one window fits and the picture is one column, constant along time. Decisions
written down here:

* *Hann window, periodic* (``scipy.signal.get_window("hann", 1400)``), no padding, no centring.
* *Decibels relative to full scale*: a sine of amplitude 1 reads 0 dB; nothing is lower than -140 dB.
* *The picture* shows -120 to -20 dB: 95 % of the bins of RAVDESS speech lie above -123, 99 % below -46, and
  the loudest voiced ones reach -10. 0 Hz is at the bottom (figure 5), colours are viridis, three channels.
"""

from __future__ import annotations

import functools

import numpy as np

from workbench.errors import InvalidInputError
from workbench.features.clip_features import N_FREQUENCIES
from workbench.features.colour_map import VIRIDIS
from workbench.lazy import load
from workbench.media.audio import SOUND_RATE

N_SAMPLES = 1440
"""30 ms at 48 kHz."""
WINDOW_LENGTH = 1400
HOP_LENGTH = 1150
FLOOR_DB = -140.0
DARK_DB, BRIGHT_DB = -120.0, -20.0
IMAGE_SIZE = 400


@functools.cache
def _window(length: int = WINDOW_LENGTH) -> np.ndarray:
    """Return the periodic Hann window, scaled so that a full-scale sine has magnitude 1."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)
    return (2 * window / window.sum()).astype(np.float32)


def _decibels(magnitude: np.ndarray) -> np.ndarray:
    return (20 * np.log10(np.maximum(magnitude, 10 ** (FLOOR_DB / 20)))).astype(np.float32)


def sound_columns(windows: np.ndarray) -> np.ndarray:
    """Return the one column of the short-time Fourier transform of each 30 ms of sound.

    Parameters
    ----------
    windows : np.ndarray, shape (n, 1440)
        Sound at 48 kHz in [-1, 1].

    Returns
    -------
    np.ndarray, shape (n, 701), float32
        Decibels relative to full scale, 0 Hz first, 24 kHz last, at least -140.

    Raises
    ------
    InvalidInputError
        The shape is another one.
    """
    _check_windows(windows)
    return _decibels(np.abs(np.fft.rfft(windows[:, :WINDOW_LENGTH] * _window(), axis=1)))


def _check_windows(windows: np.ndarray) -> None:
    if windows.ndim != 2 or windows.shape[1] != N_SAMPLES:
        raise InvalidInputError(
            f"Sound must come in windows of {N_SAMPLES} samples (30 ms at 48 kHz), shape (n, {N_SAMPLES}). "
            f"Received {windows.shape}."
        )


def sound_spectrograms(
    windows: np.ndarray, *, window_length: int = WINDOW_LENGTH, overlap: int = WINDOW_LENGTH - HOP_LENGTH
) -> np.ndarray:
    """Return the spectrogram of each 30 ms of sound with other windows than the paper's; one column with the paper's.

    Parameters
    ----------
    windows : np.ndarray, shape (n, 1440)
        Sound at 48 kHz in [-1, 1].
    window_length, overlap : int
        Samples of one Hann window, and how many of them the next one shares.

    Returns
    -------
    np.ndarray, shape (n, window_length // 2 + 1, n_columns), float32
        Decibels relative to full scale; no padding: ``n_columns = 1 + (1440 - window_length) // (window_length - overlap)``.

    Raises
    ------
    InvalidInputError
        The shape is another one, the window does not fit, or the overlap is not smaller than it.
    """
    _check_windows(windows)
    if not 2 <= window_length <= N_SAMPLES or not 0 <= overlap < window_length:
        raise InvalidInputError(
            f"A window must have 2 to {N_SAMPLES} samples and overlap by less than that. "
            f"Received {window_length} and {overlap}."
        )
    cut = np.lib.stride_tricks.sliding_window_view(windows, window_length, axis=1)
    cut = cut[:, :: window_length - overlap] * _window(window_length)
    return _decibels(np.abs(np.fft.rfft(cut, axis=2))).transpose(0, 2, 1)


def sound_column(samples: np.ndarray) -> np.ndarray:
    """Return the column, shape (701,), of one window of sound, shape (1440,); see :func:`sound_columns`."""
    return sound_columns(np.asarray(samples)[None])[0]


def level_db(samples: np.ndarray) -> np.ndarray:
    """Return the root mean square of sound, shape (..., n), in dBFS, shape (...); at least -140.

    A full-scale square wave reads 0, a full-scale sine -3.01.
    """
    return _decibels(np.sqrt(np.mean(np.square(samples, dtype=np.float64), axis=-1)))


@functools.cache
def _shares(n_frequencies: int) -> tuple[np.ndarray, np.ndarray]:
    """Return how the rows of a picture are averaged from frequencies, 24 kHz at the top.

    Each row is the mean of the bins it covers (1.75 of 701): picking the nearest would drop every other harmonic.

    Returns
    -------
    bins : np.ndarray, shape (n_covered, 400), int
        Which frequencies each row covers.
    shares : np.ndarray, shape (n_covered, 400), float32
        How much of the row each of them is; every column sums to 1.
    """
    edges = np.arange(IMAGE_SIZE + 1) * n_frequencies / IMAGE_SIZE
    lowest, n_covered = edges[:-1].astype(int), int(np.ceil(n_frequencies / IMAGE_SIZE)) + 1
    bins = lowest + np.arange(n_covered)[:, None]
    covered = np.clip(np.minimum(bins + 1, edges[1:]) - np.maximum(bins, edges[:-1]), 0, None)
    bins = np.minimum(bins, n_frequencies - 1)
    return bins[:, ::-1], (covered / covered.sum(axis=0)).astype(np.float32)[:, ::-1]


def _rows(decibels: np.ndarray) -> np.ndarray:
    """Return the 400 rows of pictures, shape (n, 400), float32, from decibels, shape (n, n_frequencies).

    Added up row by row and not as a product of matrices, whose last bits hang on how many moments are asked together.
    """
    bins, shares = _shares(decibels.shape[1])
    values = decibels.astype(np.float32, copy=False)
    rows = values[:, bins[0]] * shares[0]
    for which, share in zip(bins[1:], shares[1:], strict=True):
        rows += values[:, which] * share
    if not np.isfinite(rows).all():
        raise InvalidInputError(
            "columns must be finite. Some are NaN: these moments have no sound, "
            "leave them out (ClipFeatures.heard)."
        )
    return rows


def _coloured(rows: np.ndarray) -> np.ndarray:
    share = np.clip((rows - DARK_DB) / (BRIGHT_DB - DARK_DB), 0, 1)
    return VIRIDIS[np.rint(share * (len(VIRIDIS) - 1)).astype(np.uint8)]


def column_strips(columns: np.ndarray) -> np.ndarray:
    """Return the pictures of columns, one pixel wide; stretched to 400 they are the paper's images.

    Parameters
    ----------
    columns : np.ndarray, shape (n, 701)
        From :func:`sound_columns`; float16 from a file will do.

    Returns
    -------
    np.ndarray, shape (n, 400, 1, 3), float32
        In [0, 1], the highest frequency in the first row.

    Raises
    ------
    InvalidInputError
        The shape is another one, or a value is not finite (a moment past the end of the sound).
    """
    if columns.ndim != 2 or columns.shape[1] != N_FREQUENCIES:
        raise InvalidInputError(f"columns must have shape (n, {N_FREQUENCIES}). Received {columns.shape}.")
    return _coloured(_rows(columns))[:, :, None, :]


def column_strip(column: np.ndarray) -> np.ndarray:
    """Return the picture, shape (400, 1, 3), of one column, shape (701,); see :func:`column_strips`."""
    return column_strips(np.asarray(column)[None])[0]


def column_image(column: np.ndarray) -> np.ndarray:
    """Return the paper's image, shape (400, 400, 3), float32 in [0, 1], of one column, shape (701,)."""
    return np.repeat(column_strip(column), IMAGE_SIZE, axis=1)


def constant_along_time(spectrograms: np.ndarray) -> np.ndarray:
    """Say which spectrograms, shape (n, n_frequencies, n_columns), are one and the same column, repeated; shape (n,), bool."""
    return (spectrograms == spectrograms[:, :, :1]).all(axis=(1, 2))


def spectrogram_images(spectrograms: np.ndarray, *, width: int = IMAGE_SIZE) -> np.ndarray:
    """Return the networks' images of spectrograms of one column or more, stretched along time to the nearest column.

    Parameters
    ----------
    spectrograms : np.ndarray, shape (n, n_frequencies, n_columns)
        From :func:`sound_spectrograms`, n_frequencies >= 2 and 1 <= n_columns <= 400.
    width : int
        Pixels along time.

    Returns
    -------
    np.ndarray, shape (n, 400, width, 3), float32
        In [0, 1], the highest frequency in the first row; of one column the same as :func:`column_image`.

    Raises
    ------
    InvalidInputError
        The shape is another one, or a value is not finite.
    """
    if spectrograms.ndim != 3 or spectrograms.shape[1] < 2 or not 1 <= spectrograms.shape[2] <= IMAGE_SIZE:
        raise InvalidInputError(
            f"Spectrograms must have shape (n, n_frequencies, n_columns) with 1 to {IMAGE_SIZE} columns. "
            f"Received {spectrograms.shape}."
        )
    n, n_frequencies, n_columns = spectrograms.shape
    rows = _rows(spectrograms.transpose(0, 2, 1).reshape(n * n_columns, n_frequencies))
    nearest = (np.arange(width) * 2 + 1) * n_columns // (2 * width)
    return _coloured(rows).reshape(n, n_columns, IMAGE_SIZE, 3)[:, nearest].transpose(0, 2, 1, 3)


def mel_power(
    samples: np.ndarray, *, n_bands: int, hop_s: float, window_s: float, low_hz: float, high_hz: float
) -> np.ndarray:
    """Return the power in mel bands (Slaney's scale, Hann windows, centred), shape (n_bands, n_columns).

    Parameters
    ----------
    samples : np.ndarray, shape (n,)
        Sound at 48 kHz in [-1, 1].

    Raises
    ------
    InvalidInputError
        There is no sound at all.
    """
    if samples.size == 0:
        raise InvalidInputError("A spectrogram needs sound. Received 0 samples.")
    return load("librosa").feature.melspectrogram(
        y=samples.astype(np.float32),
        sr=SOUND_RATE,
        n_fft=2048,
        win_length=round(window_s * SOUND_RATE),
        hop_length=round(hop_s * SOUND_RATE),
        n_mels=n_bands,
        fmin=low_hz,
        fmax=high_hz,
    )
