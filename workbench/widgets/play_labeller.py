"""Label while it plays: a clip runs slowly, a held key marks a span, edges are corrected on a timeline.

The page (play_labeller.js) keeps the spans it shows and says every change as operations with ids of its own; the
kernel records them through a PlaySession. Messages from the page: ``ready``, ``begin`` (a name), ``clip`` (number of a
piece) and ``say`` (operations). Messages to it: ``state``, ``clip``, ``refused``, ``trouble`` and ``said``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from workbench.datasets.catalog import Dataset
from workbench.datasets.moment_context import HEARD, SEEN, moment_context
from workbench.datasets.task_choice import clips_of_speakers_in_turn
from workbench.errors import InvalidInputError, WorkbenchError
from workbench.labels.annotation import RecordedEvent
from workbench.labels.play_session import PlaySession, SpanOperation, pieces_of
from workbench.labels.project_mark import project_mark
from workbench.labels.schema import Schema, schema_of
from workbench.labels.store import LabelStore
from workbench.media.timeline import GRID_STEP_S
from workbench.project import Project
from workbench.widgets.labelling_messages import outcome_message
from workbench.widgets.messages import handle

_HERE = Path(__file__).parent
PARTS = (
    "page_parts.js",
    "outbox_shelf.js",
    "outbox.js",
    "clip_player.js",
    "span_book.js",
    "span_timeline.js",
    "play_labeller.js",
)
"""The page's script: one ES module in several files, in this order."""
REST = {"mouth": "closed"}
"""What a key that is not held means while one labels: a mouth is open or closed, a sentiment may be left open."""


class PlayLabeller(anywidget.AnyWidget):
    """Ask one question about clips while they play.

    Parameters
    ----------
    dataset : Dataset, optional
        Whose clips are played.
    schema : Schema, optional
        The question.
    open_session : callable, optional
        Makes the session of an annotator from the name.
    annotator : str
        Who answers; asked for in the page when empty.
    problem : str
        Shown instead of everything else when there is nothing to label, and how to mend it.
    project_id : str
        Where answers that wait in the browser belong.
    """

    _esm = "\n".join((_HERE / name).read_text(encoding="utf-8") for name in PARTS)
    _css = "\n".join(
        (_HERE / name).read_text(encoding="utf-8") for name in ("frame_labeller.css", "play_labeller.css")
    )
    question = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self,
        dataset: Dataset | None = None,
        schema: Schema | None = None,
        open_session: Callable[[str], PlaySession] | None = None,
        *,
        annotator: str = "",
        problem: str = "",
        project_id: str = "",
    ) -> None:
        super().__init__(question=schema.question if schema else "")
        self.session: PlaySession | None = None
        self._dataset, self._schema, self._open_session = dataset, schema, open_session
        self._problem, self._project_id = problem, project_id
        if annotator and open_session:
            self.session = open_session(annotator)
        self.on_msg(self._receive)

    def _receive(self, _: object, content: dict[str, Any], buffers: object = None) -> None:
        handlers = {
            "ready": self._tell_state,
            "begin": self._begin,
            "clip": self._send_clip,
            "say": self._say,
        }
        problem = handle(content, handlers)
        if problem is not None:
            told = "refused" if content.get("type") == "begin" else "trouble"
            self.send({"type": told, "message": problem})

    def _tell_state(self, _: dict[str, Any]) -> None:
        state: dict[str, Any] = {
            "type": "state",
            "problem": self._problem,
            "project": self._project_id,
            "step_s": GRID_STEP_S,
        }
        if self._schema is not None:
            state |= {"schema": self._schema.as_json(), "rest": REST.get(self._schema.question, "")}
        if self.session is not None:
            self.session.refresh()
            state |= {
                "annotator": self.session.annotator,
                "pieces": [asdict(piece) for piece in self.session.pieces],
                "labelled": [bool(self.session.spans(piece.clip)) for piece in self.session.pieces],
                "effective": asdict(self.session.effective()),
            }
        self.send(state)

    def _begin(self, content: dict[str, Any]) -> None:
        if self._open_session is None:
            raise InvalidInputError("There must be something to label. There is nothing: " + self._problem)
        self.session = self._open_session(str(content.get("annotator", "")))
        self._tell_state({})

    def _send_clip(self, content: dict[str, Any]) -> None:
        session, number = self._running(), int(content.get("number", 0))
        if not 0 <= number < len(session.pieces):
            raise InvalidInputError(f"A piece must be 0 to {len(session.pieces) - 1}. Received {number}.")
        piece = session.pieces[number]
        assert self._dataset is not None and self._schema is not None  # a session has both
        context = moment_context(
            self._dataset, piece.clip, piece.from_s, piece.to_s, radius_s=0.0, modality=self._schema.modality
        )
        meta, buffers = context.as_message()
        session.refresh()
        spans = [asdict(span) for span in session.spans(piece.clip)]
        self.send({"type": "clip", "number": number, "meta": meta, "spans": spans}, buffers)

    def _say(self, content: dict[str, Any]) -> None:
        said = [one for one in content.get("operations", []) if isinstance(one, dict)]
        results = [
            outcome_message(one.get("op_id"), outcome)
            for one, outcome in zip(said, self._record(said), strict=True)
        ]
        self.send({"type": "said", "results": results, "effective": asdict(self._running().effective())})

    def _record(self, said: list[dict[str, Any]]) -> list[RecordedEvent | WorkbenchError]:
        """Record all in one commit; when one is wrong, each on its own, so that the others are kept."""
        session = self._running()
        outcomes: list[RecordedEvent | WorkbenchError] = []
        try:
            return list(session.record([_operation(one) for one in said]))
        except InvalidInputError:
            for one in said:
                try:
                    outcomes += session.record([_operation(one)])
                except WorkbenchError as error:
                    outcomes.append(error)
            return outcomes
        except WorkbenchError as error:
            return [error] * len(said)

    def _running(self) -> PlaySession:
        if self.session is None:
            raise InvalidInputError("A name must be given before the first answer. There is none yet.")
        return self.session


