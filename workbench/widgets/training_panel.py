"""Train from a notebook with live curves: :class:`Training` is the state, :func:`training_panel` its face."""

from __future__ import annotations

import html
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from workbench.errors import WorkbenchError
from workbench.lazy import load
from workbench.models.runs import Run
from workbench.models.training import Epoch
from workbench.plots.history import plot_history
from workbench.plots.style import as_png, new_figure, styled
from workbench.progress import Estimate, Stopped, in_words
from workbench.project import Project
from workbench.systems.experiment import train
from workbench.systems.modalities import train_all
from workbench.systems.plan import plan

if TYPE_CHECKING:
    import ipywidgets

State = Literal["idle", "running", "finished", "stopped", "failed"]


_RUNNING: dict[Path, Training] = {}  # one training at a time: two at once would halve each other's pace


class Training:
    """A training in a thread of its own, so that the notebook stays free and can stop it.

    Parameters
    ----------
    project : Project
        Where it is trained; one training at a time.
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
    alarms : dict of str to list of str
        What to beware of in the finished runs, in words, and the networks it was said of.
    """

    def __init__(self, project: Project, dataset: str, *, network: str = "all", **settings: Any) -> None:
        self.project = project
        self._dataset, self._network, self._settings = dataset, network, settings
        self._epochs: dict[str, list[Epoch]] = {}
        self._listeners: list[Callable[[Training], None]] = []
        self._asked_to_stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._last: Run | None = None
        self._forget("idle")

    def _forget(self, state: State) -> None:
        """Be as if nothing had been trained yet."""
        self._asked_to_stop.clear()
        self._epochs.clear()
        self._estimate, self._last = Estimate(), None
        self.runs: dict[str, str] = {}
        self.alarms: dict[str, list[str]] = {}
        self.problem = ""
        self.done, self.total, self.what = 0, 1, "Getting ready"
        self.state: State = state

    def on_change(self, listener: Callable[[Training], None]) -> None:
        """Call ``listener(training)`` after each change, mostly from the training's thread."""
        self._listeners.append(listener)

    def start(self) -> None:
        """Begin; nothing happens while it is running."""
        if self.state == "running":
            return
        self._forget("running")
        _RUNNING[self.project.root] = self
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._tell()
        self._thread.start()

    def stop(self) -> None:
        """Ask it to stop; the finished epochs are kept and ``workbench train --resume RUN`` goes on from there."""
        if self.state == "running":
            self._asked_to_stop.set()
            self._tell()

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop and has not yet."""
        return self.state == "running" and self._asked_to_stop.is_set()

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
        if self.stopping:
            return "Stopping …"
        if self.state == "running":
            remaining_s = self._estimate.remaining_s(self.done, self.total)
            left = "estimating the time" if remaining_s is None else f"{in_words(remaining_s)} left"
            return f"{self.what} ({left})"
        if self.state == "stopped":
            how = f" Go on with `workbench train --resume {self._last.id}`." if self._last else ""
            kept = "finished epochs are kept" if self._epochs else "no epoch was finished yet"
            return f"Stopped: {kept}.{how}"
        ended = {"idle": "Not started.", "finished": "Finished and judged."}
        return ended.get(self.state, self.problem)

    def _work(self) -> None:
        try:
            runs = self._train()
            self.runs = {network: run.id for network, run in runs.items()}
            for network, run in runs.items():
                for warning in run.facts()["warnings"]:
                    self.alarms.setdefault(warning["message"], []).append(network)
            self.state = "finished"
        except Stopped:
            if self._last is not None and self._last.facts()["status"] != "stopped":
                self._last = None  # it ended; what was stopped had no epoch yet
            self.state = "stopped"
        except WorkbenchError as error:
            self.state, self.problem = "failed", str(error)
        except Exception as error:  # a thread has nobody above it to tell
            self.state, self.problem = "failed", f"Unexpected: {type(error).__name__}: {error}"
        self._tell()

    def _train(self) -> dict[str, Run]:
        if self._network == "all":
            return train_all(
                self.project, self._dataset, on_epoch=self._add, progress=self._step, **self._settings
            )
        epochs = self._settings.get("epochs")
        own = {"epochs": epochs.get(self._network) if isinstance(epochs, dict) else epochs}
        what = plan(self._dataset, self._network, **{**self._settings, **own})
        return {self._network: train(self.project, what, on_epoch=self._add, progress=self._step)}

    def _add(self, run: Run, epoch: Epoch) -> None:
        self._last = run
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
    """Return a panel with start, stop, a bar with the time left, and the curves of every network as they grow.

    While another training of the project runs in this kernel, the panel shows that one: running a notebook's cell
    again must not leave a training behind that nobody can stop.
    """
    earlier = _RUNNING.get(training.project.root)
    if earlier is not None and earlier is not training and earlier.state == "running":
        return _panel(
            earlier, note="This one is running already. Stop it and run the cell again for another."
        )
    return _panel(training)


def _panel(training: Training, *, note: str = "") -> ipywidgets.VBox:
    widgets = load("ipywidgets")
    start = widgets.Button(description="Train", button_style="primary", icon="play")
    stop = widgets.Button(description="Stop", icon="stop", tooltip="Finished epochs are kept")
    bar = widgets.FloatProgress(min=0, max=1, layout=widgets.Layout(width="30em"))
    words, alarms = widgets.HTML(), widgets.HTML()
    curves = widgets.VBox()
    drawn: dict[str, tuple[int, Any]] = {}

    def show(now: Training) -> None:
        start.disabled, stop.disabled = now.state == "running", now.state != "running" or now.stopping
        bar.value = now.done / max(now.total, 1)
        said = f"{now.words()} {note}" if note and now.state == "running" else now.words()
        words.value, alarms.value = html.escape(said), _alarms_html(now)
        for network in set(drawn) - set(now.networks()):
            del drawn[network]
        for network in now.networks():
            history = now.history(network)
            n_drawn, image = drawn.get(network, (0, None))
            if n_drawn != len(history):
                image = image or widgets.Image(format="png", layout=widgets.Layout(max_width="760px"))
                image.value = _curves(network, history)
                drawn[network] = (len(history), image)
        pictures = tuple(image for _, image in drawn.values())
        if pictures != tuple(curves.children):
            curves.children = pictures

    training.on_change(show)
    show(training)
    start.on_click(lambda _: training.start())
    stop.on_click(lambda _: training.stop())
    return widgets.VBox([widgets.HBox([start, stop, bar]), words, curves, alarms])


def _alarms_html(training: Training) -> str:
    """Return what to beware of as a list, the networks first."""
    lines = (
        f"<b>{html.escape(', '.join(of))}</b>: {html.escape(said)}" for said, of in training.alarms.items()
    )
    return "".join(f"<div>⚠ {line}</div>" for line in lines)


def _curves(network: str, history: pd.DataFrame) -> bytes:
    """Draw accuracy and loss of a network side by side."""
    _, axes = new_figure(1, 2, width_inch=9.0, height_inch=2.6)
    for ax, of in zip(axes, ("accuracy", "loss"), strict=True):
        plot_history(history, of=of, ax=ax)
    with styled():
        axes[0].set_title(f"{network}, {len(history)} epoch{'s' * (len(history) > 1)}")
    return as_png(axes[0], dots_per_inch=110)
