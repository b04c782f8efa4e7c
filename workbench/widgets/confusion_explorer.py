"""The face of a :class:`ConfusionSession`: a confusion matrix and bars of errors whose cells lead to the moments behind them.

Messages from the browser: ``ready``, ``begin`` (a name), ``view`` (network, part, order), ``choose`` (a cell, a group,
everything), ``page``, ``groups``, ``warm`` and ``ahead`` (make pictures, and send a
cell's cards, while nothing else is asked), ``context`` (the clip around a
moment), ``relabel``, ``flag``, ``undo``, ``retrain``, ``stop``, ``retraining`` (how it stands) and ``moved`` (the moments
that a retraining mended or broke). Messages to the browser: ``state``, ``cards`` and ``ahead`` with their pictures,
``groups``, ``warmed``, ``context``, ``saved``, ``not_saved``, ``retraining`` and ``trouble``.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import anywidget

from workbench.datasets.moment_cards import CardShelf
from workbench.datasets.moment_context import moment_context
from workbench.errors import InvalidInputError, WorkbenchError
from workbench.labels.corrections import Corrections
from workbench.labels.schema import schema_of
from workbench.labels.store import LabelStore
from workbench.models.runs import Run
from workbench.project import Project
from workbench.systems.judged_moments import judged_moments
from workbench.systems.label_change import as_json
from workbench.widgets.confusion_messages import cards_message, places_of, state_message
from workbench.widgets.confusion_session import ConfusionSession
from workbench.widgets.messages import handle
from workbench.widgets.retraining_work import Retraining
from workbench.widgets.selection import Selection

PAGE = 12
"""Cards on a page."""
WARM_S = 0.05
"""So long pictures are made in one go while nothing is asked: a click waits no longer than this for it."""
VIEW = "confusion"
"""How this view signs in a :class:`Selection`."""
_HERE = Path(__file__).parent
_SCRIPTS = (
    "page_parts.js",
    "clip_player.js",
    "context_view.js",
    "error_counts.js",
    "moment_card.js",
    "confusion_explorer.js",
)
_STYLES = ("context_view.css", "confusion_explorer.css")
_LABEL_MESSAGES = ("relabel", "flag", "undo")


class ConfusionExplorer(anywidget.AnyWidget):
    """Look at the moments behind each cell, correct their labels there, train again, see what changed.

    Parameters
    ----------
    project : Project, optional
    session : ConfusionSession, optional
        What is looked at and corrected.
    selection : Selection, optional
        Shared with other views of the page: a cell chosen here is chosen there, and the other way round.
    problem : str
        Shown instead of everything else.
    """

    _esm = "\n".join((_HERE / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    _css = "\n".join((_HERE / name).read_text(encoding="utf-8") for name in _STYLES)

    def __init__(
        self,
        project: Project | None = None,
        session: ConfusionSession | None = None,
        *,
        selection: Selection | None = None,
        problem: str = "",
    ) -> None:
        super().__init__()
        self.session, self.selection = session, selection or Selection()
        self._project, self._problem = project, problem
        self._shelf = None if session is None else CardShelf(session.judged.dataset)
        self._retraining: Retraining | None = None
        self._included: frozenset[str] = frozenset()  # the corrections that were made when it began
        self._seen: list[str] = []  # the cards that the page holds
        self.selection.observe(self._chosen_elsewhere, "moments")
        self.on_msg(self._receive)

    def _receive(self, _: object, content: dict[str, Any], buffers: object = None) -> None:
        handlers = {
            "ready": self._on_ready,
            "begin": self._on_begin,
            "view": self._on_view,
            "choose": self._on_choose,
            "page": self._on_page,
            "groups": self._on_groups,
            "warm": self._on_warm,
            "ahead": self._on_ahead,
            "context": self._on_context,
            "relabel": self._on_relabel,
            "flag": self._on_flag,
            "undo": self._on_undo,
            "retrain": self._on_retrain,
            "stop": self._on_stop,
            "retraining": self._on_retraining,
            "moved": self._on_moved,
        }
        problem = handle(content, handlers)
        if problem is not None:
            told = "not_saved" if content.get("type") in _LABEL_MESSAGES else "trouble"
            self.send({"type": told, "op_id": content.get("op_id", ""), "message": problem})

    # Looking

    def _on_ready(self, _: dict[str, Any]) -> None:
        if self.session is None:
            return self.send({"type": "state", "problem": self._problem})
        self._tell_state()

    def _tell_state(self) -> None:
        self.send(state_message(self._running(), self.selection))

    def _on_begin(self, content: dict[str, Any]) -> None:
        self._running().corrections.begin(str(content.get("annotator", "")))
        self._tell_state()
        self._send_cards(content, 0, max(len(self._seen), PAGE))

    def _on_view(self, content: dict[str, Any]) -> None:
        view = self._running().view
        view.show(
            **{name: content[name] for name in ("network", "part", "order") if name in content},
        )
        view.one_per_stretch = bool(content.get("one_per_stretch", view.one_per_stretch))
        if view.chosen.kind == "group" and "part" in content:
            view.choose_all()
        self._tell_state()
        self._send_cards(content, 0)

    def _on_choose(self, content: dict[str, Any]) -> None:
        view = self._running().view
        first, second = str(content.get("first", "")), str(content.get("second", ""))
        if content.get("kind") == "cell":
            view.choose_cell(first, second)
        elif content.get("kind") == "group":
            view.choose_group(first, second)
        else:
            view.choose_all()
        if content.get("shown"):  # the page had these cards already
            self._seen = view.page(0, PAGE)[0]
        else:
            self._send_cards(content, 0)
        self._tell_others()

    def _on_ahead(self, content: dict[str, Any]) -> None:
        """Send the first cards of a cell before anybody clicks it; what is looked at stays."""
        session = self._running()
        aside = copy.copy(session.view)
        aside.choose_cell(str(content["first"]), str(content["second"]))
        names, total = aside.page(0, PAGE)
        told, buffers = cards_message(session, aside, self._pictures(), names)
        self.send({**told, "type": "ahead", "start": 0, "total": total}, buffers)

    def _on_page(self, content: dict[str, Any]) -> None:
        self._send_cards(content, int(content["start"]))

    def _send_cards(self, content: Mapping[str, Any], start: int, n: int = PAGE) -> None:
        names, total = self._running().view.page(start, n)
        self._seen = [*self._seen[:start], *names]
        session = self._running()
        told, buffers = cards_message(session, session.view, self._pictures(), names)
        self.send({**told, "request": content.get("request", 0), "start": start, "total": total}, buffers)

    def _on_groups(self, _: dict[str, Any]) -> None:
        found = self._running().view.groups()
        self.send({"type": "groups", "groups": {of: [g.as_json() for g in gs] for of, gs in found.items()}})

    def _on_warm(self, _: dict[str, Any]) -> None:
        """Make some of the pictures that the next click may ask for, for a moment only."""
        shelf = self._pictures()
        left = shelf.missing(places_of(self._running(), self._running().view.first_of_cells(PAGE)))
        until = time.monotonic() + WARM_S
        while left:  # one clip at least, so that it ends on a busy machine, too
            clip = left[0][0]
            shelf.prepare([place for place in left if place[0] == clip])
            left = [place for place in left if place[0] != clip]
            if time.monotonic() > until:
                break
        self.send({"type": "warmed", "left": len(left)})

    def _on_context(self, content: dict[str, Any]) -> None:
        name = str(content["id"])
        card = self._running().card(name)
        try:
            around = moment_context(
                self._running().judged.dataset, card["clip"], card["time_s"], card["time_s"]
            )
        except WorkbenchError as error:  # a clip that cannot be played keeps nobody from looking
            return self.send({"type": "context", "id": name, "problem": str(error)})
        meta, buffers = around.as_message()
        self.send({"type": "context", "id": name, "meta": meta}, buffers)

    # One selection for all views

    def _tell_others(self) -> None:
        view = self._running().view
        if view.chosen.kind == "all" and not view.restricted:
            return self.selection.clear(source=VIEW)
        self.selection.choose(view.moments(), source=VIEW, words=view.words())

    def _chosen_elsewhere(self, _: Any) -> None:
        if self.session is None or self.selection.source == VIEW:
            return
        self.session.view.restrict(self.selection.moments)
        self.session.view.choose_all()
        self._tell_state()
        self._send_cards({}, 0)

    # Correcting

    def _on_relabel(self, content: dict[str, Any]) -> None:
        self._running().relabel(
            str(content["id"]),
            str(content["value"]),
            whole=bool(content.get("whole")),
            op_id=str(content["op_id"]),
            seconds_taken=content.get("seconds_taken"),
        )
        self._saved(content)

    def _on_flag(self, content: dict[str, Any]) -> None:
        self._running().flag(str(content["id"]), str(content.get("note", "")), op_id=str(content["op_id"]))
        self._saved(content)

    def _on_undo(self, content: dict[str, Any]) -> None:
        self._running().undo(str(content["id"]), str(content["undoes"]), op_id=str(content["op_id"]))
        self._saved(content)

    def _saved(self, content: Mapping[str, Any]) -> None:
        """Say that it is durable, with every card of that clip as it is now, and the new counts."""
        session = self._running()
        clip = session.card(str(content["id"]))["clip"]
        names = [name for name in self._seen if name.rpartition("@")[0] == clip]
        cards = [session.card(name) for name in names]
        self.send({"type": "saved", "op_id": content["op_id"], "cards": cards})
        self._tell_state()

    # Training again

    def _on_retrain(self, _: dict[str, Any]) -> None:
        if self._project is None:
            raise InvalidInputError("Training again needs a project. This page has none: use explore_errors.")
        if self._retraining is None or self._retraining.state != "running":
            self._included = self._running().corrections_made()
            self._retraining = Retraining(self._project, self._running().judged)
            self._retraining.start()
        self._on_retraining({})

    def _on_stop(self, _: dict[str, Any]) -> None:
        if self._retraining is not None:
            self._retraining.stop()

    def _on_retraining(self, _: dict[str, Any]) -> None:
        """Say how it stands; when it has ended, go on with the new runs."""
        work = self._retraining
        if work is None:
            return
        told = {"type": "retraining", "state": work.state, "words": work.words(), "share": work.share()}
        changes = [as_json(change) for change in work.changes] if work.state == "finished" else []
        self.send({**told, "changes": changes})
        if work.state == "finished" and work.result is not None:
            judged, work.result = work.result, None
            self._running().go_on_with(judged, included=self._included)
            self._tell_state()
            self._send_cards({}, 0)

    def _on_moved(self, content: dict[str, Any]) -> None:
        which, network = str(content["which"]), str(content["network"])
        changes = [] if self._retraining is None else self._retraining.changes
        change = next((one for one in changes if one.network == network), None)
        if change is None or which not in ("mended", "broken"):
            raise InvalidInputError(f"There must be a change to look at. Received {which!r} of {network!r}.")
        view = self._running().view
        view.show(network=network, part="test")
        view.choose_some(getattr(change, which), f"{which} by training {network} again")
        self._tell_state()
        self._send_cards(content, 0)
        self._tell_others()

    def _pictures(self) -> CardShelf:
        self._running()
        assert self._shelf is not None
        return self._shelf

    def _running(self) -> ConfusionSession:
        if self.session is None:
            raise InvalidInputError("There must be runs to look at. There are none: " + self._problem)
        return self.session


def explore_errors(
    project: Project,
    stored_runs: Mapping[str, str | Sequence[str]],
    selection: Selection | None = None,
    *,
    annotator: str = "",
) -> ConfusionExplorer:
    """Return the page on which errors are looked at, corrected, and trained again.

    What stands in the way is said in the page.

    Parameters
    ----------
    stored_runs : mapping of network to run id, or to several ids
        Such as ``newest_comparison(project, "sample").runs``. Several runs of a network are folds: their test parts are
        looked at together.
    selection : Selection, optional
        Shared with the other views of a notebook.
    annotator : str
        Under whose name corrections are kept; the page asks for it when it is empty.

    Examples
    --------
    >>> explore_errors(project, newest_comparison(project, "sample").runs)  # doctest: +SKIP
    """
    try:
        runs = {
            name: [Run.open(project, one) for one in ([of] if isinstance(of, str) else of)]
            for name, of in stored_runs.items()
        }
        judged = judged_moments(project, runs)
        store = LabelStore.open(project.labels)
        store.check_writable()
        session = ConfusionSession(judged, Corrections(store, schema_of(judged.question), annotator))
    except WorkbenchError as error:
        return ConfusionExplorer(problem=str(error))
    return ConfusionExplorer(project, session, selection=selection)
