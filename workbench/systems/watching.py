"""Bring pictures and sound together: which picture and which sound belong to each moment, as soon as that is settled.

A moment's picture is settled when the next one is known to come later; its sound when its 30 ms are there. Nothing
is asked of a network here, so that looking and asking can run on threads of their own.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.errors import InvalidInputError
from workbench.features.hearing import HeardMoment, Hearing
from workbench.features.sight import Looker, Sight
from workbench.media.timeline import GRID_STEP_S
from workbench.media.video import Frame
from workbench.systems.moment_events import PICTURE_LATE, SOUND_LATE, SOUND_MISSING

_ROUNDING_S = 1e-6
_UNHEARD = HeardMoment()
_NO_PICTURES = Sight(math.nan, "no pictures")


@dataclass(eq=False)
class Picture:
    """One picture that was looked at, with room for what the networks say of it, so that they are asked once."""

    sight: Sight
    p_open: float | None = None
    by_face: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class SettledMoment:
    """A moment whose picture and sound are known."""

    index: int
    time_s: float
    picture: Picture
    heard: HeardMoment
    note: str | None


class Watcher:
    """Look at pictures, hear sound, and settle moments.

    Parameters
    ----------
    looker : Looker
    pictures, sound : bool
        Whether such a stream is expected at all.
    longest_wait_s : float
        How long a moment waits for its sound while pictures go on, and for a picture while sound goes on.
    """

    def __init__(
        self,
        looker: Looker,
        *,
        step_s: float = GRID_STEP_S,
        pictures: bool = True,
        sound: bool = True,
        longest_wait_s: float = math.inf,
    ) -> None:
        self._looker, self._step_s, self._longest_wait_s = looker, step_s, longest_wait_s
        self._with_pictures, self._with_sound = pictures, sound
        self._hearing = Hearing(step_s=step_s)
        self._index = 0
        self._pictures: deque[Picture] = deque()
        self._heard: deque[HeardMoment] = deque()
        self._untold: deque[float] = deque()
        self._n_told = 0
        self._settled_s = -math.inf
        self._shown_s, self._pause_s = -math.inf, step_s

    @property
    def index(self) -> int:
        """The moment that will be settled next."""
        return self._index

    def push_frame(self, frame: Frame) -> list[Picture | SettledMoment]:
        """Look at the next picture; return it, then the moments it settles.

        Raises
        ------
        InvalidInputError
            It comes before the picture pushed last, its time is not finite, or no pictures were expected.
        """
        if not self._with_pictures or not frame.time_s > self._shown_s or not math.isfinite(frame.time_s):
            raise InvalidInputError(
                "Pictures must come in the order they are shown, each at a finite time of its own. "
                f"Received one at {frame.time_s} s after one at {self._shown_s} s."
            )
        if math.isfinite(self._shown_s):
            self._pause_s = frame.time_s - self._shown_s
        self._shown_s = frame.time_s
        self._tell()
        picture = Picture(self._looker.look(frame))
        self._pictures.append(picture)
        self._settled_s = max(self._settled_s, frame.time_s)
        return [picture, *self._settle()]

    def no_picture_before(self, time_s: float) -> list[SettledMoment]:
        """Learn that the next picture comes at ``time_s`` or later; return the moments that settles."""
        if self._pictures:
            self._settled_s = max(self._settled_s, time_s)
        return self._settle()

    def push_sound(self, start_s: float, samples: np.ndarray) -> list[SettledMoment]:
        """Hear sound; return the moments it settles. Errors as :meth:`workbench.features.hearing.Hearing.push`."""
        if not self._with_sound:
            raise InvalidInputError("This stream was opened without sound. Received sound: open it with it.")
        self._take(self._hearing.push(start_s, samples))
        return self._settle()

    def end(self, until_s: float | None = None) -> list[SettledMoment]:
        """Return the last moments: the last picture stands as long as the one before it did, or until ``until_s``."""
        settled = self.end_of_sound()
        if not self._with_pictures:
            self._settled_s = self._hearing.end_s
        elif self._pictures:
            self._settled_s = self._shown_s + self._pause_s if until_s is None else until_s
        return settled + self._settle()

    def end_of_sound(self) -> list[SettledMoment]:
        """Learn that no more sound comes though pictures may; return the moments that settles."""
        if self._with_sound:
            self._take(self._hearing.end())
            self._with_sound = False
        return self._settle()

    def state(self) -> dict[str, Any] | None:
        """Return where this can be cut, ready for JSON: right after a picture, when all before it is settled; else None."""
        looker = self._looker.state()
        if looker is None or len(self._pictures) != 1:
            return None
        return {
            "index": self._index,
            "n_told": self._n_told,
            "picture_s": self._shown_s,
            "pause_s": self._pause_s,
            "looker": looker,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from :meth:`state`: the next picture must be the one at ``picture_s``, sound comes from the beginning."""
        self._index, self._n_told = state["index"], state["n_told"]
        self._hearing = Hearing(step_s=self._step_s, first_index=self._n_told)
        self._pause_s = state["pause_s"]
        self._looker.restore(state["looker"])

    def _take(self, heard: list[HeardMoment]) -> None:
        first = self._hearing.next_index - len(heard)
        self._heard.extend(heard[max(self._index - first, 0) :])
        self._untold.extend(moment.level_db for moment in heard)
        self._tell()

    def _tell(self) -> None:
        """Tell the looker what was heard before the picture it looks at, never what comes after."""
        given_up_s = self._index * self._step_s - self._longest_wait_s  # no picture comes for it any more
        until_s = max(self._shown_s, given_up_s) + _ROUNDING_S
        while self._untold and (self._n_told + 1) * self._step_s <= until_s:
            self._looker.heard(round(self._n_told * self._step_s, 9), self._untold.popleft())
            self._n_told += 1

    def _settle(self) -> list[SettledMoment]:
        settled = []
        while (found := self._picture()) is not None and (sounded := self._sound()) is not None:
            (picture, stale), (heard, late) = found, sounded
            note = late or (SOUND_MISSING if heard.missing else None) or stale
            time_s = round(self._index * self._step_s, 9)
            settled.append(SettledMoment(self._index, time_s, picture, heard, note))
            self._index += 1
        return settled

    def _picture(self) -> tuple[Picture, str | None] | None:
        """Return the next moment's picture and its note; None while a better one may still come."""
        time_s = self._index * self._step_s
        while len(self._pictures) > 1 and self._pictures[1].sight.time_s - _ROUNDING_S <= time_s:
            self._pictures.popleft()
        if time_s < self._settled_s - _ROUNDING_S or (not self._with_pictures and self._heard):
            return (self._pictures[0] if self._pictures else Picture(_NO_PICTURES)), None
        if self._with_pictures and len(self._heard) * self._step_s > self._longest_wait_s:
            return (self._pictures[-1] if self._pictures else Picture(_NO_PICTURES)), PICTURE_LATE
        return None

    def _sound(self) -> tuple[HeardMoment, str | None] | None:
        """Take the next moment's sound and its note; None while it may still come."""
        if self._heard:
            return self._heard.popleft(), None
        if not self._with_sound:
            return _UNHEARD, None
        if self._settled_s - self._index * self._step_s > self._longest_wait_s:
            self._hearing.skip()
            self._untold.append(math.nan)
            return _UNHEARD, SOUND_LATE
        return None
