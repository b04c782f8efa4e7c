"""The frame-labelling widget: keys are handled in the browser, answers are kept by a LabelSession in the kernel.

Messages from the browser: ``ready``, ``begin`` (a name), ``more`` (items wanted), ``item`` (one picture again) and the
three operations ``answer``, ``skip``, ``undo``, each with an ``op_id`` made there. Messages to the browser: ``state``,
``items``, ``item``, ``refused`` (a name), ``trouble`` and, for every operation, ``saved`` or ``not_saved``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

import anywidget
import traitlets

from workbench.datasets.catalog import Dataset
from workbench.datasets.frame_tasks import Picture, frame_tasks
from workbench.errors import InvalidInputError, StorageError, WorkbenchError
from workbench.labels.annotation import RecordedEvent
from workbench.labels.schema import Schema, schema_of
from workbench.labels.session import LabelSession, Task
from workbench.labels.store import LabelStore
from workbench.project import Project

_HERE = Path(__file__).parent
MOST_ITEMS = 50
"""No more items than this in one message."""


class PicturedTask(Task, Protocol):
    """A task that can be shown."""

    def pictures(self) -> Sequence[Picture]:
        """Return what is shown, the main picture first."""


class FrameLabeller(anywidget.AnyWidget):
    """Ask one question about one picture after another.

    Parameters
    ----------
    schema : Schema, optional
        The question.
    open_session : callable, optional
        Makes the session of an annotator from the name; called once the name is known.
    annotator : str
        Who answers; asked for in the widget when empty.
    problem : str
        Shown instead of everything else when there is nothing to label, and how to mend it.
    """

    # One ES module in two files: the queue, then the page.
    _esm = "\n".join(
        (_HERE / name).read_text(encoding="utf-8") for name in ("frame_queue.js", "frame_labeller.js")
    )
    _css = _HERE / "frame_labeller.css"
    question = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self,
        schema: Schema | None = None,
        open_session: Callable[[str], LabelSession] | None = None,
        *,
        annotator: str = "",
        problem: str = "",
    ) -> None:
        super().__init__(question=schema.question if schema else "")
        self.session: LabelSession | None = None
        self._schema, self._open_session, self._problem = schema, open_session, problem
        if annotator and open_session:
            self.session = open_session(annotator)
        self.on_msg(self._receive)

    def _receive(self, _: object, content: dict[str, Any], buffers: object = None) -> None:
        kind = content.get("type")
        if kind in ("answer", "skip", "undo"):
            self._operate(content)
            return
        handlers = {
            "ready": self._tell_state,
            "begin": self._begin,
            "more": self._send_items,
            "item": self._send_item,
        }
        try:
            if kind not in handlers:
                raise InvalidInputError(f"A message must be one of {', '.join(handlers)}. Received {kind!r}.")
            handlers[kind](content)
        except (WorkbenchError, TypeError, ValueError) as error:
            self.send({"type": "refused" if kind == "begin" else "trouble", "message": str(error)})

    def _tell_state(self, _: dict[str, Any]) -> None:
        state: dict[str, Any] = {"type": "state", "problem": self._problem}
        if self._schema is not None:
            state["schema"] = self._schema.as_json()
        if self.session is not None:
            state["annotator"] = self.session.annotator
            state["progress"] = asdict(self.session.progress())
            state["recent"] = [_said(task_id, recorded) for task_id, recorded in self.session.recent()]
        self.send(state)

    def _begin(self, content: dict[str, Any]) -> None:
        if self._open_session is None:
            raise InvalidInputError("There must be something to label. There is nothing: " + self._problem)
        self.session = self._open_session(str(content.get("annotator", "")))
        self._tell_state({})

    def _send_items(self, content: dict[str, Any]) -> None:
        start, wanted = int(content.get("start", 0)), min(int(content.get("n", 1)), MOST_ITEMS)
        tasks, position = self._running().items(start, wanted, skipped=bool(content.get("skipped")))
        items, buffers = [], []
        for task in tasks:
            item, pictures = _item(task)
            items.append(item)
            buffers.extend(pictures)
        self.send({"type": "items", "start": start, "next": position, "items": items}, buffers)

    def _send_item(self, content: dict[str, Any]) -> None:
        item, buffers = _item(self._running().task(str(content.get("task_id"))))
        self.send({"type": "item", "item": item}, buffers)

    def _operate(self, content: dict[str, Any]) -> None:
        op_id = content.get("op_id")
        try:
            recorded = self._record(content)
        except StorageError as error:
            self.send({"type": "not_saved", "op_id": op_id, "message": str(error), "retry": True})
        except (WorkbenchError, KeyError, TypeError, ValueError) as error:
            self.send({"type": "not_saved", "op_id": op_id, "message": str(error), "retry": False})
        else:
            progress = asdict(self._running().progress())
            self.send({"type": "saved", "op_id": op_id, "sequence": recorded.sequence, "progress": progress})

    def _record(self, content: dict[str, Any]) -> RecordedEvent:
        session, task_id, op_id = self._running(), str(content["task_id"]), content["op_id"]
        if content["type"] == "undo":
            return session.undo(task_id, op_id=op_id, undoes=str(content["undoes"]))
        seconds = content.get("seconds_taken")
        if content["type"] == "skip":
            return session.skip(task_id, op_id=op_id, seconds_taken=seconds)
        return session.answer(task_id, str(content["value"]), op_id=op_id, seconds_taken=seconds)

    def _running(self) -> LabelSession:
        if self.session is None:
            raise InvalidInputError("A name must be given before the first answer. There is none yet.")
        return self.session


def label_frames(
    project: Project, dataset: str, question: str, *, annotator: str = "", n_tasks: int = 200, seed: int = 0
) -> FrameLabeller:
    """Return the widget that asks ``question`` about frames of a dataset.

    What stands in the way (no such dataset, nothing extracted, labels that cannot be written) is said in the
    widget, where the annotator sees it.

    Parameters
    ----------
    dataset : str
        Name of an imported and extracted dataset.
    question : {"mouth", "sentiment"}
        What to ask.
    annotator : str
        Who answers; the widget asks for the name when it is empty.
    n_tasks, seed : int
        How many frames, and which: see :func:`workbench.datasets.frame_tasks.frame_tasks`.

    Examples
    --------
    >>> label_frames(Project.open(), "sample", "mouth")  # doctest: +SKIP
    """
    try:
        schema = schema_of(question)
        tasks = frame_tasks(Dataset.open(project, dataset), question, n_tasks=n_tasks, seed=seed)
        store = LabelStore.open(project.labels)
        store.check_writable()
        return FrameLabeller(
            schema, lambda name: LabelSession(store, tasks, schema, name), annotator=annotator
        )
    except WorkbenchError as error:
        return FrameLabeller(problem=str(error))


def _said(task_id: str, recorded: RecordedEvent) -> dict[str, str]:
    event = recorded.event
    return {"task_id": task_id, "op_id": event.op_id, "kind": event.kind, "value": event.value}


def _item(task: Task) -> tuple[dict[str, Any], list[bytes]]:
    pictures = task.pictures()  # type: ignore[attr-defined]
    return {"task_id": task.task_id, "pictures": [picture.name for picture in pictures]}, [
        p.png for p in pictures
    ]