def label_playing(
    project: Project,
    dataset: str,
    question: str = "mouth",
    *,
    annotator: str = "",
    n_clips: int = 50,
    seed: int = 0,
) -> PlayLabeller:
    """Return the widget that asks ``question`` about clips of a dataset while they play.

    What stands in the way is said in the widget, where the annotator sees it.

    Parameters
    ----------
    dataset : str
        Name of an imported dataset; where it is extracted too, the face is shown large.
    question : str
        What to ask.
    annotator : str
        Who answers; the widget asks for the name when it is empty.
    n_clips, seed : int
        How many clips, and which.

    Examples
    --------
    >>> label_playing(Project.open(), "sample", "mouth")  # doctest: +SKIP
    """
    try:
        schema, opened = schema_of(question), Dataset.open(project, dataset)
        clips = play_clips(opened, question, n_clips=n_clips, seed=seed)
        pieces = [piece for clip, duration_s in clips for piece in pieces_of(clip, duration_s)]
        store = LabelStore.open(project.labels)
        store.check_writable()
        return PlayLabeller(
            opened,
            schema,
            lambda name: PlaySession(store, pieces, schema, name, dataset=dataset),
            annotator=annotator,
            project_id=project_mark(project.labels),
        )
    except WorkbenchError as error:
        return PlayLabeller(problem=str(error))


def play_clips(dataset: Dataset, question: str, *, n_clips: int, seed: int) -> list[tuple[str, float]]:
    """Return (clip, length in seconds) of clips that can be asked about, speakers taking turns.

    Raises
    ------
    InvalidInputError
        The dataset has none with what the question is about.
    """
    modality = schema_of(question).modality
    needs_face, needs_voice = modality in SEEN, modality not in SEEN and modality in HEARD
    clips = clips_of_speakers_in_turn(dataset, seed=seed)
    chosen = [c for c in clips if (c.has_face or not needs_face) and (c.has_voice or not needs_voice)]
    if not chosen or n_clips < 1:
        raise InvalidInputError(
            f"Clips to play must have what {question!r} is about, and be 1 or more. Received {n_clips} of "
            f"{len(chosen)} such clips in {dataset.name}: import recordings with picture and sound."
        )
    return [(clip.clip, clip.duration_s) for clip in chosen[:n_clips]]


def _operation(said: Any) -> SpanOperation:
    try:
        return SpanOperation(
            kind=str(said["kind"]),
            op_id=str(said["op_id"]),
            clip=str(said["clip"]),
            start_s=float(said["start_s"]),
            end_s=float(said["end_s"]),
            value=str(said.get("value", "")),
            undoes=str(said.get("undoes", "")),
            after=said.get("after"),
            details=dict(said.get("details") or {}),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidInputError(
            f"A span must tell kind, op_id, clip, start_s and end_s. Received {said!r}."
        ) from error
