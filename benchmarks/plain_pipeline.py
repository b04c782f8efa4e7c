"""The plain Keras and dlib pipeline beside ours: the same answer, and how much sooner.

``python -m benchmarks.plain_pipeline --project PROJECT VIDEO [VIDEO ...] [--answers-only]``

The plain pipeline is :mod:`benchmarks.peers.plain`. Both use the newest trained system of ``--project`` and the same
pictures. Said for each clip: the boxes' intersection over union, the landmarks' mean distance as a share of the face's
width (jaw point to jaw point), pictures with the same mouth state, and whether the clip's label is the same. Timed with
the mouth's answer overruled (``--mouth open``), so that it is known which branch runs: pieces of the plain pipeline and
whole passes of ours in turns. Pin it (``taskset -c 0``) to time one core.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers.plain import PlainAnswer, PlainPipeline
from workbench.evaluation.intervals import wilson
from workbench.features.landmarks import overlap
from workbench.features.moments import SeenMoment, read_moments
from workbench.project import Project
from workbench.sentiment import SENTIMENTS
from workbench.systems.analysis import analyze
from workbench.systems.lightweight_fusion import FusionNetworks, load_fusion
from workbench.systems.sinks import AnswerList

PIECE = 15
"""Plain moments between two passes of ours."""


@dataclass(frozen=True)
class Sameness:
    """How alike two pipelines answer on one clip.

    Attributes
    ----------
    clip : str
    n_pictures, n_faces : int
        Different pictures, and those where both saw a face.
    n_one_sided : int
        Pictures where only one of them saw a face.
    overlaps, distances : np.ndarray, shape (n_faces,)
        Intersection over union; mean distance of the landmarks as a share of the face's width.
    n_same_mouth : int
    labels : tuple of str or None
        Theirs and ours.
    largest_step : float
        The largest difference of the last accumulated probabilities.
    """

    clip: str
    n_pictures: int
    n_faces: int
    n_one_sided: int
    overlaps: np.ndarray
    distances: np.ndarray
    n_same_mouth: int
    labels: tuple[str | None, str | None]
    largest_step: float

    def line(self) -> str:
        """Return all of it as one line."""
        low, high = wilson(self.n_same_mouth, self.n_faces)
        share = self.n_same_mouth / max(self.n_faces, 1)
        return (
            f"{self.clip}: IoU {np.median(self.overlaps):.3f} median, {np.min(self.overlaps):.3f} least;"
            f" landmarks {np.median(self.distances):.2%} median, {np.max(self.distances):.2%} most;"
            f" same mouth {self.n_same_mouth}/{self.n_faces} {share:.1%} [{low:.1%}, {high:.1%}];"
            f" label {self.labels[0]} and {self.labels[1]} (accumulated differ by {self.largest_step:.3f});"
            f" {self.n_one_sided} of {self.n_pictures} pictures with a face for one only"
        )


def compare(video: Path, plain: PlainPipeline, networks: FusionNetworks) -> Sameness:
    """Let both look at every picture of a clip."""
    answers = list(plain.answers(video))
    theirs = {a.frame_time_s: a for a in reversed(answers)}  # of each picture the first moment
    told = AnswerList()
    analysis = analyze(video, networks, sinks=[told])
    states = {a.frame_time_s: a.mouth_open for a in told.answers}
    ours = {m.frame_time_s: m for m in read_moments(video, with_sound=False)}
    both = [(t, ours[key], states[key]) for key, t in theirs.items() if t.box and ours[key].box]
    opinion = next((a.accumulated for a in reversed(answers) if a.accumulated is not None), None)
    return Sameness(
        clip=video.name,
        n_pictures=len(theirs),
        n_faces=len(both),
        n_one_sided=sum((t.box is None) != (ours[key].box is None) for key, t in theirs.items()),
        overlaps=np.array([overlap(t.box, m.box) for t, m, _ in both if t.box and m.box]),
        distances=np.array([_distance(t, m) for t, m, _ in both]),
        n_same_mouth=sum(is_open == t.mouth_open for t, _, is_open in both),
        labels=(None if opinion is None else SENTIMENTS[int(np.argmax(opinion))], analysis.label),
        largest_step=_largest_step(opinion, analysis.accumulated),
    )


def _distance(theirs: PlainAnswer, ours: SeenMoment) -> float:
    assert theirs.landmarks is not None and ours.landmarks is not None
    width = np.linalg.norm(theirs.landmarks[16] - theirs.landmarks[0])
    return float(np.linalg.norm(theirs.landmarks - ours.landmarks, axis=1).mean() / width)


def _largest_step(theirs: np.ndarray | None, ours: dict[str, float] | None) -> float:
    if theirs is None or ours is None:
        return float("nan")
    return max(abs(float(p) - ours[name]) for name, p in zip(SENTIMENTS, theirs, strict=True))


class Overruled:
    """A mouth's network that is asked and then overruled."""

    def __init__(self, asked: Any, *, is_open: bool) -> None:
        self._asked, self._open = asked, is_open
        self.network, self.classes = asked.network, asked.classes

    def probabilities(self, **arrays: np.ndarray) -> np.ndarray:
        """Ask, then answer as told."""
        answers = self._asked.probabilities(**arrays)
        return np.tile([1.0 - self._open, float(self._open)], (len(answers), 1))


