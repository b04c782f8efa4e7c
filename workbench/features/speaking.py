"""Who speaks: the face whose mouth moves while something is heard.

The rule:

1. *Something is heard* where the level lies 12 dB or more above the quietest tenth of the last 10 s.
2. *Each face's score* is the mean speed of its mouth's opening (change of the inner lips' gap over the mouth's width, a
   second) over what was heard, older sound forgotten with a time constant of 1 s.
3. *Another face takes over* when its score has been 1.3 times the present one's through 0.3 s of sound, so that
   a single smile does not. In silence nobody takes over.
4. *Until 0.3 s were heard*, or without sound, it is the largest face.

It tells a talker from people who listen. It does not tell whose voice it is while several mouths move at once.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Any

import numpy as np

from workbench.media.timeline import GRID_STEP_S

ABOVE_QUIET_DB = 12.0
QUIET_SHARE = 0.1
REMEMBERED_S = 10.0
FORGET_S = 1.0
TAKE_OVER, TAKE_OVER_S = 1.3, 0.3
SLOWEST = 0.1
"""A speed below this, a second, is the landmarks' own noise."""


class SpeakerChoice:
    """Listens to one recording, watches its mouths, and says who speaks.

    Attributes
    ----------
    speaker : int or None
        Who speaks; None until 0.3 s were heard.
    """

    def __init__(self) -> None:
        self.speaker: int | None = None
        self._levels: deque[float] = deque(maxlen=round(REMEMBERED_S / GRID_STEP_S))
        self._heard_s = self._unseen_s = 0.0
        self._openings: dict[int, float] = {}
        self._moved: dict[int, float] = {}
        self._watched_s: dict[int, float] = {}
        self._ahead: dict[int, float] = {}

    def heard(self, level_db: float) -> None:
        """Take in how loud the next 30 ms were; NaN where there is no sound."""
        if not math.isfinite(level_db):
            return
        self._levels.append(level_db)
        quiet = float(np.quantile(np.fromiter(self._levels, float), QUIET_SHARE))
        if level_db >= quiet + ABOVE_QUIET_DB:
            self._unseen_s += GRID_STEP_S

    def saw(self, openings: dict[int, float], passed_s: float) -> None:
        """Take in how far each mouth in view is open, ``passed_s`` seconds after the picture before."""
        heard_s, self._unseen_s = self._unseen_s, 0.0
        if heard_s > 0 and passed_s > 0:
            self._heard_s += heard_s
            keep = math.exp(-heard_s / FORGET_S)
            for face, opening in openings.items():
                if face in self._openings:
                    speed = abs(opening - self._openings[face]) / passed_s
                    self._moved[face] = keep * self._moved.get(face, 0.0) + speed * heard_s
                    self._watched_s[face] = keep * self._watched_s.get(face, 0.0) + heard_s
            self._choose(openings, heard_s)
        self._openings = dict(openings)

    def keep_only(self, faces: set[int]) -> None:
        """Forget all faces but these, so that an hour of passers-by takes no memory."""
        for table in self._tables().values():
            for face in table.keys() - faces:
                del table[face]

    def scores(self) -> dict[int, float]:
        """Return each face's mean speed of the mouth while something was heard, a second."""
        return {face: moved / self._watched_s[face] for face, moved in self._moved.items()}

    def _choose(self, in_view: dict[int, float], heard_s: float) -> None:
        scores = {face: score for face, score in self.scores().items() if face in in_view}
        if self._heard_s < TAKE_OVER_S or not scores:
            return
        best = max(scores, key=lambda face: scores[face])
        if self.speaker not in in_view:
            self.speaker = best if scores[best] >= SLOWEST else self.speaker
            return
        to_beat = TAKE_OVER * max(scores.get(self.speaker, 0.0), SLOWEST)
        self._ahead = {
            face: self._ahead.get(face, 0.0) + heard_s
            for face, score in scores.items()
            if face != self.speaker and score >= to_beat
        }
        ready = [face for face, ahead_s in self._ahead.items() if ahead_s >= TAKE_OVER_S]
        if ready:
            self.speaker, self._ahead = max(ready, key=lambda face: scores[face]), {}

    def state(self) -> dict[str, Any]:
        """Return all that was taken in, ready for JSON."""
        return {
            "speaker": self.speaker,
            "levels": list(self._levels),
            "heard_s": self._heard_s,
            "unseen_s": self._unseen_s,
            **{name: list(table.items()) for name, table in self._tables().items()},
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from :meth:`state`."""
        self.speaker = state["speaker"]
        self._levels.clear()
        self._levels.extend(state["levels"])
        self._heard_s, self._unseen_s = state["heard_s"], state["unseen_s"]
        for name, table in self._tables().items():
            table.clear()
            table.update({int(face): float(value) for face, value in state[name]})

    def _tables(self) -> dict[str, dict[int, float]]:
        return {
            "openings": self._openings,
            "moved": self._moved,
            "watched_s": self._watched_s,
            "ahead": self._ahead,
        }
