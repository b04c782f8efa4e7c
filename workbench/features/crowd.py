"""Keep several faces apart through a recording.

The rule, for each new picture:

1. *Each face in view* is searched around its last place, as :mod:`workbench.features.follower` does it. Where each finds
   one place of its own, that is all.
2. *Where faces and places do not go together one by one* (faces near each other, one before the other), the portraits
   and where each face was going decide who is who (:mod:`workbench.features.matching`).
3. *A face that finds nothing* is bridged by dlib's tracker for at most 0.5 s, unless another face is where it should be:
   then it is hidden, and gone.
4. *The whole picture* is searched when nobody is in view, in every fifth picture while somebody is gone, else in every
   thirtieth. A face found there is one that was gone within the last 10 s when its portrait says so, else a new one with a
   number of its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.errors import InvalidInputError
from workbench.features.face_track import FaceTrack, distance_in_faces
from workbench.features.follower import (
    ANCHOR_OVERLAP,
    LARGE_SHARE,
    LONGEST_TRACK_S,
    NEAR_THRESHOLD,
    REACH,
    SMALL_EVERY_N,
    SMALL_SHARE,
    WHOLE_EVERY_N,
    WHOLE_THRESHOLD,
    bridged,
)
from workbench.features.landmarks import (
    Box,
    FaceDetector,
    FoundFace,
    LandmarkPredictor,
    PatchTracker,
    overlap,
    shared_detector,
    to_grey,
)
from workbench.features.matching import match
from workbench.features.portrait import SAME_PERSON, distance, portrait_of, renewed
from workbench.media.video import Frame

CROWD_SHARE = 1 / 5
"""Faces beside others are looked for from a fifth of the picture's short side on."""
SAME_PLACE = 0.4
HIDDEN_BY, TOUCHING = 0.25, 1.2
FARTHEST = 0.8
NEAR_FACES, SAME_UNHIDDEN = 1.5, 1.5 * SAME_PERSON
"""Who was hidden by another and comes out within one and a half faces of where it should be may look less like itself."""
REMEMBERED_S = 10.0
GONE_EVERY_N = 5
_PORTRAIT_WEIGHT = 6.0


