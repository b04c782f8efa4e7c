"""The one door to dlib: find faces, follow a patch, place 68 points. All of it works on grey."""

from __future__ import annotations

import functools
import threading
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from workbench.errors import InvalidInputError
from workbench.features.pretrained import landmark_file
from workbench.large_pages import use_large_pages
from workbench.lazy import load

N_LANDMARKS = 68
WINDOW_PX = 80
"""Side of the smallest face that dlib's detector can see."""
SMALLEST_REGION_PX = 8
SHRINK = 0.8
"""By how much a followed face may be smaller than it was."""

Box = tuple[float, float, float, float]
"""x, y, width, height in pixels of the upright picture."""


@dataclass(frozen=True)
class FoundFace:
    """One face the detector found.

    Attributes
    ----------
    box : tuple of float
        x, y, width, height in pixels of the picture that was searched.
    score : float
        The detector's margin: 0 is its own threshold, drawn and real frontal faces reach 1 to 3.
    """

    box: Box
    score: float


def to_grey(image: np.ndarray) -> np.ndarray:
    """Return the brightness of an RGB picture, shape (height, width), uint8."""
    return cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)


def overlap(first: Box, second: Box) -> float:
    """Return the intersection of two boxes over their union, 0 to 1."""
    width = min(first[0] + first[2], second[0] + second[2]) - max(first[0], second[0])
    height = min(first[1] + first[3], second[1] + second[3]) - max(first[1], second[1])
    if width <= 0 or height <= 0:
        return 0.0
    common = width * height
    return common / (first[2] * first[3] + second[2] * second[3] - common)


class FaceDetector:
    """dlib's frontal detector: oriented gradients (HOG) and a linear SVM (Yakaew 2021, section 2.1)."""

    def __init__(self) -> None:
        self._detector = load("dlib").get_frontal_face_detector()

    def find(
        self, grey: np.ndarray, *, smallest_px: float = WINDOW_PX, threshold: float = 0.0
    ) -> list[FoundFace]:
        """Return the faces of a picture, the largest first.

        Parameters
        ----------
        grey : np.ndarray, shape (height, width), uint8
        smallest_px : float
            Side of the smallest face to look for. The picture is scaled so that such a face fills the
            detector's window: looking only for large faces is many times cheaper.
        threshold : float
            Lowest score to accept.
        """
        scale = WINDOW_PX / smallest_px
        size = (max(round(grey.shape[1] * scale), 1), max(round(grey.shape[0] * scale), 1))
        filter_ = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        searched = np.ascontiguousarray(grey) if scale == 1 else cv2.resize(grey, size, interpolation=filter_)
        boxes, scores, _ = self._detector.run(searched, 0, threshold)
        found = [
            FoundFace(
                (b.left() / scale, b.top() / scale, b.width() / scale, b.height() / scale), float(score)
            )
            for b, score in zip(boxes, scores, strict=True)
        ]
        return sorted(found, key=lambda face: face.box[2] * face.box[3], reverse=True)

    def find_near(
        self, grey: np.ndarray, last: Box, *, around: Box, reach: float, threshold: float = 0.0
    ) -> FoundFace | None:
        """Return the face that overlaps ``last`` most, searching ``reach`` times the size of ``around``.

        Searching this region costs less than dlib's correlation tracker does, and does not drift.
        """
        found = self.find_around(grey, around, reach=reach, threshold=threshold)
        best = max(found, key=lambda face: overlap(face.box, last), default=None)
        return best if best is not None and overlap(best.box, last) > 0 else None

    def find_around(
        self, grey: np.ndarray, around: Box, *, reach: float, threshold: float = 0.0
    ) -> list[FoundFace]:
        """Return the faces, the largest first, in ``reach`` times the size of ``around``."""
        x, y, width, height = around
        centre_x, centre_y, half = x + width / 2, y + height / 2, reach * max(width, height) / 2
        left, top = max(round(centre_x - half), 0), max(round(centre_y - half), 0)
        region = grey[top : max(round(centre_y + half), 0), left : max(round(centre_x + half), 0)]
        if min(region.shape) < SMALLEST_REGION_PX:
            return []
        smallest_px = SHRINK * max(width, height)
        found = self.find(region, smallest_px=smallest_px, threshold=threshold)
        return [FoundFace((f.box[0] + left, f.box[1] + top, f.box[2], f.box[3]), f.score) for f in found]


class PatchTracker:
    """dlib's correlation tracker (Danelljan 2014): follow a patch of a picture whatever it shows."""

    def __init__(self, grey: np.ndarray, box: Box) -> None:
        self._dlib = load("dlib")
        self._tracker = self._dlib.correlation_tracker()
        x, y, width, height = box
        self._tracker.start_track(grey, self._dlib.drectangle(x, y, x + width, y + height))

    def follow(self, grey: np.ndarray) -> FoundFace:
        """Return where the patch is now; the score is the peak to sidelobe ratio (above 7 is sure)."""
        score = float(self._tracker.update(grey))
        place = self._tracker.get_position()
        return FoundFace((place.left(), place.top(), place.width(), place.height()), score)


class LandmarkPredictor:
    """dlib's 68-point predictor: an ensemble of regression trees (Kazemi and Sullivan 2014)."""

    def __init__(self, model: Path) -> None:
        self._dlib = load("dlib")
        try:
            self._predictor = self._dlib.shape_predictor(str(model))
        except RuntimeError as error:
            raise InvalidInputError(
                f"The landmark model must be a dlib shape predictor. {model} cannot be read ({error})."
            ) from error
        use_large_pages()

    def points(self, grey: np.ndarray, box: Box) -> np.ndarray:
        """Return the points of the face in ``box``.

        Returns
        -------
        np.ndarray, shape (68, 2), float32
            x and y in pixels of the picture; points may lie outside it.

        Raises
        ------
        InvalidInputError
            The model places another number of points.
        """
        x, y, width, height = (round(value) for value in box)
        shape = self._predictor(grey, self._dlib.rectangle(x, y, x + width - 1, y + height - 1))
        if shape.num_parts != N_LANDMARKS:
            raise InvalidInputError(
                f"The landmark model must place {N_LANDMARKS} points. It places {shape.num_parts}."
            )
        return np.array([(point.x, point.y) for point in shape.parts()], dtype=np.float32)


_OF_THIS_THREAD = threading.local()
_SPARE: list[FaceDetector] = []


class _Lent:
    """A thread's detector, laid aside for another thread when its own ends: building one takes a third of a second."""

    def __init__(self) -> None:
        try:
            self.detector = _SPARE.pop()
        except IndexError:
            self.detector = FaceDetector()

    def __del__(self) -> None:
        if hasattr(self, "detector"):
            _SPARE.append(self.detector)


def shared_detector() -> FaceDetector:
    """Return this thread's one detector: dlib's detector keeps state and crashes when two threads use it.

    Ask for it anew wherever it is used: after its thread has ended it belongs to another.
    """
    if not hasattr(_OF_THIS_THREAD, "lent"):
        _OF_THIS_THREAD.lent = _Lent()
    return _OF_THIS_THREAD.lent.detector


@functools.lru_cache(maxsize=2)
def shared_predictor(model: Path | None = None) -> LandmarkPredictor:
    """Return this process's one predictor for ``model`` (None: the one :func:`landmark_file` finds).

    Loading takes a second and 100 MB, so it is done once; placing points changes nothing in it, threads may
    share it.
    """
    return LandmarkPredictor(model or landmark_file())
