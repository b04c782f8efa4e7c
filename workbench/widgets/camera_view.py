"""A camera in the browser, judged in the kernel: the overlay stands on exactly the picture it was found in.

Messages from the page: ``ready``, ``prepare``, ``start`` (with the wish to record, if any), ``frame`` (a JPEG, and
sound), ``sound`` and ``stop``. Messages to it: ``state``, ``progress``, ``prepared``, ``started``, ``seen``, ``stopped``, ``refused``
and ``trouble``. Every start has a number (``run``), so that answers of an earlier one are not taken for this one's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget

from workbench.datasets.recorded import CONSENT, RecordingWish
from workbench.errors import InvalidInputError, WorkbenchError
from workbench.features.crowd_looker import FaceOptions
from workbench.labels.schema import schema_of
from workbench.project import Project
from workbench.sentiment import OPEN_THRESHOLD
from workbench.systems.lightweight_fusion import load_fusion
from workbench.widgets.camera_session import CameraResult, CameraSession
from workbench.widgets.messages import handle

_HERE = Path(__file__).parent
PARTS = (
    "page_parts.js",
    "lane_painter.js",
    "face_overlay.js",
    "camera_source.js",
    "camera_sender.js",
    "camera_lanes.js",
    "camera_figures.js",
    "camera_recording.js",
    "camera_readout.js",
    "camera_view.js",
)
"""The page's script: one ES module in several files, in this order."""
DATASET = "camera"
"""Where a recording goes unless the page says otherwise."""
GONE_AFTER_S = 20.0
"""A page that says nothing for so long is gone: the session is stopped, and what was to be kept is kept."""


