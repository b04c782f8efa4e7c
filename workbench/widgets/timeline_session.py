"""What the timeline knows: which clips there are, what the system says about one, what people say, and new labels.

No widget and no picture: the page (timeline_explorer) is its face only.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from workbench.datasets.catalog import Dataset
from workbench.errors import InvalidInputError, WorkbenchError
from workbench.evaluation.accumulate import ALPHA
from workbench.labels.annotation import RecordedEvent, check_annotator
from workbench.labels.operation import Operation
from workbench.labels.schema import Schema, schema_of
from workbench.labels.session import LabelSession
from workbench.labels.store import LabelStore
from workbench.labels.tasks import TaskList
from workbench.media.timeline import GRID_STEP_S
from workbench.progress import Progress, silent
from workbench.sentiment import OPEN_THRESHOLD
from workbench.systems.branch_answers import AnswerShelf, TimelineNetworks
from workbench.systems.clip_timeline import ClipTimeline, clip_timeline
from workbench.systems.judged_clips import ClipChoice
from workbench.widgets.labelling_messages import LateTask, outcome_message

QUESTIONS = ("sentiment", "sentiment_both", "mouth")
"""What can be labelled here: what networks learn from, and what both together say. Not the human ceilings of one modality
(``sentiment_face``, ``sentiment_voice``), for here one has seen and heard both."""
UNIT = "timeline"
"""What ``details["unit"]`` says of a label given on the timeline, with the networks' answers in view."""
_KEPT_CLIPS = 8


