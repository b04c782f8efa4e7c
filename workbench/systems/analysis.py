"""Follow one recording moment by moment and say what it shows (``workbench analyze``).

Decoding, looking and asking each have a thread, with short queues between them; memory does not grow with the length.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from workbench.errors import InvalidInputError
from workbench.evaluation.accumulate import ALPHA
from workbench.features.sight import FollowLooker, Looker
from workbench.features.stopwatch import Stopwatch
from workbench.files import file_stamp
from workbench.media.timeline import GRID_STEP_S
from workbench.progress import Progress, silent
from workbench.systems.analysis_journal import AnalysisJournal
from workbench.systems.analysis_stages import judged, watched
from workbench.systems.analysis_summary import Analysis
from workbench.systems.analysis_work import AnalysisWork
from workbench.systems.file_feed import feed, streams_of
from workbench.systems.lightweight_fusion import FusionNetworks
from workbench.systems.moment_judge import MomentJudge
from workbench.systems.sinks import AnalysisFacts, Sink
from workbench.systems.stage_thread import StageThread
from workbench.systems.watching import Watcher

__all__ = ["Analysis", "analyze"]

_WAITING_PICTURES, _WAITING_MOMENTS = 4, 16
_TOLD_EVERY = 16


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
        The file is no recording, it changed meanwhile, ``alpha`` is out of range, or there is nothing to go on from.
    StorageError
        A partial result or a sink cannot be written.
    """
    judge, streams, stamp = MomentJudge(networks, alpha=alpha), streams_of(path), file_stamp(path)
    looker = looker or FollowLooker(watch=watch)
    journal = _journal(path, networks, alpha, looker, partial, resume=resume)
    watcher = Watcher(looker, pictures=streams.pictures, sound=streams.sound)
    work = AnalysisWork(path.name, sinks, journal)
    work.analysis.declared_s = streams.declared_s
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
        if file_stamp(path) != stamp:
            work.give_up()
            raise InvalidInputError(
                f"{path.name} must stay as it is while it is analysed. It was written, replaced or removed meanwhile: "
                "wait until it is whole, then analyse it again."
            )
        work.finish()
    work.tell(progress)
    return work.analysis


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