class Crowd:
    """The faces of one recording; a new recording needs a new one.

    Parameters
    ----------
    predictor : LandmarkPredictor
    detector : FaceDetector, optional
        By default the one of whichever thread looks.
    """

    def __init__(self, predictor: LandmarkPredictor, *, detector: FaceDetector | None = None) -> None:
        self._given_detector, self._predictor = detector, predictor
        self.tracks: list[FaceTrack] = []
        self._grey = np.zeros((0, 0), np.uint8)
        self._frame: Frame | None = None
        self._n_given = self._n_since_whole = self._n_empty = 0
        self._restored_s: float | None = None

    @property
    def _detector(self) -> FaceDetector:
        return self._given_detector or shared_detector()

    def look(self, frame: Frame) -> list[FaceTrack]:
        """Return the faces in view in ``frame``, the very same frame again at no cost."""
        if frame is not self._frame:
            before, self._grey, self._frame = self._grey, to_grey(frame.image), frame
            if self._restored_s is None:
                self._follow(frame, before)
            elif self._restored_s != frame.time_s:
                raise InvalidInputError(
                    f"Following must go on with the picture at {self._restored_s} s. Received the one at {frame.time_s} s."
                )
            self._restored_s = None
        return [track for track in self.tracks if track.in_view]

    def _follow(self, frame: Frame, before: np.ndarray) -> None:
        self._n_since_whole += 1
        in_view = [track for track in self.tracks if track.in_view]
        places = self._places(in_view)
        taken = self._who_is_where(in_view, places, frame)
        for track, place in taken:
            self._see(track, place, frame)
        seen = {track.face_id for track, _ in taken}
        for track in in_view:
            if track.face_id not in seen:
                self._bridge(track, before, frame)
        if self._whole_is_due(frame.time_s):
            self._welcome(self._search_whole(), frame)
        self.tracks = [t for t in self.tracks if t.in_view or frame.time_s - t.seen_s <= REMEMBERED_S]

    def _places(self, in_view: list[FaceTrack]) -> list[dict[int, FoundFace]]:
        """Return the places where faces were found; of each what each track's own search said, by its number."""
        places: list[dict[int, FoundFace]] = []
        for track in in_view:
            around = track.anchor or track.box
            for found in self._detector.find_around(
                self._grey, around, reach=REACH, threshold=NEAR_THRESHOLD
            ):
                same = next((p for p in places if any(_same(f.box, found.box) for f in p.values())), None)
                if same is None:
                    places.append({track.face_id: found})
                elif track.face_id not in same or overlap(found.box, track.box) > overlap(
                    same[track.face_id].box, track.box
                ):
                    same[track.face_id] = found
        return places

    def _who_is_where(
        self, in_view: list[FaceTrack], places: list[dict[int, FoundFace]], frame: Frame
    ) -> list[tuple[FaceTrack, FoundFace]]:
        costs = np.full((len(in_view), len(places)), np.inf)
        for row, track in enumerate(in_view):
            for column, place in enumerate(places):
                costs[row, column] = _way(track, _of(place, track), frame.time_s)
        possible = np.isfinite(costs)
        doubtful = (possible.sum(axis=0) > 1).any() or (possible.sum(axis=1) > 1).any()
        if doubtful:
            looks = [self._portrait(_of(place, None).box, frame) for place in places]
            for row, column in np.argwhere(possible):
                costs[row, column] += _PORTRAIT_WEIGHT * distance(in_view[row].portrait, looks[column])
        return [
            (in_view[row], _of(places[column], in_view[row]))
            for row, column in (match(costs) if costs.size else [])
            if not doubtful or distance(in_view[row].portrait, looks[column]) <= 2 * SAME_PERSON
        ]

    def _portrait(self, box: Box, frame: Frame) -> np.ndarray:
        return portrait_of(frame.image, self._predictor.points(self._grey, box))

    def _see(self, track: FaceTrack, found: FoundFace, frame: Frame) -> None:
        track.status, track.tracker, track.detected_s, track.hidden = "detected", None, frame.time_s, False
        track.move(found.box, frame.time_s)
        if track.anchor is None or overlap(track.anchor, found.box) < ANCHOR_OVERLAP:
            track.anchor = found.box
        track.landmarks = self._predictor.points(self._grey, found.box)
        others = [t for t in self.tracks if t is not track and t.in_view]
        if all(overlap(t.box, track.box) == 0 for t in others):  # else the portrait may show two faces
            track.portrait = renewed(track.portrait, portrait_of(frame.image, track.landmarks))

    def _bridge(self, track: FaceTrack, before: np.ndarray, frame: Frame) -> None:
        due = track.expected(frame.time_s)
        others = [t for t in self.tracks if t is not track and t.in_view and t.seen_s == frame.time_s]
        hidden = any(overlap(t.box, due) > HIDDEN_BY for t in others)
        too_long = frame.time_s - track.detected_s > LONGEST_TRACK_S
        if hidden or too_long or before.shape != self._grey.shape or not self._carry(track, before, frame):
            track.status, track.tracker, track.anchor = "gone", None, None
            track.hidden = any(distance_in_faces(t.box, due) < TOUCHING for t in others)

    def _carry(self, track: FaceTrack, before: np.ndarray, frame: Frame) -> bool:
        track.tracker = track.tracker or PatchTracker(before, track.box)
        carried = bridged(self._detector, track.tracker, self._grey)
        if carried is None:
            return False
        track.status, track.anchor = "tracked", None
        track.move(carried.box, frame.time_s)
        track.landmarks = self._predictor.points(self._grey, carried.box)
        return True

    def _whole_is_due(self, time_s: float) -> bool:
        in_view = any(track.in_view for track in self.tracks)
        every_n = GONE_EVERY_N if any(not track.in_view for track in self.tracks) else WHOLE_EVERY_N
        return not in_view or self._n_since_whole >= every_n

    def _search_whole(self) -> list[FoundFace]:
        short_px = min(self._grey.shape)
        in_view = any(track.in_view for track in self.tracks)
        found = self._detector.find(
            self._grey, smallest_px=max(LARGE_SHARE * short_px, 1.0), threshold=WHOLE_THRESHOLD
        )
        share = CROWD_SHARE if found or in_view else SMALL_SHARE
        if found or in_view or self._n_empty % SMALL_EVERY_N == 0:
            smaller = self._detector.find(
                self._grey, smallest_px=max(share * short_px, 1.0), threshold=WHOLE_THRESHOLD
            )
            found = found + [s for s in smaller if not any(_same(s.box, f.box) for f in found)]
        self._n_empty = 0 if found or in_view else self._n_empty + 1
        self._n_since_whole = 0
        return found

    def _welcome(self, found: list[FoundFace], frame: Frame) -> None:
        """Take in faces that no one in view is at: those who come back, and new ones."""
        gone = [track for track in self.tracks if not track.in_view]
        # Who is half hidden looks like nobody known: with somebody gone, such a place waits until it is clear.
        most = 0.0 if gone else HIDDEN_BY
        new = [f for f in found if not any(t.in_view and overlap(t.box, f.box) > most for t in self.tracks)]
        points = [self._predictor.points(self._grey, f.box) for f in new]
        looks = [portrait_of(frame.image, p) for p in points]
        back = _who_comes_back(gone, new, looks, frame.time_s)
        for found_face, landmarks, look in zip(new, points, looks, strict=True):
            track = back.get(id(found_face)) or self._new(found_face.box, landmarks, look, frame.time_s)
            track.speed, track.seen_s = (0.0, 0.0), frame.time_s
            self._see(track, found_face, frame)

    def _new(self, box: Box, landmarks: np.ndarray, look: np.ndarray, time_s: float) -> FaceTrack:
        self._n_given += 1
        self.tracks.append(FaceTrack(self._n_given, "detected", box, landmarks, look, time_s, time_s))
        return self.tracks[-1]

    def state(self) -> dict[str, Any] | None:
        """Return all that is known, ready for JSON; None while a tracker bridges, which keeps its own."""
        if self._frame is None or any(track.tracker is not None for track in self.tracks):
            return None
        return {
            "time_s": self._frame.time_s,
            "tracks": [track.as_json() for track in self.tracks],
            "n_given": self._n_given,
            "n_since_whole": self._n_since_whole,
            "n_empty": self._n_empty,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from :meth:`state`; the next picture must be the one it was taken at."""
        self.tracks = [FaceTrack.from_json(kept) for kept in state["tracks"]]
        self._n_given, self._n_since_whole = int(state["n_given"]), int(state["n_since_whole"])
        self._n_empty, self._restored_s = int(state["n_empty"]), float(state["time_s"])


def _same(first: Box, second: Box) -> bool:
    return overlap(first, second) > SAME_PLACE


def _of(place: dict[int, FoundFace], track: FaceTrack | None) -> FoundFace:
    """Return what the track's own search said of a place, else what any said."""
    if track is not None and track.face_id in place:
        return place[track.face_id]
    return next(iter(place.values()))


def _way(track: FaceTrack, found: FoundFace, time_s: float) -> float:
    """Return how far a place is from where the face should be, infinite where it cannot be that face."""
    far = _apart(track, found, time_s)
    size = max(track.box[2], found.box[2]) / max(min(track.box[2], found.box[2]), 1.0)
    return far if far <= FARTHEST and size <= 1.8 else float("inf")


def _apart(track: FaceTrack, found: FoundFace, time_s: float) -> float:
    """Return how far a place is from where the face was or should be by now, in faces."""
    return min(distance_in_faces(place, found.box) for place in (track.expected(time_s), track.box))


def _who_comes_back(
    gone: list[FaceTrack], new: list[FoundFace], looks: list[np.ndarray], time_s: float
) -> dict[int, FaceTrack]:
    """Return for each found face (by ``id``) that is one of those gone, which."""
    costs = np.full((len(gone), len(new)), np.inf)
    for row, track in enumerate(gone):
        for column, (face, look) in enumerate(zip(new, looks, strict=True)):
            near = track.hidden and _apart(track, face, time_s) <= NEAR_FACES
            if (cost := distance(track.portrait, look)) <= (SAME_UNHIDDEN if near else SAME_PERSON):
                costs[row, column] = cost
    return {id(new[column]): gone[row] for row, column in (match(costs) if costs.size else [])}
