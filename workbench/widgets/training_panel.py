"""Train from a notebook with live curves: :class:`Training` is the state, :func:`training_panel` its face."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from workbench.errors import WorkbenchError
from workbench.lazy import load
from workbench.models.runs import Run
from workbench.models.training import Epoch
from workbench.plots.history import plot_history
from workbench.plots.style import as_png
from workbench.progress import Estimate, Stopped, in_words
from workbench.project import Project
from workbench.systems.experiment import train
from workbench.systems.modalities import train_all
from workbench.systems.plan import plan

if TYPE_CHECKING:
    import ipywidgets

State = Literal["idle", "running", "finished", "stopped", "failed"]


class Training:
    """A training in a thread of its own, so that the notebook stays free and can stop it.

    Parameters
    ----------
    project : Project
    dataset : str
    network : str
        One of the four networks, or ``"all"``.
    **settings
        As :func:`workbench.systems.plan.plan`: ``split``, ``seed``, ``epochs``, ``per_class_train`` …

    Attributes
    ----------
    state : {"idle", "running", "finished", "stopped", "failed"}
    runs : dict of str to str
        The finished runs, network to run id.
    problem : str
        What went wrong, in words.
    """

    def __init__(self, project: Project, dataset: str, *, network: str = "all", **settings: Any) -> None:
        self._project, self._dataset, self._network, self._settings = project, dataset, network, settings
        self._epochs: dict[str, list[Epoch]] = {}
        self._listeners: list[Callable[[Training], None]] = []
        self._asked_to_stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._estimate = Estimate()
        self.state: State = "idle"
        self.runs: dict[str, str] = {}
        self.problem = ""
        self.done, self.total, self.what = 0, 1, ""

    def on_change(self, listener: Callable[[Training], None]) -> None:
        """Call ``listener(training)`` after each change, from the training's thread."""
        self._listeners.append(listener)

    def start(self) -> None:
        """Begin; nothing happens while it is running."""
        if self.state == "running":
            return
        self.state, self.problem, self._estimate = "running", "", Estimate()
        self._asked_to_stop.clear()
        self._epochs.clear()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask it to stop; the finished epochs are kept and ``workbench train --resume RUN`` goes on from there."""
        self._asked_to_stop.set()

    def wait(self, timeout_s: float | None = None) -> None:
        """Wait until it has ended (for scripts and tests; a notebook listens instead)."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def history(self, network: str) -> pd.DataFrame:
        """Return the finished epochs of a network, in the columns of ``history.csv``."""
        return pd.DataFrame([asdict(epoch) for epoch in self._epochs.get(network, [])])

    def networks(self) -> list[str]:
        """Return the networks with at least one finished epoch, in the order they were trained."""
        return list(self._epochs)

    def words(self) -> str:
        """Say how it stands in one line."""
        if self.state == "running":
            return f"{self.what} ({in_words(self._estimate.remaining_s(self.done, self.total))} left)"
        ended = {
            "idle": "Not started.",
            "finished": "Finished and judged.",
            "stopped": "Stopped: finished epochs are kept.",
        }
        return ended.get(self.state, self.problem)

    def _work(self) -> None:
        try:
            if self._network == "all":
                runs = train_all(
                    self._project, self._dataset, on_epoch=self._add, progress=self._step, **self._settings
                )
            else:
                epochs = self._settings.get("epochs")
                own = {"epochs": epochs.get(self._network) if isinstance(epochs, dict) else epochs}
                what = plan(self._dataset, self._network, **{**self._settings, **own})
                run = train(self._project, what, on_epoch=self._add, progress=self._step)
                runs = {self._network: run}
            self.runs = {network: run.id for network, run in runs.items()}
            self.state = "finished"
        except Stopped:
            self.state = "stopped"
        except WorkbenchError as error:
            self.state, self.problem = "failed", str(error)
        except Exception as error:  # a thread has nobody above it to tell
            self.state, self.problem = "failed", f"Unexpected: {type(error).__name__}: {error}"
        self._tell()

    def _add(self, run: Run, epoch: Epoch) -> None:
        self._epochs.setdefault(run.facts()["network"], []).append(epoch)
        self._tell()

    def _step(self, done: int, total: int, what: str) -> None:
        if self._asked_to_stop.is_set():
            raise Stopped
        moved = (what, done * 200 // max(total, 1)) != (self.what, self.done * 200 // max(self.total, 1))
        self.done, self.total, self.what = done, total, what
        if moved:
            self._tell()

    def _tell(self) -> None:
        for listener in self._listeners:
            listener(self)


def training_panel(training: Training) -> ipywidgets.VBox:
    """Return a panel with start, stop, a bar with the time left, and the curves of every network as they grow."""
    widgets = load("ipywidgets")
    start = widgets.Button(description="Train", button_style="primary", icon="play")
    stop = widgets.Button(description="Stop", icon="stop", disabled=True)
    bar = widgets.FloatProgress(min=0, max=1, layout=widgets.Layout(width="100%"))
    words = widgets.Label(value=training.words())
    curves = widgets.HBox(layout=widgets.Layout(flex_flow="row wrap"))
    drawn: dict[str, tuple[int, Any]] = {}
    last_s = [0.0]

    def show(now: Training) -> None:
        running = now.state == "running"
        start.disabled, stop.disabled = running, not running
        bar.value, words.value = now.done / max(now.total, 1), now.words()
        if running and time.monotonic() - last_s[0] < 0.5:
            return
        last_s[0] = time.monotonic()
        for network in now.networks():
            history = now.history(network)
            if drawn.get(network, (0, None))[0] != len(history):
                png = as_png(plot_history(history), dots_per_inch=80)
                image = widgets.Image(value=png, format="png", layout=widgets.Layout(width="420px"))
                drawn[network] = (len(history), widgets.VBox([widgets.Label(value=network), image]))
        curves.children = [picture for _, picture in drawn.values()]

    training.on_change(show)

    def begin(_: Any) -> None:
        drawn.clear()
        training.start()
        show(training)

    start.on_click(begin)
    stop.on_click(lambda _: training.stop())
    return widgets.VBox([widgets.HBox([start, stop]), bar, words, curves])
