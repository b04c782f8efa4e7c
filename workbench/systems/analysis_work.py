"""The books of one analysis: what is counted, kept and handed on while it runs."""

from __future__ import annotations

import time
from collections.abc import Sequence

from workbench.progress import Progress
from workbench.sentiment import SENTIMENTS
from workbench.systems.analysis_journal import AnalysisJournal
from workbench.systems.analysis_stages import Cut
from workbench.systems.analysis_summary import Analysis
from workbench.systems.moment_events import MomentAnswer
from workbench.systems.sinks import AnalysisFacts, Sink


class AnalysisWork:
    """Counts, keeps and hands on the answers of one recording; leaves nothing half behind.

    Parameters
    ----------
    clip : str
        The recording's file name.
    sinks : sequence of Sink
    journal : AnalysisJournal, optional
        Begun, or ready to go on from.

    Attributes
    ----------
    analysis : Analysis
        What was counted so far.
    """

    def __init__(self, clip: str, sinks: Sequence[Sink], journal: AnalysisJournal | None) -> None:
        self.analysis, self._sinks, self._journal = Analysis(clip), sinks, journal
        self._started = time.monotonic()
        self._open = list(sinks)
        self._n_before = 0

    def open(self, facts: AnalysisFacts) -> None:
        """Open the sinks and tell them what the journal holds already."""
        for sink in self._sinks:
            sink.open(facts)
        if self._journal is not None:
            self._started -= self._journal.seconds_of_work
            for answer in self._journal.answers():
                self._add(answer)
            self._n_before = self.analysis.n_moments

    def opinion(self) -> list[float] | None:
        """Return the accumulated probabilities, in the order of the sentiments; None before the first face."""
        last = self.analysis.accumulated
        return None if last is None else [last[name] for name in SENTIMENTS]

    def take(self, item: MomentAnswer | Cut) -> None:
        """Take the next moment, or a place to go on from."""
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

    def tell(self, progress: Progress, n_expected: int | None = None) -> None:
        """Say how far it is; work taken up again counts what is left to do, so that the estimate holds."""
        n_done = self.analysis.n_moments - self._n_before
        pace = self.analysis.n_moments / self._seconds() if self._seconds() > 0 else 0.0
        said = f"{self.analysis.seconds_of_video:.1f} s of {self.analysis.clip}, {pace:.0f} moments a second"
        total = n_done if n_expected is None else max(n_expected - self._n_before, n_done + 1)
        progress(n_done, total, said)

    def finish(self) -> None:
        """Close the sinks; the partial result is not needed any more."""
        self.analysis.seconds_of_work = self._seconds()
        while self._open:
            self._open[0].close(self.analysis)
            self._open.pop(0)
        if self._journal is not None:
            self._journal.remove()

    def give_up(self) -> None:
        """Take the partial result away: there is nothing that it could be gone on with."""
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
