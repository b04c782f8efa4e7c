"""Follow one recording moment by moment and say what it shows (``workbench analyze``)."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import InvalidInputError
from workbench.evaluation.accumulate import ALPHA
from workbench.features.clip_features import N_FREQUENCIES
from workbench.features.moments import SeenMoment, read_moments
from workbench.features.stopwatch import Stopwatch
from workbench.progress import Progress, silent
from workbench.sentiment import OPEN_THRESHOLD, SENTIMENTS
from workbench.systems.lightweight_fusion import FusionNetworks, answer_moments

_TOGETHER = 64


@dataclass
class Analysis:
    """What the system saw, moment by moment, and what it decided.

    Attributes
    ----------
    clip : str
        The recording's file name.
    frames : list of dict
        One per 30 ms: ``time_s, face, mouth_open, branch, probabilities, accumulated`` (None where there was no face).
    seconds_of_video, seconds_of_work : float
    """

    clip: str
    frames: list[dict[str, Any]] = field(default_factory=list)
    seconds_of_video: float = 0.0
    seconds_of_work: float = 0.0
    heard: bool = False

    @property
    def label(self) -> str | None:
        """The clip's sentiment: the largest of the last accumulated probabilities; None when no face was ever seen."""
        last = next((f["accumulated"] for f in reversed(self.frames) if f["accumulated"]), None)
        return max(last, key=last.get) if last else None

    def notes(self) -> list[str]:
        """Say in words what the system did without."""
        n_faces = sum(frame["face"] is not None for frame in self.frames)
        if not n_faces:
            return ["No face was seen in any moment, so there is no prediction: this system needs a face."]
        said = (
            []
            if n_faces == len(self.frames)
            else [
                f"A face was seen in {n_faces} of {len(self.frames)} moments; the others have no prediction."
            ]
        )
        return (
            said if self.heard else [*said, "There is no sound: every moment was judged by the face alone."]
        )

    def lines(self) -> list[str]:
        """Return the analysis for people."""
        if self.label is None:
            return [f"{self.clip}: no prediction.", *self.notes()]
        last = next(frame["accumulated"] for frame in reversed(self.frames) if frame["accumulated"])
        shares = ", ".join(f"{name} {last[name]:.2f}" for name in SENTIMENTS)
        n_open = sum(frame["mouth_open"] is True for frame in self.frames)
        pace = (
            f"{len(self.frames) / self.seconds_of_work:.0f} moments a second" if self.seconds_of_work else ""
        )
        return [
            f"{self.clip}: {self.label} (accumulated at the end: {shares})",
            f"{len(self.frames)} moments in {self.seconds_of_video:.1f} s, mouth open in {n_open}; {pace}",
            *self.notes(),
        ]

    def as_json(self) -> dict[str, Any]:
        """Return the analysis in the shape of ``analyze --json``."""
        return {
            "clip": self.clip,
            "label": self.label,
            "frames": self.frames,
            "seconds_of_video": round(self.seconds_of_video, 3),
            "seconds_of_work": round(self.seconds_of_work, 3),
            "notes": self.notes(),
        }


def analyze(
    path: Path,
    networks: FusionNetworks,
    *,
    alpha: float = ALPHA,
    watch: Stopwatch | None = None,
    progress: Progress = silent,
) -> Analysis:
    """Judge a recording as the paper's system does: every 30 ms, accumulated with ``alpha``.

    Parameters
    ----------
    path : Path
        Any recording; one without sound is judged by the face alone, one without a face gets no prediction.
    alpha : float, in (0, 1]
        Share of the newest moment (equation 1).
    watch : Stopwatch, optional
        Told where the time goes.

    Raises
    ------
    InvalidInputError
        The file is no recording, or ``alpha`` is out of range.
    """
    if not 0 < alpha <= 1:
        raise InvalidInputError(f"alpha must lie in (0, 1]. Received {alpha}: pass a share such as 0.1.")
    started = time.monotonic()
    analysis, opinion = Analysis(clip=path.name), None
    for together in _groups(read_moments(path, watch=watch), _TOGETHER):
        for moment, answer in zip(together, _answers(networks, together), strict=True):
            if answer is not None:
                now = np.array([answer["probabilities"][name] for name in SENTIMENTS])
                opinion = now if opinion is None else alpha * now + (1 - alpha) * opinion
            analysis.frames.append(_frame(moment, answer, opinion if answer is not None else None))
        analysis.heard |= any(moment.column is not None for moment in together)
        progress(len(analysis.frames), len(analysis.frames) + 1, f"{path.name}: {together[-1].time_s:.1f} s")
    analysis.seconds_of_video = analysis.frames[-1]["time_s"] + 0.03 if analysis.frames else 0.0
    analysis.seconds_of_work = time.monotonic() - started
    return analysis


def _groups(moments: Iterable[SeenMoment], size: int) -> Iterator[list[SeenMoment]]:
    stream = iter(moments)
    while group := list(islice(stream, size)):
        yield group


def _answers(networks: FusionNetworks, moments: list[SeenMoment]) -> list[dict[str, Any] | None]:
    """Return for each moment the system's answer, None where there is no face."""
    seen = [(m, m.face, m.mouth) for m in moments if m.face is not None and m.mouth is not None]
    if not seen:
        return [None] * len(moments)
    unheard = np.zeros(N_FREQUENCIES, np.float16)
    with_face = [m for m, _, _ in seen]
    answers = answer_moments(
        networks,
        faces=np.stack([face for _, face, _ in seen]),
        mouths=np.stack([mouth for _, _, mouth in seen]),
        columns=np.stack([unheard if m.column is None else m.column.astype(np.float16) for m in with_face]),
        heard=np.array([m.column is not None for m in with_face]),
    )
    rows = zip(answers.p_open, answers.branch, answers.probabilities, strict=True)
    by_index = {
        m.index: {
            "p_open": float(p),
            "branch": str(b),
            "probabilities": dict(zip(SENTIMENTS, map(float, q), strict=True)),
        }
        for m, (p, b, q) in zip(with_face, rows, strict=True)
    }
    return [by_index.get(m.index) for m in moments]


def _frame(moment: SeenMoment, answer: dict[str, Any] | None, opinion: np.ndarray | None) -> dict[str, Any]:
    if answer is None or moment.box is None or opinion is None:
        return {
            "time_s": round(moment.time_s, 3),
            "face": None,
            "mouth_open": None,
            "branch": None,
            "probabilities": None,
            "accumulated": None,
        }
    return {
        "time_s": round(moment.time_s, 3),
        "face": [round(float(v), 1) for v in moment.box],
        "mouth_open": bool(answer["p_open"] > OPEN_THRESHOLD),
        "branch": answer["branch"],
        "probabilities": {name: round(p, 6) for name, p in answer["probabilities"].items()},
        "accumulated": {name: round(float(p), 6) for name, p in zip(SENTIMENTS, opinion, strict=True)},
    }
