"""What happens around a moment: moving pictures with their true times, the sound, and the sound as a picture.

Context only helps to judge: the judged picture stays the lossless crop, the judged sound the 30 ms at the moment. Of a
modality that a question leaves out, nothing is read, so nothing of it can be sent.
"""

from __future__ import annotations

import functools
import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from workbench.datasets.catalog import Dataset
from workbench.datasets.face_hiding import FaceHider
from workbench.datasets.feature_store import FeatureStore
from workbench.errors import InvalidInputError
from workbench.features.face import crop_square, extent, square_around
from workbench.features.sound_pictures import (
    SPECTROGRAM_TOP_HZ,
    spectrogram_png,
    wav_bytes,
    waveform_peaks,
)
from workbench.labels.schema import Modality
from workbench.lazy import load
from workbench.media.audio import SOUND_RATE, read_sound
from workbench.media.clip import Clip
from workbench.media.video import Frame, frames_between

SEEN: tuple[Modality, ...] = ("mouth", "face", "both")
"""The questions' modalities that let one see the person."""
HEARD: tuple[Modality, ...] = ("mouth", "voice", "both")
"""Those that let one hear the voice. Whether a mouth is open is a fact that sound only helps to find."""

MOST_SECONDS = 60.0
"""No more than this in one context: it travels to the browser as a whole."""
PICTURE_HEIGHT = 360
_FACE_AIR = 1.5
_PEAKS_PER_S = 200
_QUALITY = 82


@dataclass(frozen=True)
class ContextFrame:
    """One picture of the recording: ``jpeg`` as shown from ``time_s`` (seconds from the clip's time zero) on."""

    time_s: float
    jpeg: bytes


@dataclass(frozen=True, eq=False)
class ContextSound:
    """The sound of the stretch.

    Attributes
    ----------
    start_s : float
        When its first sample is heard, seconds from the clip's time zero.
    duration_s : float
        Its length.
    wav : bytes
        16-bit WAV, one channel, 48 kHz: the samples the networks' columns are made from.
    peaks : np.ndarray, shape (n, 2), float32
        Lowest and highest sample of equal pieces.
    spectrogram : bytes
        PNG, 0 to 8 kHz, in the networks' colours.
    """

    start_s: float
    duration_s: float
    wav: bytes
    peaks: np.ndarray
    spectrogram: bytes


@dataclass(frozen=True, eq=False)
class MomentContext:
    """What is seen and heard around a moment or span.

    Attributes
    ----------
    clip : str
    start_s, end_s : float
        What is asked about.
    from_s, to_s : float
        The stretch around it.
    modality : {"mouth", "face", "voice", "both"}
        What may be seen and heard.
    frames : tuple of ContextFrame
        The pictures of the stretch; none where the clip has none or they are left out.
    sound : ContextSound or None
        None where the clip has none or it is left out.
    view : tuple of float or None
        x, y, width, height of what the pictures show, in pixels of the upright picture; None without pictures.
    """

    clip: str
    start_s: float
    end_s: float
    from_s: float
    to_s: float
    modality: Modality
    frames: tuple[ContextFrame, ...]
    sound: ContextSound | None
    view: tuple[float, float, float, float] | None = None

    def as_message(self) -> tuple[dict[str, Any], list[bytes]]:
        """Return what a widget sends: plain data, and the buffers (pictures in order, then WAV, then spectrogram)."""
        meta: dict[str, Any] = {
            "clip": self.clip,
            "start_s": self.start_s,
            "end_s": self.end_s,
            "from_s": self.from_s,
            "to_s": self.to_s,
            "modality": self.modality,
            "frame_times_s": [frame.time_s for frame in self.frames],
            "view": self.view,
            "sound": None,
        }
        buffers = [frame.jpeg for frame in self.frames]
        if self.sound is not None:
            meta["sound"] = {
                "start_s": self.sound.start_s,
                "duration_s": self.sound.duration_s,
                "peaks": np.round(self.sound.peaks, 3).tolist(),
                "top_hz": SPECTROGRAM_TOP_HZ,
            }
            buffers += [self.sound.wav, self.sound.spectrogram]
        return meta, buffers


