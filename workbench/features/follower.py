"""Follow one face through a clip (Yakaew 2021, section 2.1 and figure 1).

The rule, for each new picture:

1. *No face is followed.* Search the whole picture; the largest face is followed from now on. Large faces (a
   third of the picture's short side) are looked for in every picture, small ones (a seventh) in every
   fifth.
2. *A face is followed.* Search only around its last place, with a slightly lower threshold, because
   something that was a face a moment ago probably still is. The searched region stays where it is while the
   face stays inside it: the detector's boxes come in steps (8 pixels of place, a sixth in size), and a
   region that moves with each box would make them jump in every picture. Every 30th picture the whole
   picture is searched too, to count the faces.
3. *Nothing there.* dlib's correlation tracker bridges at most 0.5 s since the face was last detected, and
   only while its peak to sidelobe ratio stays at or above 7 and the detector still half believes the patch
   (score above -0.6).
4. *Else it is lost*: a gap stays a gap. The whole picture is searched at once and in each following picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from workbench.errors import InvalidInputError
from workbench.features.landmarks import (
    SMALLEST_REGION_PX,
    Box,
    FaceDetector,
    FoundFace,
    PatchTracker,
    overlap,
    shared_detector,
    to_grey,
)
from workbench.media.video import Frame

Status = Literal["detected", "tracked", "lost"]

LARGE_SHARE, SMALL_SHARE = 1 / 3, 1 / 7
SMALL_EVERY_N, WHOLE_EVERY_N = 5, 30
WHOLE_THRESHOLD, NEAR_THRESHOLD, TRACKED_THRESHOLD = 0.1, -0.2, -0.6
REACH = 1.8
SURE_TRACK, LONGEST_TRACK_S = 7.0, 0.5
ANCHOR_OVERLAP = 0.6


@dataclass(frozen=True)
class FollowedFace:
    """Where the followed face is in one picture.

    Attributes
    ----------
    status : {"detected", "tracked", "lost"}
        Seen by the detector, bridged by the tracker, or not there.
    box : tuple of float, or None
        x, y, width, height in pixels of the upright picture; None when lost.
    score : float
        The detector's margin (detected) or the tracker's peak to sidelobe ratio (tracked); NaN when lost.
    n_faces : int
        Faces in the last search of the whole picture.
    """

    status: Status
    box: Box | None
    score: float
    n_faces: int


class FaceFollower:
    """Follow the largest face of one clip; a new clip needs a new follower.

    Examples
    --------
    >>> follower = FaceFollower()  # doctest: +SKIP
    >>> [follower.look(frame).status for frame in read_frames(path)]  # doctest: +SKIP
    ['detected', 'detected', 'lost']
    """

    def __init__(self, *, detector: FaceDetector | None = None) -> None:
        self._given_detector = detector
        self._frame: Frame | None = None
        self._grey = np.zeros((0, 0), dtype=np.uint8)
        self._answer = FollowedFace("lost", None, math.nan, 0)
        self._anchor: Box | None = None
        self._tracker: PatchTracker | None = None
        self._detected_s = -math.inf
        self._n_pictures_since_whole = 0
        self._n_pictures_lost = 0
        self._n_faces = 0
        self._restored_s: float | None = None

    @property
    def _detector(self) -> FaceDetector:
        return self._given_detector or shared_detector()

    @property
    def grey(self) -> np.ndarray:
        """The last picture in grey, shape (height, width), so that nobody converts it twice."""
        return self._grey

    def look(self, frame: Frame) -> FollowedFace:
        """Return where the face is in ``frame``; the very same frame again costs nothing."""
        if frame is self._frame:
            return self._answer
        before, self._grey, self._frame = self._grey, to_grey(frame.image), frame
        if self._restored_s is not None:
            return self._again(frame)
        self._n_pictures_since_whole += 1
        last = self._answer.box
        found = self._keep(last) if last is not None else None
        if found is None and last is not None:
            tracked = self._bridge(before, last, frame.time_s)
            if tracked is not None:
                self._answer = FollowedFace("tracked", tracked.box, tracked.score, self._n_faces)
                return self._answer
        self._tracker, self._anchor = None, self._anchor if found else None
        found = found or self._pick_largest()
        if found is None:
            self._answer, self._anchor = FollowedFace("lost", None, math.nan, self._n_faces), None
        else:
            self._detected_s = frame.time_s
            if self._anchor is None or overlap(self._anchor, found.box) < ANCHOR_OVERLAP:
                self._anchor = found.box
            self._answer = FollowedFace("detected", found.box, found.score, self._n_faces)
        return self._answer

    def state(self) -> dict[str, Any] | None:
        """Return what is known of the face, ready for JSON; None while the tracker bridges, which keeps its own."""
        if self._tracker is not None or self._frame is None:
            return None
        answer = self._answer
        return {
            "time_s": self._frame.time_s,
            "status": answer.status,
            "box": _listed(answer.box),
            "score": answer.score if math.isfinite(answer.score) else None,
            "answered_n_faces": answer.n_faces,
            "anchor": _listed(self._anchor),
            "detected_s": self._detected_s if math.isfinite(self._detected_s) else None,
            "n_pictures_since_whole": self._n_pictures_since_whole,
            "n_pictures_lost": self._n_pictures_lost,
            "n_faces": self._n_faces,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from :meth:`state`; the next picture must be the one it was taken at, and is answered as it was then."""
        score = math.nan if state["score"] is None else float(state["score"])
        self._answer = FollowedFace(state["status"], _boxed(state["box"]), score, state["answered_n_faces"])
        self._anchor, self._tracker = _boxed(state["anchor"]), None
        self._detected_s = -math.inf if state["detected_s"] is None else float(state["detected_s"])
        self._n_pictures_since_whole = int(state["n_pictures_since_whole"])
        self._n_pictures_lost, self._n_faces = int(state["n_pictures_lost"]), int(state["n_faces"])
        self._restored_s = float(state["time_s"])

    def _again(self, frame: Frame) -> FollowedFace:
        expected_s, self._restored_s = self._restored_s, None
        if frame.time_s != expected_s:
            raise InvalidInputError(
                f"Following must go on with the picture at {expected_s} s. Received the one at {frame.time_s} s."
            )
        return self._answer

    def _search_whole(self, share: float) -> list[FoundFace]:
        smallest_px = max(share * min(self._grey.shape), 1.0)
        found = self._detector.find(self._grey, smallest_px=smallest_px, threshold=WHOLE_THRESHOLD)
        self._n_faces, self._n_pictures_since_whole = len(found), 0
        return found

    def _pick_largest(self) -> FoundFace | None:
        found = self._search_whole(LARGE_SHARE)
        if not found and self._n_pictures_lost % SMALL_EVERY_N == 0:
            found = self._search_whole(SMALL_SHARE)
        self._n_pictures_lost = 0 if found else self._n_pictures_lost + 1
        return found[0] if found else None

    def _keep(self, last: Box) -> FoundFace | None:
        if self._n_pictures_since_whole >= WHOLE_EVERY_N:
            self._search_whole(LARGE_SHARE)
        anchor = self._anchor or last
        return self._detector.find_near(
            self._grey, last, around=anchor, reach=REACH, threshold=NEAR_THRESHOLD
        )

    def _bridge(self, before: np.ndarray, last: Box, time_s: float) -> FoundFace | None:
        if time_s - self._detected_s > LONGEST_TRACK_S or before.shape != self._grey.shape:
            return None
        self._tracker, self._anchor = self._tracker or PatchTracker(before, last), None
        return bridged(self._detector, self._tracker, self._grey)


def bridged(detector: FaceDetector, tracker: PatchTracker, grey: np.ndarray) -> FoundFace | None:
    """Return where the tracker sees the patch in the next picture; None unless it is sure and the detector half believes it."""
    tracked = tracker.follow(grey)
    if tracked.score < SURE_TRACK or min(tracked.box[2:]) < SMALLEST_REGION_PX:
        return None
    believed = detector.find_near(
        grey, tracked.box, around=tracked.box, reach=REACH, threshold=TRACKED_THRESHOLD
    )
    return tracked if believed is not None else None


def _listed(box: Box | None) -> list[float] | None:
    return None if box is None else [float(value) for value in box]


def _boxed(values: list[float] | None) -> Box | None:
    if values is None:
        return None
    x, y, width, height = values
    return x, y, width, height