class TimelineSession:
    """Look at clips of one dataset as one run of the running system sees them, and label them.

    Parameters
    ----------
    dataset : Dataset
        An extracted one.
    choices : sequence of ClipChoice
        The clips, in the order offered.
    load_networks : callable
        Returns the networks; called once, for the first clip that was not looked at before: it takes seconds.
    store : LabelStore
        Where people's answers are read and kept.
    shelf : AnswerShelf, optional
        What the networks said before.
    annotator : str
        Who labels; may be told later by :meth:`begin`.

    Examples
    --------
    >>> session.open("a-clip").decide(alpha=0.5).winner  # doctest: +SKIP
    """

    def __init__(
        self,
        dataset: Dataset,
        choices: Sequence[ClipChoice],
        load_networks: Callable[[], TimelineNetworks],
        store: LabelStore,
        *,
        shelf: AnswerShelf | None = None,
        annotator: str = "",
    ) -> None:
        self.dataset, self.choices, self.store = dataset, list(choices), store
        self.alpha, self.threshold = ALPHA, OPEN_THRESHOLD
        self.schemas: dict[str, Schema] = {name: schema_of(name) for name in QUESTIONS}
        self.annotator = ""
        self._networks, self._shelf = functools.cache(load_networks), shelf
        self._opened: dict[str, ClipTimeline] = {}
        self._sessions: dict[str, LabelSession] = {}
        if annotator:
            self.begin(annotator)

    def choice(self, clip: str) -> ClipChoice:
        """Return a clip that is offered.

        Raises
        ------
        InvalidInputError
            It is not.
        """
        for choice in self.choices:
            if choice.clip == clip:
                return choice
        raise InvalidInputError(
            f"A clip must be one of the {len(self.choices)} offered here. Received {clip!r}."
        )

    def open(self, clip: str, *, progress: Progress = silent) -> ClipTimeline:
        """Return what every branch says about every moment of a clip; the last few clips are remembered.

        Raises
        ------
        InvalidInputError
            The clip is not offered here, or no network was trained.
        """
        self.choice(clip)
        if clip not in self._opened:
            timeline = clip_timeline(self.dataset, clip, self._networks, shelf=self._shelf, progress=progress)
            while len(self._opened) >= _KEPT_CLIPS:
                del self._opened[next(iter(self._opened))]
            self._opened[clip] = timeline
        return self._opened[clip]

    def labels(self, clip: str) -> list[dict[str, Any]]:
        """Return what people said about a clip and what stands: ``question, annotator, start_s, end_s, value, op_id``.

        Verdicts come too, told apart by ``verdict``.
        """
        found: list[dict[str, Any]] = []
        for question in self.schemas:
            verdicts = self.store.verdicts(question)
            tables = ((self.store.answers(question, clip=clip), False), (verdicts, True))
            for table, verdict in tables:
                rows = table[table["clip"] == clip]
                wanted = ["question", "annotator", "start_s", "end_s", "value", "op_id"]
                found += [row | {"verdict": verdict} for row in rows[wanted].to_dict("records")]
        return found

    def begin(self, annotator: str) -> None:
        """Say who labels.

        Raises
        ------
        InvalidInputError
            It is no name.
        """
        self.annotator = check_annotator(annotator)
        self._sessions = {
            name: LabelSession(self.store, TaskList([]), schema, self.annotator)
            for name, schema in self.schemas.items()
        }

    def say(self, said: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Record what the page says, in order, and return what became of each; saved means durably.

        Parameters
        ----------
        said : sequence of mapping
            ``kind`` (``answer`` or ``undo``), ``question, op_id, clip, start_s, end_s``, and ``value``, ``after`` and
            what the machine ``suggested`` (with its ``share``), or ``undoes``.
        """
        if not self._sessions:
            raise InvalidInputError("A name must be given before the first label. There is none yet.")
        results = []
        for one in said:
            session: LabelSession | None = None
            outcome: RecordedEvent | WorkbenchError
            try:
                session, operation = self._operation(one)
                (outcome,) = session.record_each([operation])
            except WorkbenchError as error:
                outcome = error
            stands = session.stands_instead(outcome) if session else None
            results.append(outcome_message(one.get("op_id"), outcome, stands))
        return results

    def _operation(self, said: Mapping[str, Any]) -> tuple[LabelSession, Operation]:
        try:
            kind, question, clip = str(said["kind"]), str(said["question"]), str(said["clip"])
            start_s, end_s = float(said["start_s"]), float(said["end_s"])
            if kind not in ("answer", "undo") or question not in self._sessions:
                raise InvalidInputError(
                    f"A label here must be an answer or undo about {', '.join(QUESTIONS)}. Received {kind!r} about {question!r}."
                )
            if not 0 <= start_s <= end_s <= self.choice(clip).duration_s + GRID_STEP_S:
                raise InvalidInputError(
                    f"A label must lie within its clip. Received {start_s} to {end_s} s of {clip!r}."
                )
            place = LateTask(f"{clip}@{start_s:.3f}", clip, start_s, end_s, self._details(said))
            return self._sessions[question], Operation(
                kind=kind,
                task_id=place.task_id,
                op_id=said["op_id"],
                value=str(said["value"]) if kind == "answer" else "",
                undoes=str(said["undoes"]) if kind == "undo" else "",
                after=str(said.get("after", "")) if kind == "answer" else None,
                task=place,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidInputError(
                f"A label must tell kind, question, op_id, clip, start_s, end_s and what its kind needs. Received {error!r}."
            ) from error

    def _details(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is kept with a label: above all that the machine's answers were in view when it was given."""
        details: dict[str, Any] = {"dataset": self.dataset.name, "unit": UNIT}
        if said["kind"] == "undo":
            return details
        n_moments = round((float(said["end_s"]) - float(said["start_s"])) / GRID_STEP_S) + 1
        details |= {"reveal": "before", "n_moments": n_moments}
        if said.get("suggested"):
            share = round(float(said["share"]), 4)
            details |= {"suggested": str(said["suggested"]), "suggested_share": share}
        return details

    def choices_as_json(self) -> list[dict[str, Any]]:
        """Return the clips as plain data."""
        return [asdict(choice) | {"wrong": choice.wrong} for choice in self.choices]
