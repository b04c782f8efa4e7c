"""A clip written while it happens: the very JPEG pictures and samples that came, each at its time, none encoded again.

Matroska with Motion JPEG and 32-bit PCM: it costs no time while the camera runs, is readable up to where a killed
process came, and whoever analyses the file sees and hears to the last bit what was analysed live.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import InvalidInputError, StorageError
from workbench.lazy import load
from workbench.media.audio import SOUND_RATE

SUFFIX = ".mkv"
_MILLISECOND = Fraction(1, 1000)


class LiveClip:
    """A recording being written.

    Parameters
    ----------
    path : Path
        A file that does not exist yet; it is readable by its owner only.
    size : tuple of int
        Width and height of the pictures.
    with_sound : bool
        Whether sound will come.

    Raises
    ------
    StorageError
        It cannot be written.
    """

    def __init__(self, path: Path, size: tuple[int, int], *, with_sound: bool) -> None:
        self.path, self.size, self.n_pictures, self.n_samples = path, size, 0, 0
        self._lock, self._last_ms = threading.Lock(), -1
        av = load("av")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600, exist_ok=False)
            self._container: Any = av.open(str(path), "w", format="matroska")
            self._pictures = self._container.add_stream("mjpeg")
            self._pictures.width, self._pictures.height = size
            self._pictures.pix_fmt = "yuvj420p"
            self._pictures.time_base = _MILLISECOND
            self._sound = None
            if with_sound:
                self._sound = self._container.add_stream("pcm_f32le", rate=SOUND_RATE)
                self._sound.layout = "mono"
        except OSError as error:
            raise StorageError(
                f"The recording must be writable in {path.parent}. Received: {error.strerror or error}."
            ) from error

    def add_picture(self, time_s: float, jpeg: bytes) -> None:
        """Add a picture; one that is not later than the last one is refused.

        Raises
        ------
        InvalidInputError
            Its time does not follow the last one's, on a clock of milliseconds.
        """
        with self._lock:
            at_ms = round(time_s * 1000)
            if at_ms <= self._last_ms:
                raise InvalidInputError(
                    f"A picture must be later than the one before. Received {time_s} s after {self._last_ms / 1000} s."
                )
            packet = load("av").Packet(jpeg)
            packet.stream, packet.time_base = self._pictures, _MILLISECOND
            packet.pts = packet.dts = at_ms
            packet.is_keyframe = True
            self._mux(packet)
            self._last_ms, self.n_pictures = at_ms, self.n_pictures + 1

    def add_sound(self, start_s: float, samples: np.ndarray) -> None:
        """Add sound; a gap before it is filled with silence, what was there already is left out.

        Parameters
        ----------
        samples : np.ndarray, shape (n,), float32
            48 kHz, one channel.
        """
        if self._sound is None:
            return
        with self._lock:
            first = round(start_s * SOUND_RATE)
            samples = np.asarray(samples, "<f4")
            samples = np.pad(samples, (max(first - self.n_samples, 0), 0))[max(self.n_samples - first, 0) :]
            if not samples.size:
                return
            packet = load("av").Packet(samples.tobytes())
            packet.stream, packet.time_base = self._sound, Fraction(1, SOUND_RATE)
            packet.pts = packet.dts = self.n_samples
            packet.duration = samples.size
            self._mux(packet)
            self.n_samples += samples.size

    def close(self) -> None:
        """End the file. Nothing more can be added; StorageError where its end cannot be written."""
        with self._lock, _writing():
            self._container.close()

    def abandon(self) -> None:
        """End the file and remove it."""
        with suppress(StorageError):  # a full disk: the file goes anyway
            self.close()
        self.path.unlink(missing_ok=True)

    def _mux(self, packet: Any) -> None:
        with _writing():
            self._container.mux(packet)


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except (OSError, load("av").FFmpegError) as error:
        raise StorageError(
            f"The recording must be writable. Received: {error.strerror or error}. Free some space and start again."
        ) from error