def with_mouth(networks: FusionNetworks, *, is_open: bool) -> FusionNetworks:
    """Return the networks with the mouth's answer overruled, so that it is known which branch runs."""
    return dataclasses.replace(networks, mouth=Overruled(networks.mouth, is_open=is_open))


def time_both(video: Path, plain: PlainPipeline, networks: FusionNetworks, *, is_open: bool) -> list[str]:
    """Time pieces of the plain pipeline and whole passes of ours in turns, and say the ratio."""
    told = with_mouth(networks, is_open=is_open)
    plain.mouth = is_open
    analyze(video, told)  # compiles what is compiled on the first use
    answers, pieces, passes, n_plain = plain.answers(video), [], [], 0
    while True:
        wall, cpu = time.perf_counter(), time.process_time()
        n = len(list(islice(answers, PIECE)))
        if not n:
            break
        pieces.append((time.perf_counter() - wall, time.process_time() - cpu))
        n_plain += n
        wall, cpu = time.perf_counter(), time.process_time()
        n_ours = analyze(video, told).n_moments
        passes.append(((time.perf_counter() - wall) / n_ours, (time.process_time() - cpu) / n_ours))
    plain.mouth = None
    theirs = np.array(pieces).sum(axis=0) / n_plain
    ours = np.median(np.array(passes), axis=0)
    return [
        f"{video.name}, mouth {'open' if is_open else 'closed'}, {len(os.sched_getaffinity(0))} core(s),"
        f" {n_plain} moments and {len(passes)} passes in turns:",
        *(
            f"  {what:<5} plain {1000 * t:8.1f} ms/moment, ours {1000 * o:6.2f}: {t / o:.1f}x"
            for what, t, o in zip(("wall", "CPU"), theirs, ours, strict=True)
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plain_pipeline", description=__doc__)
    parser.add_argument("videos", type=Path, nargs="+")
    parser.add_argument("--project", type=Path, required=True, help="a project with a trained system")
    parser.add_argument("--run", help="an audiovisual run; the newest by default")
    parser.add_argument("--mouth", choices=("open", "closed"), default="open", help="which branch is timed")
    parser.add_argument("--answers-only", action="store_true", help="compare, do not time")
    given = parser.parse_args()
    project = Project.open(given.project)
    plain, networks = PlainPipeline.of(project, given.run), load_fusion(project, given.run)
    for video in given.videos:
        print(compare(video, plain, networks).line(), flush=True)
    for video in [] if given.answers_only else given.videos:
        print("\n".join(time_both(video, plain, networks, is_open=given.mouth == "open")), flush=True)


if __name__ == "__main__":
    main()
