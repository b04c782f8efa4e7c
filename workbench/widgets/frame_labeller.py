"""The frame-labelling widget: keys are handled in the browser, answers are kept by a LabelSession in the kernel.

Messages from the browser: ``ready``, ``begin`` (a name), ``more`` (items wanted), ``item`` (one picture again), ``say``
(operations ``answer``, ``skip``, ``undo``, ``flag``, each with an ``op_id`` made there), ``context`` and ``split``. Messages to
the browser: ``state``, ``items``, ``item``, ``said`` (what became of each operation), ``context``, ``parts``, ``refused`` (a
name) and ``trouble``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

import anywidget
import traitlets

from workbench.datasets.frame_tasks import Picture
from workbench.errors import InvalidInputError, WorkbenchError
from workbench.labels.annotation import RecordedEvent
from workbench.labels.schema import Schema
from workbench.labels.session import LabelSession, Operation, Task
from workbench.widgets.drawn_examples import drawn_examples
from workbench.widgets.labelling_messages import (
    Reveal,
    Suggestions,
    conflict_message,
    guess_message,
    item_message,
    late_task,
    operation_from,
    outcome_message,
    said_message,
)
from workbench.widgets.messages import handle

_HERE = Path(__file__).parent
MOST_ITEMS = 50
"""No more items or operations than this in one message."""
PARTS = (
    "page_parts.js",
    "outbox_shelf.js",
    "outbox.js",
    "frame_queue.js",
    "sitting.js",
    "keys.js",
    "keys_dialog.js",
    "answer_strip.js",
    "labeller_forms.js",
    "film_strip.js",
    "clip_player.js",
    "context_view.js",
    "label_page.js",
    "frame_labeller.js",
)
"""The files that make up the widget's one ES module, in order: what the page is made of, what it knows, the page."""
SHOWN_AGAIN = 10
"""So many earlier answers can be seen and changed when a sitting opens."""


