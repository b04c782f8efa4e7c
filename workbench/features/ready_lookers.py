"""Lookers that load nothing at their first picture: for a camera, whose first picture must not wait."""

from __future__ import annotations

from typing import Any

from workbench.features.crowd_looker import FaceOptions
from workbench.features.landmarks import FaceDetector, shared_predictor, use_detector
from workbench.features.sight import Looker, Sight
from workbench.media.video import Frame


class ReadyLookers:
    """Loads detector and landmark model once, and lends them to one looker after the other.

    A detector may be used by one thread at a time: end the thread of the last looker before the next one looks.
    """

    def __init__(self) -> None:
        self._detector: FaceDetector | None = None

    def load(self) -> None:
        """Load both; takes a second or two, the first time."""
        shared_predictor()
        self._detector = self._detector or FaceDetector()

    def looker(self, faces: FaceOptions) -> Looker:
        """Return a fresh looker for one recording."""
        self.load()
        assert self._detector is not None
        return _Lent(faces.looker(), self._detector)


class _Lent:
    """A looker that takes a detector along to whichever thread it looks on."""

    def __init__(self, looker: Looker, detector: FaceDetector) -> None:
        self._inner, self._detector = looker, detector

    def look(self, frame: Frame) -> Sight:
        use_detector(self._detector)
        return self._inner.look(frame)

    def heard(self, time_s: float, level_db: float) -> None:
        self._inner.heard(time_s, level_db)

    def state(self) -> dict[str, Any] | None:
        return self._inner.state()

    def restore(self, state: dict[str, Any]) -> None:
        self._inner.restore(state)
