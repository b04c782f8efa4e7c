"""The plain way to build the paper's system: each step as its library's first example shows it.

For each picture: dlib's frontal detector over the whole picture, scaled up once (its own threshold, the largest face);
dlib's 68 points; the crops; Keras ``predict`` on the mouth's network, then on the visual or the audiovisual one, batch
of one, the audiovisual one with the whole 400 x 400 image of the sound. Decoding, crops, the spectrogram's settings and
equation 1 are the workbench's, so that both see the same and only the way there differs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dlib
import numpy as np
import scipy.signal

from workbench.evaluation.accumulate import ALPHA
from workbench.features.face import crop_face
from workbench.features.landmarks import Box
from workbench.features.mouth import crop_mouth
from workbench.features.pretrained import find_landmark_model
from workbench.features.spectrogram import (
    FLOOR_DB,
    HOP_LENGTH,
    N_SAMPLES,
    WINDOW_LENGTH,
    column_image,
)
from workbench.media.audio import SOUND_RATE, Sound, read_sound
from workbench.media.video import Frame, frames_on_grid
from workbench.models.inference import load_network
from workbench.models.runs import Run, latest_run
from workbench.project import Project
from workbench.sentiment import OPEN_THRESHOLD

UPSAMPLE = 1


@dataclass(frozen=True, eq=False)
class PlainAnswer:
    """What the plain pipeline says about one moment; without a face all but the times is None.

    Attributes
    ----------
    time_s, frame_time_s : float
    box : tuple of float, or None
    landmarks : np.ndarray, shape (68, 2), or None
    mouth_open : bool, or None
    accumulated : np.ndarray, shape (3,), or None
        Negative, neutral, positive: the opinion so far (equation 1).
    """

    time_s: float
    frame_time_s: float
    box: Box | None = None
    landmarks: np.ndarray | None = None
    mouth_open: bool | None = None
    accumulated: np.ndarray | None = None


class PlainPipeline:
    """The three full Keras networks of a trained system, and dlib.

    Parameters
    ----------
    full : dict of str to keras.Model
        ``mouth``, ``visual``, ``audiovisual`` in their published form.
    mouth : bool, optional
        Overrules the mouth's network after it was asked, so that one branch can be timed.
    """

    def __init__(self, full: dict[str, Any], *, mouth: bool | None = None) -> None:
        self._full, self.mouth = full, mouth
        self._detector = dlib.get_frontal_face_detector()
        self._predictor = dlib.shape_predictor(str(find_landmark_model().path))

    @classmethod
    def of(cls, project: Project, reference: str | None = None) -> PlainPipeline:
        """Load a trained system; the newest one without ``reference``."""
        run = Run.open(project, reference) if reference else latest_run(project, network="audiovisual")
        if run is None:
            raise SystemExit("A trained system is needed: run `workbench train NAME --network all` first.")
        runs = {"audiovisual": run}
        runs |= {name: Run.open(project, run.facts()["companions"][name]) for name in ("mouth", "visual")}
        return cls(
            {
                name: load_network(one.weights, name, expected_hash=one.facts()["weights_hash"])
                for name, one in runs.items()
            }
        )

    def answers(self, video: Path) -> Iterator[PlainAnswer]:
        """Yield one answer per moment of 30 ms; a picture that stands longer is looked at once."""
        sound, seen, opinion = read_sound(video), None, None
        shown: Frame | None = None
        for moment in frames_on_grid(video):
            if moment.frame is not shown:
                shown, seen = moment.frame, self._look(moment.frame.image)
            if seen is None:
                yield PlainAnswer(moment.time_s, moment.frame.time_s)
                continue
            box, points = seen
            is_open, now = self._judge(moment.frame.image, points, _heard(sound, moment.time_s))
            opinion = now if opinion is None else ALPHA * now + (1 - ALPHA) * opinion
            yield PlainAnswer(moment.time_s, moment.frame.time_s, box, points, is_open, opinion)

    def _look(self, image: np.ndarray) -> tuple[Box, np.ndarray] | None:
        image = np.ascontiguousarray(image)  # dlib reads padded rows wrongly, and says nothing
        found = self._detector(image, UPSAMPLE)
        if not found:
            return None
        place = max(found, key=lambda one: one.width() * one.height())
        points = np.array([(p.x, p.y) for p in self._predictor(image, place).parts()], dtype=np.float32)
        return (place.left(), place.top(), place.width(), place.height()), points

    def _judge(
        self, image: np.ndarray, points: np.ndarray, samples: np.ndarray | None
    ) -> tuple[bool, np.ndarray]:
        face = crop_face(image, points)[None].astype(np.float32) / 255
        mouth = crop_mouth(image, points)[None].astype(np.float32) / 255
        is_open = bool(self._full["mouth"].predict(mouth, verbose=0)[0, 0] > OPEN_THRESHOLD)
        is_open = is_open if self.mouth is None else self.mouth
        if not is_open or samples is None:
            return is_open, self._full["visual"].predict(face, verbose=0)[0]
        return is_open, self._full["audiovisual"].predict([face, _picture(samples)[None]], verbose=0)[0]


def _heard(sound: Sound | None, time_s: float) -> np.ndarray | None:
    if sound is None or sound.samples.size - round(time_s * SOUND_RATE) < N_SAMPLES / 2:
        return None
    return sound.window(time_s, N_SAMPLES)


def _picture(samples: np.ndarray) -> np.ndarray:
    """Return the sound's image, shape (400, 400, 3), from SciPy's short-time Fourier transform."""
    _, _, transform = scipy.signal.stft(
        samples,
        SOUND_RATE,
        nperseg=WINDOW_LENGTH,
        noverlap=WINDOW_LENGTH - HOP_LENGTH,
        boundary=None,
        padded=False,
    )
    magnitude = 2 * np.abs(transform[:, 0])
    return column_image((20 * np.log10(np.maximum(magnitude, 10 ** (FLOOR_DB / 20)))).astype(np.float32))
