"""Train again in a thread of its own what corrected labels have changed, and say what came of it. The state only."""

from __future__ import annotations

import threading
from typing import Any, Literal

import pandas as pd

from workbench.errors import WorkbenchError
from workbench.models.runs import Run
from workbench.progress import Estimate, Stopped, in_words
from workbench.project import Project
from workbench.systems.judged_moments import JudgedMoments, judged_moments
from workbench.systems.label_change import Change, what_changed
from workbench.systems.retraining import retrain

State = Literal["idle", "running", "finished", "stopped", "failed"]


class Retraining:
    """One retraining of the runs that are looked at.

    Parameters
    ----------
    project : Project
    judged : JudgedMoments
        The runs, and the truth they will be judged by is that of the labels when they are done.

    Attributes
    ----------
    state : {"idle", "running", "finished", "stopped", "failed"}
    changes : list of Change
        What came of it, per network.
    result : JudgedMoments or None
        The moments as judged by the runs that hold now.
    problem : str
        What went wrong, in words.
    """

    def __init__(self, project: Project, judged: JudgedMoments) -> None:
        self._project, self._judged = project, judged
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._estimate = Estimate()
        self._done, self._total, self._what = 0, 1, "Looking what has changed"
        self.state: State = "idle"
        self.changes: list[Change] = []
        self.result: JudgedMoments | None = None
        self.problem = ""

    def start(self) -> None:
        """Begin; nothing happens while it is running."""
        if self.state == "running":
            return
        self.state = "running"
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask it to stop; networks that are trained already are kept as runs."""
        self._stop.set()

    def wait(self, timeout_s: float | None = None) -> None:
        """Wait until it has ended (for scripts and tests)."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def words(self) -> str:
        """Say how it stands in one line."""
        if self.state == "running":
            left_s = self._estimate.remaining_s(self._done, self._total)
            left = "estimating the time" if left_s is None else f"{in_words(left_s)} left"
            return f"{self._what} ({left})"
        return {
            "idle": "Not started.",
            "finished": "Finished and judged.",
            "stopped": "Stopped: the runs looked at are the earlier ones.",
        }.get(self.state, self.problem)

    def share(self) -> float:
        """Return how much is done, 0 to 1."""
        return self._done / max(self._total, 1)

    def _work(self) -> None:
        try:
            runs, why = retrain(self._project, self._judged.runs, progress=self._step)
            self.result = judged_moments(self._project, _as_given(runs))
            truth = _truth(self._judged, self.result)
            self.changes = [
                what_changed(self._judged.runs[name], runs[name], truth, why=why[name]) for name in runs
            ]
            self.state = "finished"
        except Stopped:
            self.state = "stopped"
        except WorkbenchError as error:
            self.state, self.problem = "failed", str(error)
        except Exception as error:  # a thread has nobody above it to tell
            self.state, self.problem = "failed", f"Unexpected: {type(error).__name__}: {error}"

    def _step(self, done: int, total: int, what: str) -> None:
        if self._stop.is_set():
            raise Stopped
        self._done, self._total, self._what = done, total, what


def _as_given(runs: dict[str, tuple[Run, ...]]) -> dict[str, Any]:
    return {name: of[0] if len(of) == 1 else of for name, of in runs.items()}


def _truth(*judged: JudgedMoments) -> pd.DataFrame:
    """Return the truth of every moment as it stands; the later table is the newer one."""
    columns = ["clip", "start_s", "truth"]
    return pd.concat([one.table[columns] for one in reversed(judged)], ignore_index=True)
