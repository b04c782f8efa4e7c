"""Look at one of several faces: the largest, the one that speaks, or the one with a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from workbench.errors import InvalidInputError
from workbench.features.crowd import Crowd
from workbench.features.face import crop_face
from workbench.features.face_track import FaceTrack
from workbench.features.follower import LONGEST_TRACK_S
from workbench.features.landmarks import LandmarkPredictor, shared_predictor
from workbench.features.mouth import crop_mouth, mouth_opening
from workbench.features.sight import FollowLooker, Looker, OtherFace, Sight
from workbench.features.speaking import SpeakerChoice
from workbench.features.upright import UprightLooker
from workbench.media.video import Frame

CHOICES = ("largest", "speaking")


@dataclass(frozen=True)
class FaceOptions:
    """Which face of several is judged.

    Attributes
    ----------
    choose : {"largest", "speaking"} or int
        The largest when it was first seen, and kept; the one whose mouth moves with the sound; or the face with this
        number (1 is the first that was seen).
    several : bool
        Whether the other faces are kept apart, too, where the largest is judged. Speaking and a number need them
        anyway; each face more costs about as much as the first.
    upright : bool
        Whether faces tilted by more than 5 degrees are cut out upright (:mod:`workbench.features.upright`).
    """

    choose: Literal["largest", "speaking"] | int = "largest"
    several: bool = False
    upright: bool = False

    def __post_init__(self) -> None:
        number = isinstance(self.choose, int) and not isinstance(self.choose, bool) and self.choose >= 1
        if self.choose not in CHOICES and not number:
            raise InvalidInputError(
                f"faces must be one of {', '.join(CHOICES)}, or the number of a face from 1. Received {self.choose!r}."
            )

    @classmethod
    def parse(cls, text: str, *, upright: bool = False) -> FaceOptions:
        """Read what a person typed: ``largest``, ``speaking`` or a number.

        Raises
        ------
        InvalidInputError
            It is none of them.
        """
        return cls(int(text) if text.isdecimal() else text, upright=upright)  # type: ignore[arg-type]

    def looker(self) -> Looker:
        """Return a fresh looker for one recording."""
        plain = self.choose == "largest" and not self.several
        looker: Looker = FollowLooker() if plain else CrowdLooker(self)
        return UprightLooker(looker) if self.upright else looker


class CrowdLooker:
    """Keep all faces apart and look closely at the chosen one.

    A face that was chosen is waited for 0.5 s when it is gone; then the choice falls on another, unless a number was
    asked for.

    Parameters
    ----------
    options : FaceOptions, optional
    predictor : LandmarkPredictor, optional
        This process's shared one by default.
    """

    def __init__(
        self,
        options: FaceOptions = FaceOptions(several=True),
        *,
        predictor: LandmarkPredictor | None = None,
    ) -> None:
        self.options = options
        self._given_predictor = predictor
        self._crowd: Crowd | None = None
        self._choice = SpeakerChoice()
        self._chosen: int | None = None
        self._looked_s: float | None = None
        self._restored = False

    def _ready(self) -> Crowd:
        self._crowd = self._crowd or Crowd(self._given_predictor or shared_predictor())
        return self._crowd

    def look(self, frame: Frame) -> Sight:
        """Return what is seen of the chosen face in ``frame``, and where the others are."""
        in_view = self._ready().look(frame)
        if not self._restored:
            openings = {track.face_id: float(mouth_opening(track.landmarks)) for track in in_view}
            passed_s = 0.0 if self._looked_s is None else frame.time_s - self._looked_s
            self._choice.saw(openings, passed_s)
            self._choice.keep_only({track.face_id for track in self._ready().tracks})
            self._chosen = self._choose(in_view, frame.time_s)
        self._restored, self._looked_s = False, frame.time_s
        others = tuple(OtherFace(t.face_id, t.box) for t in in_view if t.face_id != self._chosen)
        track = next((t for t in in_view if t.face_id == self._chosen), None)
        if track is None or track.status == "gone":
            return Sight(frame.time_s, "lost", n_faces=len(in_view), others=others)
        return Sight(
            frame.time_s,
            track.status,
            track.box,
            len(in_view),
            track.landmarks,
            crop_face(frame.image, track.landmarks),
            crop_mouth(frame.image, track.landmarks),
            track.face_id,
            others,
        )

    def heard(self, time_s: float, level_db: float) -> None:
        """Take in how loud the 30 ms from ``time_s`` were."""
        self._choice.heard(level_db)

    def _choose(self, in_view: list[FaceTrack], time_s: float) -> int | None:
        if isinstance(self.options.choose, int):
            return self.options.choose
        by_id = {track.face_id: track for track in self._ready().tracks}
        if self.options.choose == "speaking" and self._choice.speaker in {t.face_id for t in in_view}:
            return self._choice.speaker
        chosen = by_id.get(self._chosen) if self._chosen is not None else None
        if chosen is not None and time_s - chosen.seen_s <= LONGEST_TRACK_S:
            return chosen.face_id
        largest = max(in_view, key=lambda track: track.box[2] * track.box[3], default=None)
        return largest.face_id if largest is not None else self._chosen

    def state(self) -> dict[str, Any] | None:
        """Return all that is known, ready for JSON; None while dlib's tracker bridges."""
        crowd = self._ready().state()
        if crowd is None:
            return None
        return {
            "crowd": crowd,
            "choice": self._choice.state(),
            "chosen": self._chosen,
            "looked_s": self._looked_s,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from :meth:`state`; the next picture must be the one it was taken at."""
        self._ready().restore(state["crowd"])
        self._choice.restore(state["choice"])
        self._chosen, self._looked_s, self._restored = state["chosen"], state["looked_s"], True