class CameraView(anywidget.AnyWidget):
    """The face of a :class:`CameraSession`.

    Parameters
    ----------
    session : callable, optional
        Makes the session, given what it is to tell; left out when there is nothing to run.
    problem : str
        Shown instead of everything else, and how to mend it.
    """

    _esm = "\n".join((_HERE / name).read_text(encoding="utf-8") for name in PARTS)
    _css = "\n".join(
        (_HERE / name).read_text(encoding="utf-8") for name in ("frame_labeller.css", "camera_view.css")
    )

    def __init__(self, session: Any = None, *, problem: str = "") -> None:
        super().__init__()
        self._problem, self._run = problem, 0
        self.session: CameraSession | None = session(self._tell) if session is not None else None
        self._watch: threading.Timer | None = None
        self._turn = threading.RLock()  # a message of the page, or the watch that takes it for gone
        self.on_msg(self._receive)

    def _receive(self, _: object, content: dict[str, Any], buffers: list[Any] | None = None) -> None:
        handlers = {
            "ready": self._tell_state,
            "prepare": self._prepare,
            "start": self._start,
            "frame": self._frame,
            "sound": self._sound,
            "stop": self._stop,
        }
        if isinstance(content, dict):
            content = {**content, "buffers": buffers or []}
        with self._turn:
            problem = handle(content, handlers)
        if problem is not None:
            refused = isinstance(content, dict) and content.get("type") in ("start", "prepare")
            self.send({"type": "refused" if refused else "trouble", "message": problem})

    def _tell(self, message: dict[str, Any]) -> None:
        self.send({**message, "run": self._run})

    def _tell_state(self, _: dict[str, Any]) -> None:
        classes = schema_of("sentiment").as_json()["classes"]
        told = {"problem": self._problem, "consent": CONSENT, "dataset": DATASET}
        self.send({"type": "state", "classes": classes, "threshold": OPEN_THRESHOLD, **told})

    def _prepare(self, _: dict[str, Any]) -> None:
        """Load on a thread of its own: the kernel stays free, and the page says what it waits for."""
        threading.Thread(target=self._prepared, args=(self._there(),), daemon=True).start()

    def _prepared(self, session: CameraSession) -> None:
        try:
            session.prepare(self._tell_progress)
        except WorkbenchError as error:
            self.send({"type": "refused", "message": str(error)})
        else:
            self.send({"type": "prepared"})

    def _tell_progress(self, done: int, total: int, what: str) -> None:
        self.send({"type": "progress", "words": f"{what} ({done} of {total})"})

    def _start(self, content: dict[str, Any]) -> None:
        session, record = self._there(), content["record"]
        wish = None
        if record is not None:
            wish = RecordingWish(str(record["dataset"]), str(record["speaker"]), record["agreed"] is True)
            wish.check(session.project)
        faces, run = FaceOptions.parse(str(content["faces"])), int(content["run"])
        if session.running:
            self._end("The camera was started on another page.")
        session.start(heard=content["heard"] is True, wish=wish, faces=faces)
        self._run = run
        self._tell({"type": "started"})
        self._watch_the_page()

    def _frame(self, content: dict[str, Any]) -> None:
        picture, *blocks = content["buffers"]
        key, time_s = int(content["key"]), float(content["time_s"])

        def take(session: CameraSession) -> None:
            session.sound(content["sound_starts_s"], blocks)
            session.frame(key, time_s, picture)

        self._take(content, take)

    def _sound(self, content: dict[str, Any]) -> None:
        self._take(content, lambda session: session.sound(content["sound_starts_s"], content["buffers"]))

    def _take(self, content: dict[str, Any], take: Callable[[CameraSession], None]) -> None:
        """Hand something over; where the session cannot go on it is stopped, and the page told why."""
        if not self._is_now(content):
            return
        try:
            take(self._there())
        except InvalidInputError:
            raise  # this one only: the next may be right
        except WorkbenchError as error:
            self._end(str(error))

    def _stop(self, content: dict[str, Any]) -> None:
        if self._is_now(content):
            self._end()

    def _end(self, problem: str = "") -> None:
        """Stop, on a thread of its own: an interrupt of the kernel must not cut off a recording that is being kept."""
        ending = threading.Thread(target=self._ended, args=(problem,), name="camera ends")
        ending.start()
        ending.join()

    def _ended(self, problem: str) -> None:
        try:
            result = self._there().stop()
            told, more = {"sentence": summary_sentence(result), "kept": kept_sentence(result)}, result.problem
        except WorkbenchError as error:
            told, more = {"sentence": "", "kept": ""}, str(error)
        told["problem"] = more if problem in more else f"{problem} {more}".strip()
        self._tell({"type": "stopped", **told})

    def _is_now(self, content: dict[str, Any]) -> bool:
        """Whether this belongs to the start that runs; what was still under way when it ended is passed over."""
        return content.get("run") == self._run and self._there().running

    def _watch_the_page(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
        with self._turn:
            session = self._there()
            if session.silent_s > GONE_AFTER_S:
                self._end()
            elif session.running:
                self._watch = threading.Timer(GONE_AFTER_S / 4, self._watch_the_page)
                self._watch.daemon = True
                self._watch.start()

    def _there(self) -> CameraSession:
        if self.session is None:
            raise InvalidInputError("There must be networks to ask. There are none: " + self._problem)
        return self.session


def summary_sentence(result: CameraResult) -> str:
    """Return what a session came to, in words."""
    summary = result.summary
    if not summary.n_pictures:
        return "Stopped before a picture was seen."
    counted = f"{summary.n_pictures} pictures seen, {summary.n_dropped} passed over in the kernel"
    if summary.accumulated is None:
        return f"Stopped: {counted}. No face was seen, so there is no decision."
    share = summary.accumulated[summary.label or ""]
    return (
        f"Stopped: {summary.label} (accumulated {share:.2f}), {counted}; a face in {summary.n_answered} of "
        f"{summary.n_moments} moments."
    )


def kept_sentence(result: CameraResult) -> str:
    """Return where the clip is, what may be done with it, and how it is erased; empty when nothing was kept."""
    if not result.clip:
        return ""
    return (
        f"Kept as {result.clip} in the dataset {result.dataset}, with its results. It is not shown in dashboards, reports "
        f"or exports until `workbench consent {result.dataset} add` says that this was agreed to, too; `workbench forget` "
        "erases it."
    )


def camera(project: Project, run: str | None = None) -> CameraView:
    """Return the camera's page; what stands in the way is said in it.

    Parameters
    ----------
    run : str, optional
        An audiovisual run's id or a unique part of it; the newest finished one when left out.

    Examples
    --------
    >>> camera(Project.open())  # doctest: +SKIP
    """
    return CameraView(
        lambda tell: CameraSession(
            project, lambda progress: load_fusion(project, run, progress=progress), tell
        )
    )
