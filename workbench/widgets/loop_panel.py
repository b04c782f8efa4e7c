"""One button that runs the whole loop: :class:`LoopRun` is its state, :func:`loop_panel` its face.

The loop is a process of its own (``workbench demo --progress-json``), so that the kernel stays free and
stopping is ending that process. It tells JSON lines, one per step forward::

    {"step": "extract", "done": 3, "total": 108, "what": "01-01-03-...", "remaining_s": 240.0}
    {"finished": true}
"""

from __future__ import annotations

import atexit
import html
import json
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from workbench.lazy import load
from workbench.progress import in_words
from workbench.project import ENVIRONMENT_VARIABLE, Project

if TYPE_CHECKING:
    import ipywidgets

PATIENCE_S = 10.0
State = Literal["idle", "running", "finished", "stopped", "failed"]


@dataclass(frozen=True)
class Step:
    """How far the loop is: ``done`` of ``total`` for the whole loop, now at the step ``name``."""

    name: str
    done: int
    total: int
    what: str
    remaining_s: float | None

    def in_words(self) -> str:
        """Say it as one line."""
        left = "estimating the time" if self.remaining_s is None else in_words(self.remaining_s)
        return f"{self.done / max(self.total, 1):.0%} · {left} left · {self.name}: {self.what}"


class LoopRun:
    """The whole loop as a process that can be started, watched and stopped.

    Parameters
    ----------
    command : sequence of str
        What to run; it prints the JSON lines described above.
    project : Project
        The project it works in.

    Attributes
    ----------
    state : "idle" | "running" | "finished" | "stopped" | "failed"
    step : Step or None
        The last step heard of.
    problem : str
        What a failed process said last.
    """

    def __init__(self, command: Sequence[str], project: Project) -> None:
        self._command = tuple(command)
        self._project = project
        self._process: subprocess.Popen[str] | None = None
        self._listeners: list[Callable[[LoopRun], None]] = []
        self.state: State = "idle"
        self.step: Step | None = None
        self.problem = ""

    def on_change(self, listener: Callable[[LoopRun], None]) -> None:
        """Call ``listener(run)`` after each change, from the thread that reads the process."""
        self._listeners.append(listener)

    def start(self) -> None:
        """Start the process; nothing happens while one is running."""
        if self.state == "running":
            return
        self._process = subprocess.Popen(
            self._command,
            env={**os.environ, ENVIRONMENT_VARIABLE: str(self._project.root)},
            cwd=self._project.root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # so that its workers end with it
        )
        # Only now: while this said "running", the listener of an earlier process would take its end for this one's.
        self.state, self.step, self.problem = "running", None, ""
        atexit.register(_end, self._process)  # a kernel that ends takes its loop with it
        threading.Thread(target=self._listen, args=(self._process,), daemon=True).start()
        self._tell()

    def stop(self) -> None:
        """End the process; what is finished is kept, and starting again goes on from there."""
        if self.state == "running" and self._process is not None:
            self.state = "stopped"
            self._process.send_signal(signal.SIGINT)  # it leaves the step it is in as it should be
            patience = threading.Timer(PATIENCE_S, _end, [self._process])
            patience.daemon = True
            patience.start()
            self._tell()

    def wait(self, timeout_s: float | None = None) -> None:
        """Wait until the process has ended (for scripts and tests; a notebook listens instead)."""
        if self._process is not None:
            self._process.wait(timeout_s)

    def _listen(self, process: subprocess.Popen[str]) -> None:
        finished, last_words = False, deque[str](maxlen=3)
        for line in process.stdout or ():
            said = _json_object(line)
            if said is None:
                last_words.append(line.strip())  # a library's chatter, or what went wrong
            elif "step" in said and self._process is process:  # else it was stopped and started anew
                counted = said["done"], said["total"], said["what"], said["remaining_s"]
                self.step = Step(str(said["step"]), *counted)
                self._tell()
            finished = finished or bool(said and said.get("finished"))
        code = process.wait()
        if self._process is process and self.state == "running":
            self.state = "finished" if finished and code == 0 else "failed"
            self.problem = "" if self.state == "finished" else " ".join(last_words) or f"exit status {code}"
            self._tell()

    def _tell(self) -> None:
        for listener in self._listeners:
            listener(self)


def _end(process: subprocess.Popen[str]) -> None:
    """End a process that still runs, and the workers it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)


def _json_object(line: str) -> dict[str, Any] | None:
    try:
        said = json.loads(line)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def sentence(run: LoopRun) -> str:
    """Say in one sentence how a run stands."""
    if run.state == "running":
        return run.step.in_words() if run.step else "Starting …"
    return {
        "idle": "Not run yet.",
        "finished": "Done. Every notebook and dashboard has something true to show.",
        "stopped": "Stopped. What is finished is kept; run it again to go on.",
        "failed": f"It ended early: {run.problem}. Run `workbench doctor`, then run it again to go on.",
    }[run.state]


_RUNS: dict[Path, LoopRun] = {}  # running the cell again shows the same run instead of starting a second one


def loop_panel(project: Project | None = None, *, run: LoopRun | None = None) -> ipywidgets.VBox:
    """Return the panel: a button that runs the whole loop, a bar with the time left, a button that stops it.

    Parameters
    ----------
    project : Project, optional
        Default: the project the notebook lies in.
    run : LoopRun, optional
        The state to show; default: this project's own run of ``workbench demo``.
    """
    widgets = load("ipywidgets")
    project = project or Project.open()
    command = (sys.executable, "-m", "workbench", "demo", "--progress-json")
    run = run or _RUNS.setdefault(project.root, LoopRun(command, project))

    start = widgets.Button(description="Run the whole loop", button_style="primary", icon="play")
    start.layout.width = "14em"
    stop = widgets.Button(description="Stop", icon="stop", tooltip="What is finished is kept")
    bar = widgets.IntProgress(layout=widgets.Layout(width="30em"))
    said, links = widgets.HTML(), widgets.HTML()

    def show(run: LoopRun) -> None:
        start.disabled, stop.disabled = run.state == "running", run.state != "running"
        if run.step is not None:
            bar.max, bar.value = max(run.step.total, 1), run.step.done
        said.value = html.escape(sentence(run))
        links.value = _links(project) if run.state == "finished" else ""

    start.on_click(lambda _button: run.start())
    stop.on_click(lambda _button: run.stop())
    run.on_change(show)
    show(run)
    return widgets.VBox([widgets.HBox([start, stop, bar]), said, links])


def _links(project: Project) -> str:
    """Return links to the other notebooks, and to the dashboards when they were started with JupyterLab."""
    notebooks = sorted(path.name for path in (project.root / "notebooks").glob("[1-9]*_*.ipynb"))
    places = [(name.removesuffix(".ipynb").split("_", 1)[1].replace("_", " "), name) for name in notebooks]
    dashboards = os.environ.get("WORKBENCH_DASHBOARDS_URL")
    if dashboards:
        places.append(("dashboards", dashboards))
    anchors = (
        f'<a href="{html.escape(to)}" target="_blank" rel="noreferrer">{html.escape(title)}</a>'
        for title, to in places
    )
    return "Go on: " + " · ".join(anchors)
