"""Ask the networks one moment at a time, and accumulate what they say (Yakaew 2021, figure 1 and equation 1)."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from workbench.errors import InvalidInputError
from workbench.evaluation.accumulate import ALPHA
from workbench.features.landmarks import Box
from workbench.features.sight import Sight
from workbench.sentiment import OPEN_THRESHOLD, SENTIMENTS
from workbench.systems.lightweight_fusion import FusionNetworks
from workbench.systems.moment_events import MomentAnswer, PictureSeen
from workbench.systems.watching import Picture, SettledMoment


class Smoother(Protocol):
    """Steadies what is displayed of one recording; nothing that is judged or stored passes through it."""

    def smooth(self, sight: Sight) -> tuple[Box | None, np.ndarray | None]:
        """Return the box and the landmarks, shape (68, 2), to show for a picture; None without a face."""
        ...


class MomentJudge:
    """The running system, asked about pictures and moments in the order of time.

    The mouth and the face of a picture are asked about once, however many moments it is seen at. Each question is
    asked alone, so that an answer does not depend on what happens to be judged beside it.

    Parameters
    ----------
    networks : FusionNetworks
    alpha : float, in (0, 1]
        Share of the newest moment in the accumulated opinion.

    Raises
    ------
    InvalidInputError
        ``alpha`` is out of range.
    """

    def __init__(
        self, networks: FusionNetworks, *, alpha: float = ALPHA, smoother: Smoother | None = None
    ) -> None:
        if not 0 < alpha <= 1:
            raise InvalidInputError(f"alpha must lie in (0, 1]. Received {alpha}: pass a share such as 0.1.")
        self._networks, self._alpha, self._smoother = networks, alpha, smoother
        self._opinion: np.ndarray | None = None

    @property
    def opinion(self) -> list[float] | None:
        """The accumulated probabilities in the order of :data:`workbench.sentiment.SENTIMENTS`; None before any."""
        return None if self._opinion is None else [float(p) for p in self._opinion]

    def restore(self, opinion: list[float] | None) -> None:
        """Go on from an earlier :attr:`opinion`."""
        self._opinion = None if opinion is None else np.array(opinion)

    def seen(self, picture: Picture) -> PictureSeen:
        """Say what one picture shows."""
        sight = picture.sight
        box, landmarks = (
            (sight.box, sight.landmarks) if self._smoother is None else self._smoother.smooth(sight)
        )
        p_open, by_face = self._mouth(picture), self._by_face(picture)
        return PictureSeen(
            time_s=sight.time_s,
            status=sight.status,
            box=sight.box,
            landmarks=sight.landmarks,
            shown_box=box,
            shown_landmarks=landmarks,
            p_open=p_open,
            mouth_open=None if p_open is None else p_open > OPEN_THRESHOLD,
            probabilities=None if by_face is None else _named(by_face),
            n_faces=sight.n_faces,
            face_id=sight.face_id,
            others=sight.others,
        )

    def answer(self, moment: SettledMoment) -> MomentAnswer:
        """Judge one moment."""
        sight, heard = moment.picture.sight, moment.heard
        p_open = self._mouth(moment.picture)
        if p_open is None or sight.face is None:
            return _unseen(moment)
        fused = p_open > OPEN_THRESHOLD and heard.column is not None
        if fused:
            asked = self._networks.audiovisual.probabilities(
                faces=sight.face[None], columns=_row(heard.column)
            )
            now: np.ndarray | None = np.asarray(asked[0], dtype=np.float64)
        else:
            now = self._by_face(moment.picture)
        assert now is not None  # there is a face
        self._opinion = (
            now if self._opinion is None else self._alpha * now + (1 - self._alpha) * self._opinion
        )
        return MomentAnswer(
            index=moment.index,
            time_s=moment.time_s,
            frame_time_s=sight.time_s,
            status=sight.status,
            box=sight.box,
            p_open=p_open,
            mouth_open=p_open > OPEN_THRESHOLD,
            branch="audiovisual" if fused else "visual",
            probabilities=_named(now),
            accumulated=_named(self._opinion),
            heard=heard.column is not None,
            level_db=heard.level_db,
            face_id=sight.face_id,
            note=moment.note,
        )

    def _mouth(self, picture: Picture) -> float | None:
        if picture.p_open is None and picture.sight.mouth is not None:
            asked = self._networks.mouth.probabilities(mouths=picture.sight.mouth[None])
            picture.p_open = float(asked[0, 1])
        return picture.p_open

    def _by_face(self, picture: Picture) -> np.ndarray | None:
        if picture.by_face is None and picture.sight.face is not None:
            asked = self._networks.visual.probabilities(faces=picture.sight.face[None])
            picture.by_face = np.asarray(asked[0], dtype=np.float64)
        return picture.by_face


def _row(column: np.ndarray | None) -> np.ndarray:
    assert column is not None
    return column[None]


def _named(probabilities: np.ndarray) -> dict[str, float]:
    return dict(zip(SENTIMENTS, map(float, probabilities), strict=True))


def _unseen(moment: SettledMoment) -> MomentAnswer:
    sight = moment.picture.sight
    return MomentAnswer(
        index=moment.index,
        time_s=moment.time_s,
        frame_time_s=sight.time_s,
        status=sight.status,
        heard=moment.heard.column is not None,
        level_db=moment.heard.level_db,
        face_id=sight.face_id,
        note=moment.note,
    )