def moment_context(
    dataset: Dataset,
    clip: str,
    start_s: float,
    end_s: float,
    *,
    radius_s: float = 1.0,
    modality: Modality = "both",
    picture_height: int = PICTURE_HEIGHT,
    hide_faces: bool = False,
) -> MomentContext:
    """Read what is seen and heard around a moment or span of a clip.

    Parameters
    ----------
    start_s, end_s : float
        Seconds from the clip's time zero; equal for a moment.
    radius_s : float
        So much before and after is shown; less at the ends of the clip.
    modality : {"mouth", "face", "voice", "both"}
        Of what it leaves out nothing is read.
    picture_height : int
        Pictures are at most so high: the face with some air around, or the whole picture where no face was found.
    hide_faces : bool
        Whether whole pictures are shown with the face made unrecognisable (:mod:`workbench.datasets.face_hiding`).

    Raises
    ------
    InvalidInputError
        No such clip, a stretch longer than a minute or outside the clip, or a recording that cannot be read.
    """
    asked = clip_of(dataset, clip)
    if not 0 <= start_s <= end_s or start_s > asked.duration_s or radius_s < 0:
        raise InvalidInputError(
            f"A context must lie within its clip, 0 to {asked.duration_s:.3f} s, with a radius of 0 or more. "
            f"Received {start_s} to {end_s} s, radius {radius_s} s."
        )
    from_s, to_s = max(start_s - radius_s, 0.0), min(end_s + radius_s, asked.duration_s)
    if to_s - from_s > MOST_SECONDS:
        raise InvalidInputError(
            f"A context must be {MOST_SECONDS:.0f} s or shorter. Received {to_s - from_s:.1f} s: ask for a piece of it."
        )
    frames: list[ContextFrame] = []
    view: tuple[float, float, float, float] | None = None
    if modality in SEEN and asked.has_face:
        hider = FaceHider.of(dataset, clip) if hide_faces else None
        place = None if hider else _face_place(dataset, clip, from_s, to_s)
        for frame in frames_between(asked.path, from_s, to_s):
            if hider is not None:
                frame = replace(frame, image=hider.hide(frame.image, frame.time_s))
            view = view or _view(frame, place)
            frames.append(ContextFrame(frame.time_s, _jpeg(frame, place, picture_height)))
    sound = _sound(asked.path, from_s, to_s) if modality in HEARD and asked.has_voice else None
    return MomentContext(clip, start_s, end_s, from_s, to_s, modality, tuple(frames), sound, view)


def clip_of(dataset: Dataset, clip: str) -> Clip:
    """Return a clip of a dataset by its id; the catalog is read once for as long as it stays the same.

    Raises
    ------
    InvalidInputError
        There is none.
    """
    file = dataset.catalog_file
    changed = file.stat().st_mtime_ns if file.is_file() else 0
    found = _clips(dataset, changed).get(clip)
    if found is None:
        raise InvalidInputError(f"A clip must be in the catalog of {dataset.name}. Received {clip!r}.")
    return found


@functools.lru_cache(maxsize=4)
def _clips(dataset: Dataset, changed: int) -> dict[str, Clip]:
    del changed  # only part of the key
    return {clip.clip: clip for clip in dataset.clips()}


def _face_place(
    dataset: Dataset, clip: str, from_s: float, to_s: float
) -> tuple[tuple[float, float], float] | None:
    """Return the middle and the side of a square that holds the face all along, so that the picture stands still."""
    store = FeatureStore(dataset.features)
    if not store.has(clip):
        return None
    arrays = store.arrays(clip, ("time_s", "found", "landmarks"))
    times = arrays["time_s"][arrays["found"]]
    points = arrays["landmarks"][(times >= from_s) & (times <= to_s)]
    if not points.any():
        return None
    middle, side_px = extent(points.reshape(-1, 2))
    return middle, side_px * _FACE_AIR


def _view(frame: Frame, place: tuple[tuple[float, float], float] | None) -> tuple[float, float, float, float]:
    """Return what is seen of a picture, in its own pixels."""
    if place is None:
        height, width = frame.image.shape[:2]
        return 0.0, 0.0, float(width), float(height)
    left, top, side_px = square_around(*place)
    return float(left), float(top), float(side_px), float(side_px)


def _jpeg(frame: Frame, place: tuple[tuple[float, float], float] | None, most_px: int) -> bytes:
    image = frame.image
    if place is not None:
        image = crop_square(
            image, centre=place[0], side_px=place[1], size=min(most_px, max(round(place[1]), 1))
        )
    elif image.shape[0] > most_px:
        width = max(round(image.shape[1] * most_px / image.shape[0]), 1)
        image = cv2.resize(image, (width, most_px), interpolation=cv2.INTER_AREA)
    stream = io.BytesIO()
    load("PIL.Image").fromarray(np.ascontiguousarray(image)).save(stream, format="jpeg", quality=_QUALITY)
    return stream.getvalue()


def _sound(path: Path, from_s: float, to_s: float) -> ContextSound | None:
    sound = read_sound(path)
    if sound is None:
        return None
    first, last = round(from_s * SOUND_RATE), round(to_s * SOUND_RATE)
    samples = sound.samples[first:last]
    if samples.size == 0:
        return None
    duration_s = samples.size / SOUND_RATE
    return ContextSound(
        start_s=first / SOUND_RATE,
        duration_s=duration_s,
        wav=wav_bytes(samples),
        peaks=waveform_peaks(samples, n_bins=max(round(duration_s * _PEAKS_PER_S), 1)),
        spectrogram=spectrogram_png(samples),
    )
