"""Follow one recording moment by moment and say what it shows (``workbench analyze``).

Decoding, looking and asking each have a thread, with short queues between them; memory does not grow with the length.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.evaluation.accumulate import ALPHA
from workbench.features.sight import FollowLooker, Looker
from workbench.features.stopwatch import Stopwatch
from workbench.files import file_stamp
from workbench.media.timeline import GRID_STEP_S
from workbench.progress import Progress, silent
from workbench.sentiment import SENTIMENTS
from workbench.systems.analysis_journal import AnalysisJournal
from workbench.systems.analysis_stages import Cut, judged, watched
from workbench.systems.file_feed import feed, streams_of
from workbench.systems.lightweight_fusion import FusionNetworks
from workbench.systems.moment_events import MomentAnswer
from workbench.systems.moment_judge import MomentJudge
from workbench.systems.sinks import AnalysisFacts, Sink
from workbench.systems.stage_thread import StageThread
from workbench.systems.watching import Watcher

_WAITING_PICTURES, _WAITING_MOMENTS = 8, 64
_TOLD_EVERY = 16


@dataclass
class Analysis:
    """What the system decided about a recording, and what it did without; the moments go to the sinks.

    Attributes
    ----------
    clip : str
        The recording's file name.
    n_moments, n_faces, n_open : int
        Moments; those with a face; those with an open mouth.
    heard : bool
        Whether anything was heard.
    accumulated : dict of str to float, or None
        The last accumulated probabilities; None when no face was ever seen.
    notes_of_moments : dict of str to int
        How many moments carry each note.
    seconds_of_video, seconds_of_work : float
    """

    clip: str
    n_moments: int = 0
    n_faces: int = 0
    n_open: int = 0
    heard: bool = False
    accumulated: dict[str, float] | None = None
    notes_of_moments: dict[str, int] = field(default_factory=dict)
    seconds_of_video: float = 0.0
    seconds_of_work: float = 0.0

    def add(self, answer: MomentAnswer) -> None:
        """Count a moment."""
        self.n_moments += 1
        self.n_faces += answer.box is not None
        self.n_open += answer.mouth_open is True
        self.heard |= answer.heard
        self.accumulated = answer.accumulated or self.accumulated
        self.seconds_of_video = round(answer.time_s, 3) + GRID_STEP_S
        if answer.note is not None:
            self.notes_of_moments[answer.note] = self.notes_of_moments.get(answer.note, 0) + 1

    @property
    def label(self) -> str | None:
        """The clip's sentiment: the largest of the last accumulated probabilities; None when no face was ever seen."""
        return max(self.accumulated, key=self.accumulated.__getitem__) if self.accumulated else None

    def notes(self) -> list[str]:
        """Say in words what the system did without."""
        if not self.n_faces:
            return ["No face was seen in any moment, so there is no prediction: this system needs a face."]
        said = (
            []
            if self.n_faces == self.n_moments
            else [
                f"A face was seen in {self.n_faces} of {self.n_moments} moments; the others have no prediction."
            ]
        )
        return (
            said if self.heard else [*said, "There is no sound: every moment was judged by the face alone."]
        )

    def lines(self) -> list[str]:
        """Return the analysis for people."""
        if self.accumulated is None:
            return [f"{self.clip}: no prediction.", *self.notes()]
        shares = ", ".join(f"{name} {self.accumulated[name]:.2f}" for name in SENTIMENTS)
        pace = (
            f"; {self.n_moments / self.seconds_of_work:.0f} moments a second" if self.seconds_of_work else ""
        )
        return [
            f"{self.clip}: {self.label} (accumulated at the end: {shares})",
            f"{self.n_moments} moments in {self.seconds_of_video:.1f} s, mouth open in {self.n_open}{pace}",
            *self.notes(),
        ]

    def as_json(self) -> dict[str, Any]:
        """Return the analysis in the shape of ``analyze --json``, without its ``frames``."""
        return {
            "clip": self.clip,
            "label": self.label,
            "seconds_of_video": round(self.seconds_of_video, 3),
            "seconds_of_work": round(self.seconds_of_work, 3),
            "notes": self.notes(),
        }