class PicturedTask(Task, Protocol):
    """A task that can be shown. It may also have ``strip()``, ``context()`` and ``split(at)``."""

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
    suggestions : Suggestions, optional
        A trained run's guesses.
    reveal : {"after", "before", "never"}
        When they are shown: after one's own answer, before it, or never; they are kept with the answer in any case.
    project_id : str
        Names the project in the browser's outbox: :func:`workbench.labels.project_mark.project_mark`.
    """

    _esm = "\n".join((_HERE / name).read_text(encoding="utf-8") for name in PARTS)
    _css = "\n".join(
        (_HERE / name).read_text(encoding="utf-8") for name in ("context_view.css", "frame_labeller.css")
    )
    question = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self,
        schema: Schema | None = None,
        open_session: Callable[[str], LabelSession] | None = None,
        *,
        annotator: str = "",
        problem: str = "",
        suggestions: Suggestions | None = None,
        reveal: Reveal = "after",
        project_id: str = "",
    ) -> None:
        super().__init__(question=schema.question if schema else "")
        if reveal not in ("after", "before", "never"):
            raise InvalidInputError(f"reveal must be after, before or never. Received {reveal!r}.")
        self.session: LabelSession | None = None
        self._schema, self._open_session, self._problem = schema, open_session, problem
        self._suggestions, self._reveal, self._project_id = suggestions, reveal, project_id
        if annotator and open_session:
            self.session = open_session(annotator)
        self.on_msg(self._receive)

    def _receive(self, _: object, content: dict[str, Any], buffers: object = None) -> None:
        handlers = {
            "ready": self._tell_state,
            "begin": self._begin,
            "more": self._send_items,
            "item": self._send_item,
            "say": self._say,
            "context": self._send_context,
            "split": self._split,
        }
        problem = handle(content, handlers, malformed=(AttributeError, TypeError, ValueError))
        if problem is not None:
            told = "refused" if content.get("type") == "begin" else "trouble"
            self.send({"type": told, "message": problem})

    def _tell_state(self, _: dict[str, Any]) -> None:
        examples = drawn_examples(self._schema) if self._schema else []
        state: dict[str, Any] = {
            "type": "state",
            "problem": self._problem,
            "project": self._project_id,
            "reveal": self._reveal,
            "guessing": self._suggestions is not None,
            "examples": [{"value": example.value, "words": example.words} for example in examples],
        }
        if self._schema is not None:
            state["schema"] = self._schema.as_json()
        if self.session is not None:
            first, _position = self.session.items(0, 1)
            state |= {
                "annotator": self.session.annotator,
                "progress": asdict(self.session.progress()),
                "recent": [
                    said_message(task_id, said, self.session.older(said))
                    for task_id, said in self.session.recent(SHOWN_AGAIN)
                ],
                "conflicts": [
                    conflict_message(c, self.session.task(c.task_id)) for c in self.session.conflicts()
                ],
                "surroundings": any(hasattr(task, "context") for task in first),
            }
        self.send(state, [example.png for example in examples])

    def _begin(self, content: dict[str, Any]) -> None:
        if self._open_session is None:
            raise InvalidInputError("There must be something to label. There is nothing: " + self._problem)
        self.session = self._open_session(str(content.get("annotator", "")))
        self._tell_state({})

    def _send_items(self, content: dict[str, Any]) -> None:
        start, wanted = int(content.get("start", 0)), max(1, min(int(content.get("n", 1)), MOST_ITEMS))
        tasks, position = self._running().items(start, wanted, skipped=bool(content.get("skipped")))
        items, buffers = self._messages(tasks)
        more: dict[str, Any] = {"start": start, "next": position, "exhausted": len(tasks) < wanted}
        if more["exhausted"]:
            more["elsewhere"] = self._running().elsewhere()
        self.send({"type": "items", "round": content.get("round"), "items": items, **more}, buffers)

    def _send_item(self, content: dict[str, Any]) -> None:
        items, buffers = self._messages([self._running().task(str(content.get("task_id")))])
        self.send({"type": "item", "item": items[0]}, buffers)

    def _messages(self, tasks: Sequence[Task]) -> tuple[list[dict[str, Any]], list[bytes]]:
        items, buffers = [], []
        if self._suggestions is not None:
            self._suggestions.prepare([(task.clip, task.start_s, task.end_s) for task in tasks])
        for task in tasks:
            # A guess that is never to be shown does not travel either.
            guess = None if self._reveal == "never" else self._guess(task)
            item, pictures = item_message(task, self._running(), guess)
            items.append(item)
            buffers.extend(pictures)
        return items, buffers

    def _guess(self, task: Task) -> dict[str, Any] | None:
        return guess_message(self._suggestions, task.clip, task.start_s, task.end_s)

    def _send_context(self, content: dict[str, Any]) -> None:
        task: Any = self._running().task(str(content.get("task_id")))
        try:
            meta, buffers = task.context().as_message()
        except WorkbenchError as error:  # a clip that cannot be played keeps nobody from answering
            self.send({"type": "context", "task_id": task.task_id, "problem": str(error)})
        else:
            self.send({"type": "context", "task_id": task.task_id, "meta": meta}, buffers)

    def _split(self, content: dict[str, Any]) -> None:
        run: Any = self._running().task(str(content.get("task_id")))
        parts = run.split(int(content.get("at", 0)))
        self._running().split(run.task_id, parts)
        items, buffers = self._messages(parts)
        progress = asdict(self._running().progress())
        self.send({"type": "parts", "task_id": run.task_id, "items": items, "progress": progress}, buffers)

    def _say(self, content: dict[str, Any]) -> None:
        said = list(content.get("operations", []))[:MOST_ITEMS]
        session = self._running()
        outcomes: dict[int, RecordedEvent | WorkbenchError] = {}
        right: list[tuple[int, Operation]] = []
        for number, one in enumerate(said):
            try:
                right.append((number, self._operation(one)))
            except WorkbenchError as error:
                outcomes[number] = error
        recorded = session.record_each([operation for _, operation in right])
        outcomes |= {number: outcome for (number, _), outcome in zip(right, recorded, strict=True)}
        results = [
            outcome_message(_op_id(one), outcomes[number], session.stands_instead(outcomes[number]))
            for number, one in enumerate(said)
        ]
        self.send({"type": "said", "results": results, "progress": asdict(session.progress())})

    def _operation(self, said: dict[str, Any]) -> Operation:
        """Return what the page says was done, about a task of this sitting or one of another day."""
        task = self._task_of(said)
        return operation_from(said, task, self._guess(task), self._reveal)

    def _task_of(self, said: Any) -> Task:
        if not isinstance(said, dict):
            raise InvalidInputError(f"An operation must be a mapping. Received {type(said).__name__}.")
        try:
            return self._running().task(str(said.get("task_id")))
        except InvalidInputError:
            if not said.get("place"):
                raise
        late = late_task(said)
        return self._running().task_of(late.clip, late.start_s, late.end_s) or late

    def _running(self) -> LabelSession:
        if self.session is None:
            raise InvalidInputError("A name must be given before the first answer. There is none yet.")
        return self.session


def _op_id(said: Any) -> Any:
    return said.get("op_id") if isinstance(said, dict) else None
