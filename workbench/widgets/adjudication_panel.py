"""The face of an adjudication: answers side by side under the pictures, a verdict with its reason by keys or buttons.

Messages from the browser: ``ready``, ``begin`` (a name), ``show`` (an item), ``context`` (the clip around it), ``settle``, ``undo`` and ``names`` (shown or
not). Messages to the browser: ``state``, ``item`` with its pictures, ``context``, ``saved``, ``not_saved`` and ``trouble``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget

from workbench.datasets.catalog import Dataset
from workbench.datasets.moment_context import MomentContext, moment_context
from workbench.datasets.shown_item import ShownItem, shown_item
from workbench.errors import InvalidInputError, WorkbenchError
from workbench.labels.adjudication import REASONS, Adjudication
from workbench.labels.disputes import Dispute
from workbench.labels.schema import Schema, schema_of
from workbench.labels.store import LabelStore
from workbench.project import Project
from workbench.widgets.messages import handle

_HERE = Path(__file__).parent
_SCRIPTS = ("clip_player.js", "context_view.js", "adjudication_panel.js")
_STYLES = ("context_view.css", "adjudication_panel.css")


class AdjudicationPanel(anywidget.AnyWidget):
    """Settle items that people answered differently.

    Parameters
    ----------
    schema : Schema, optional
        The question.
    open_state : callable, optional
        Makes the adjudication of a judge from the name.
    show : callable, optional
        Returns the pictures of an item.
    surroundings : callable, optional
        Returns the clip around an item.
    judge : str
        Who settles; asked for in the panel when empty.
    problem : str
        Shown instead of everything else.
    """

    _esm = "\n".join((_HERE / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    _css = "\n".join((_HERE / name).read_text(encoding="utf-8") for name in _STYLES)

    def __init__(
        self,
        schema: Schema | None = None,
        open_state: Callable[[str], Adjudication] | None = None,
        show: Callable[[Dispute], ShownItem] | None = None,
        *,
        surroundings: Callable[[Dispute], MomentContext] | None = None,
        judge: str = "",
        problem: str = "",
    ) -> None:
        super().__init__()
        self._surroundings = surroundings
        self.state: Adjudication | None = None
        self._schema, self._open_state, self._show, self._problem = schema, open_state, show, problem
        if judge and open_state:
            self.state = open_state(judge)
        self.on_msg(self._receive)

    def _receive(self, _: object, content: dict[str, Any], buffers: object = None) -> None:
        handlers = {
            "ready": self._tell_state,
            "begin": self._begin,
            "show": self._send_item,
            "context": self._send_context,
            "settle": self._settle,
            "undo": self._undo,
            "names": self._names,
        }
        problem = handle(content, handlers)
        if problem is not None:
            told = "not_saved" if content.get("type") in ("settle", "undo") else "trouble"
            self.send({"type": told, "message": problem})

    def _tell_state(self, _: dict[str, Any]) -> None:
        told: dict[str, Any] = {"type": "state", "problem": self._problem, "reasons": list(REASONS)}
        if self._schema is not None:
            told["schema"] = self._schema.as_json()
        if self.state is not None:
            items = [{"item_id": d.item_id, "settled": d.verdict is not None} for d in self.state.items()]
            told |= {"judge": self.state.judge, "blind": self.state.blind, "items": items}
        self.send(told)

    def _begin(self, content: dict[str, Any]) -> None:
        if self._open_state is None:
            raise InvalidInputError("There must be something to settle. There is nothing: " + self._problem)
        self.state = self._open_state(str(content.get("judge", "")))
        self._tell_state({})

    def _send_item(self, content: dict[str, Any]) -> None:
        state, item_id = self._running(), str(content["item_id"])
        told: dict[str, Any] = {"type": "item", "item": state.view(item_id), "pictures": [], "missing": ""}
        buffers: list[bytes] = []
        try:
            shown = self._show(state.item(item_id)) if self._show else ShownItem((), None)
        except (
            WorkbenchError
        ) as error:  # answers can be settled without their pictures; say why there are none
            told["missing"] = str(error)
        else:
            for picture in shown.pictures:
                told["pictures"].append({"name": picture.name, "kind": "png"})
                buffers.append(picture.png)
            if shown.strip is not None:
                n_cells, marked = len(shown.strip.times_s), list(shown.strip.marked)
                strip = {"name": f"{shown.strip.name}, before and after", "cells": n_cells, "marked": marked}
                told["pictures"].append({"kind": "jpeg", **strip})
                buffers.append(shown.strip.jpeg)
        self.send(told, buffers)

    def _send_context(self, content: dict[str, Any]) -> None:
        item_id = str(content["item_id"])
        item = self._running().item(item_id)
        if self._surroundings is None:
            return self.send({"type": "context", "item_id": item_id, "problem": "this panel knows no clips"})
        try:
            meta, buffers = self._surroundings(item).as_message()
        except WorkbenchError as error:  # a clip that cannot be played keeps nobody from settling
            self.send({"type": "context", "item_id": item_id, "problem": str(error)})
        else:
            self.send({"type": "context", "item_id": item_id, "meta": meta}, buffers)

    def _settle(self, content: dict[str, Any]) -> None:
        self._running().settle(
            str(content["item_id"]),
            str(content["value"]),
            str(content["reason"]),
            note=str(content.get("note", "")),
            seconds_taken=content.get("seconds_taken"),
            op_id=str(content["op_id"]),
        )
        self._saved(content)

    def _undo(self, content: dict[str, Any]) -> None:
        self._running().undo(str(content["item_id"]), op_id=str(content["op_id"]))
        self._saved(content)

    def _saved(self, content: dict[str, Any]) -> None:
        item_id = str(content["item_id"])
        settled = self._running().item(item_id).verdict is not None
        self.send({"type": "saved", "item_id": item_id, "settled": settled})

    def _names(self, content: dict[str, Any]) -> None:
        self._running().blind = not content["shown"]
        self._tell_state({})

    def _running(self) -> Adjudication:
        if self.state is None:
            raise InvalidInputError("A name must be given before the first verdict. There is none yet.")
        return self.state


def adjudicate(
    project: Project, dataset: str, question: str, *, judge: str = "", blind: bool = True
) -> AdjudicationPanel:
    """Return the panel that settles what people answered differently about clips of a dataset.

    What stands in the way is said in the panel.

    Parameters
    ----------
    dataset : str
        Name of an imported dataset.
    question : str
        Such as ``mouth`` or ``sentiment``.
    judge : str
        Who settles; the panel asks for the name when it is empty.
    blind : bool
        Whether it is hidden who said what; can be changed in the panel.
    """
    try:
        schema, opened = schema_of(question), Dataset.open(project, dataset)
        clips = set(opened.table()["clip"])
        store = LabelStore.open(project.labels)
        store.check_writable()
    except WorkbenchError as error:
        return AdjudicationPanel(problem=str(error))
    return AdjudicationPanel(
        schema,
        lambda name: Adjudication(store, schema, name, blind=blind, wanted=clips.__contains__),
        lambda item: shown_item(opened, question, item.clip, item.start_s, item.end_s),
        surroundings=lambda item: moment_context(
            opened, item.clip, item.start_s, item.end_s, modality=schema.modality
        ),
        judge=judge,
    )