def analyze(
    path: Path,
    networks: FusionNetworks,
    *,
    alpha: float = ALPHA,
    looker: Looker | None = None,
    sinks: Sequence[Sink] = (),
    partial: Path | None = None,
    resume: bool = False,
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
    looker : Looker, optional
        A fresh one; by default the largest face is followed.
    sinks : sequence of Sink
        Told every moment; closed when all is done, abandoned when it is stopped or fails.
    partial : Path, optional
        Where a partial result is kept meanwhile, so that stopped work can be taken up again; gone when all is done.
    resume : bool
        Go on from ``partial``. The result is the same, bit for bit, as without the stop.
    watch : Stopwatch, optional
        Told where the time goes; the parts run beside one another.

    Raises
    ------
    InvalidInputError
        The file is no recording, ``alpha`` is out of range, or there is nothing to go on from.
    StorageError
        A partial result or a sink cannot be written.
    """
    judge, streams = MomentJudge(networks, alpha=alpha), streams_of(path)
    looker = looker or FollowLooker(watch=watch)
    journal = _journal(path, networks, alpha, looker, partial, resume=resume)
    watcher = Watcher(looker, pictures=streams.pictures, sound=streams.sound)
    work = _Work(Analysis(path.name), sinks, journal)
    with ExitStack() as stack:
        stack.push(work.leave)
        work.open(AnalysisFacts(path.name, alpha, GRID_STEP_S, dict(networks.runs)))
        state = journal.state if journal is not None else None
        if state is not None:
            watcher.restore(state)
            judge.restore(work.opinion())
        fed = StageThread(
            feed(path, streams, begin=state, watch=watch), size=_WAITING_PICTURES, name="decode"
        )
        stack.callback(fed.close)
        moments = watched(iter(fed), watcher, with_cuts=journal is not None, watch=watch)
        looked = StageThread(moments, size=_WAITING_MOMENTS, name="look")
        stack.callback(looked.close)
        answers = StageThread(judged(iter(looked), judge), size=_WAITING_MOMENTS, name="ask")
        stack.callback(answers.close)
        told = 0
        for items in answers:
            for item in items:
                work.take(item)
            if work.analysis.n_moments - told >= _TOLD_EVERY:
                told = work.analysis.n_moments
                work.tell(progress, streams.n_expected)
        work.finish()
    work.tell(progress, work.analysis.n_moments)
    return work.analysis


class _Work:
    """Counts, keeps and hands on the answers; leaves nothing half behind."""

    def __init__(self, analysis: Analysis, sinks: Sequence[Sink], journal: AnalysisJournal | None) -> None:
        self.analysis, self._sinks, self._journal = analysis, sinks, journal
        self._started = time.monotonic()
        self._open = list(sinks)

    def open(self, facts: AnalysisFacts) -> None:
        for sink in self._sinks:
            sink.open(facts)
        if self._journal is not None:
            self._started -= self._journal.seconds_of_work
            for answer in self._journal.answers():
                self._add(answer)

    def opinion(self) -> list[float] | None:
        last = self.analysis.accumulated
        return None if last is None else [last[name] for name in SENTIMENTS]

    def take(self, item: MomentAnswer | Cut) -> None:
        if isinstance(item, Cut):
            assert self._journal is not None  # only then are cuts asked for
            self._journal.mark(item.state, self._seconds())
            return
        if self._journal is not None:
            self._journal.write(item)
        self._add(item)

    def _add(self, answer: MomentAnswer) -> None:
        self.analysis.add(answer)
        for sink in self._sinks:
            sink.write(answer)

    def tell(self, progress: Progress, n_expected: int) -> None:
        n_done = self.analysis.n_moments
        pace = n_done / self._seconds() if self._seconds() > 0 else 0.0
        said = f"{self.analysis.seconds_of_video:.1f} s of {self.analysis.clip}, {pace:.0f} moments a second"
        progress(n_done, max(n_expected, n_done), said)

    def finish(self) -> None:
        self.analysis.seconds_of_work = self._seconds()
        while self._open:
            self._open[0].close(self.analysis)
            self._open.pop(0)
        if self._journal is not None:
            self._journal.remove()

    def leave(self, kind: type[BaseException] | None, *_: object) -> None:
        """On the way out with an error: take away what the sinks began, keep the partial result."""
        if kind is not None:
            for sink in self._open:
                sink.abandon()
        if self._journal is not None:
            self._journal.close()

    def _seconds(self) -> float:
        return time.monotonic() - self._started


def _journal(
    path: Path,
    networks: FusionNetworks,
    alpha: float,
    looker: Looker,
    partial: Path | None,
    *,
    resume: bool,
) -> AnalysisJournal | None:
    if partial is None:
        return None
    changed_ns, n_bytes = file_stamp(path)
    what = {"recording": [path.name, changed_ns, n_bytes], "alpha": alpha, "step": GRID_STEP_S}
    journal = AnalysisJournal(
        partial,
        {
            **what,
            "runs": networks.runs,
            "way of looking": str(getattr(looker, "options", type(looker).__name__)),
        },
    )
    if resume:
        journal.resume()
    else:
        journal.begin()
    return journal
