"""The running system on a stream: pictures and sound in, answers out, in constant memory.

Pure and synchronous: nothing here knows of files, threads or cameras. Pushed in one go or in pieces of any size, the
answers are the same, bit for bit.
"""

from __future__ import annotations

import numpy as np

from workbench.evaluation.accumulate import ALPHA
from workbench.features.sight import FollowLooker, Looker
from workbench.media.timeline import GRID_STEP_S
from workbench.media.video import Frame
from workbench.systems.lightweight_fusion import FusionNetworks
from workbench.systems.moment_events import Event, MomentAnswer, PictureSeen
from workbench.systems.moment_judge import MomentJudge, Smoother
from workbench.systems.watching import Picture, SettledMoment, Watcher

__all__ = ["LONGEST_WAIT_S", "Event", "MomentAnswer", "PictureSeen", "StreamingAnalyser"]

LONGEST_WAIT_S = 10.0
"""How far pictures and sound may run apart before a moment is judged without the one that stays away."""


class StreamingAnalyser:
    """Judge a recording while it comes.

    Parameters
    ----------
    networks : FusionNetworks
    looker : Looker, optional
        By default the largest face is followed. A new recording needs a new one.
    alpha : float, in (0, 1]
        Share of the newest moment in the accumulated opinion.
    step_s : float
        From one moment to the next.
    pictures, sound : bool
        Whether such a stream is expected. Without sound no moment waits for any.
    longest_wait_s : float
        How far pictures and sound may run apart; this bounds the memory.
    smoother : Smoother, optional
        Steadies what is displayed.

    Raises
    ------
    InvalidInputError
        ``alpha`` is out of range.

    Examples
    --------
    >>> analyser = StreamingAnalyser(load_fusion(project))  # doctest: +SKIP
    >>> events = analyser.push_sound(0.0, samples) + analyser.push_frame(0.0, image)  # doctest: +SKIP
    >>> events += analyser.end()  # doctest: +SKIP
    """

    def __init__(
        self,
        networks: FusionNetworks,
        *,
        looker: Looker | None = None,
        alpha: float = ALPHA,
        step_s: float = GRID_STEP_S,
        pictures: bool = True,
        sound: bool = True,
        longest_wait_s: float = LONGEST_WAIT_S,
        smoother: Smoother | None = None,
    ) -> None:
        self._judge = MomentJudge(networks, alpha=alpha, smoother=smoother)
        self._watcher = Watcher(
            looker or FollowLooker(),
            step_s=step_s,
            pictures=pictures,
            sound=sound,
            longest_wait_s=longest_wait_s,
        )

    def push_frame(self, time_s: float, image: np.ndarray) -> list[Event]:
        """Take the next picture; return what is seen in it, and the moments it settles.

        Parameters
        ----------
        time_s : float
            When it is first shown; later than the one before.
        image : np.ndarray, shape (height, width, 3), uint8
            RGB, upright, square pixels.

        Raises
        ------
        InvalidInputError
            It comes before the one pushed last.
        """
        return self._judged(self._watcher.push_frame(Frame(time_s, image)))

    def push_sound(self, start_s: float, samples: np.ndarray) -> list[Event]:
        """Take the next sound, shape (n,), 48 kHz in [-1, 1], first heard at ``start_s``; return the moments it settles.

        Sound that came already is not taken twice; where some is missing, silence is heard and the moment says so.
        """
        return self._judged(self._watcher.push_sound(start_s, samples))

    def no_picture_before(self, time_s: float) -> list[Event]:
        """Learn that the next picture comes at ``time_s`` or later; return the moments that settles."""
        return self._judged(self._watcher.no_picture_before(time_s))

    def end(self, until_s: float | None = None) -> list[Event]:
        """Return the last moments; the last picture stands as long as the one before it did, or until ``until_s``."""
        return self._judged(self._watcher.end(until_s))

    def _judged(self, items: list[Picture | SettledMoment] | list[SettledMoment]) -> list[Event]:
        return [
            self._judge.seen(item) if isinstance(item, Picture) else self._judge.answer(item)
            for item in items
        ]
