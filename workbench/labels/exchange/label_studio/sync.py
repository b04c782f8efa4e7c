"""Keep a project of Label Studio and the labels here equal, both ways, however often and however badly the network does.

How each side's change is told from the other's: an annotation that we write carries the operation it says
(``meta``). When it still says what that operation said, only this side can have changed since; when it says something
else, somebody changed it there, and that becomes a new answer which follows that operation. Was there a newer one
here meanwhile, the store keeps both and shows the conflict; what stands here is then sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workbench.errors import InvalidInputError
from workbench.labels.annotation import LabelEvent
from workbench.labels.exchange.label_studio.answers import (
    SKIPPED,
    SeenAnswer,
    op_id_of,
    result_of,
    unique_id,
)
from workbench.labels.exchange.label_studio.config import compare_config
from workbench.labels.exchange.label_studio.items import Item, ItemToSend
from workbench.labels.exchange.label_studio.journal import Journal
from workbench.labels.exchange.label_studio.local import LocalWords, Said, Who, read_local
from workbench.labels.exchange.label_studio.report import SyncReport
from workbench.labels.exchange.label_studio.sending import ItemPrediction, send_predictions, send_tasks
from workbench.labels.exchange.label_studio.server import ProjectOnServer
from workbench.labels.exchange.label_studio.there import ServerWords, is_empty, read_server
from workbench.labels.schema import Schema, schema_of
from workbench.labels.store import LabelStore
from workbench.progress import Progress, silent

_AT_ONCE = 200


@dataclass
class LabelStudioSync:
    """One question exchanged with one project.

    Parameters
    ----------
    store : LabelStore
        The labels here.
    server : ProjectOnServer
        The project there; it is for one question.
    question : str
    folder : Path
        Where the journal is kept: the labels folder.
    restore_deleted : bool
        Whether to send again what was deleted there.
    """

    store: LabelStore
    server: ProjectOnServer
    question: str
    folder: Path
    restore_deleted: bool = False
    progress: Progress = field(default=silent)

    @property
    def place(self) -> str:
        """Address and project in one line: the server as the store and the journal know it."""
        return f"{self.server.address}/projects/{self.server.project}"

    def run(
        self, items: Sequence[ItemToSend] = (), *, predictions: Iterable[ItemPrediction] = ()
    ) -> SyncReport:
        """Make both sides equal and say what was done. Running it again does nothing more.

        Parameters
        ----------
        items : sequence of ItemToSend
            What to have tasks for; their pictures leave this machine.
        predictions : iterable of ItemPrediction
            A run's answers, shown there as predictions.

        Raises
        ------
        InvalidInputError
            The project asks something else, or the token does not do.
        StorageError
            The server stayed out of reach, or nothing could be recorded. What was exchanged until then is kept.
        """
        schema = schema_of(self.question)
        report = SyncReport()
        journal = Journal.open(self.folder, self.place)
        self._check_config(schema, report)
        try:
            there = read_server(self.server, schema, report)
            if send_tasks(self.server, there, items, journal, report, self.restore_deleted, self.progress):
                there = read_server(self.server, schema, report)
            self._remove_twins(there, report)
            self._note_deleted(there, journal, report)
            self._pull(there, report)
            self._push(there, journal, report)
            send_predictions(self.server, there, predictions, report)
        finally:
            journal.save()
        return report

    def _check_config(self, schema: Schema, report: SyncReport) -> None:
        difference = compare_config(self.server.describe().get("label_config"), schema)
        for line in difference.lines():
            report.note(line)
        if not difference.usable:
            raise InvalidInputError(
                f"Project {self.server.project} must ask {self.question!r} the way the workbench does. {difference.lines()[0]} "
                "Make a new project with --new-project TITLE."
            )
        self._not_offered = set(difference.missing)

    def _remove_twins(self, there: ServerWords, report: SyncReport) -> None:
        """Remove tasks and predictions that a repeated request doubled: ours, and nobody has worked on them."""
        for task_id in there.twins:
            now = self.server.task(task_id)
            if now is not None and is_empty(now):
                self.server.remove_task(task_id)
                report.twins_removed += 1
        for prediction_id in there.double_predictions:
            self.server.remove_prediction(prediction_id)
            report.twins_removed += 1

    def _note_deleted(self, there: ServerWords, journal: Journal, report: SyncReport) -> None:
        known = {f"{item}|{annotator}" for item, annotator in there.answers}
        gone = [
            key
            for key in journal.annotations
            if key not in known and key.partition("|")[0] in set(there.task_of) - there.unreadable
        ]
        report.deleted_there = len(gone)
        report.tasks_deleted_there = len(journal.tasks - set(there.task_of))
        if self.restore_deleted:
            for key in gone:
                del journal.annotations[key]
        journal.tasks |= set(there.task_of)

    def _pull(self, there: ServerWords, report: SyncReport) -> None:
        local = read_local(self.store, self.question, server=self.place)
        events: list[LabelEvent] = []
        answers = [(there.items[item_id], seen) for (item_id, _), seen in there.answers.items()]
        for item, seen in answers + there.further:
            event = self._event(item, seen, local)
            if event is not None:
                events.append(event)
        for start in range(0, len(events), _AT_ONCE):
            for recorded in self.store.record_all(events[start : start + _AT_ONCE]):
                if recorded.repeated:
                    continue
                if recorded.conflicts_with:
                    report.conflicts += 1
                elif recorded.event.kind == "skip":
                    report.skips_recorded += 1
                else:
                    report.answers_recorded += 1

    def _event(self, item: Item, seen: SeenAnswer, local: LocalWords) -> LabelEvent | None:
        """Return what somebody newly said there; None when it is known or the same as here."""
        who = (item.item_id, seen.annotator)
        base = local.by_op.get(seen.op_id) or local.from_annotation.get(seen.annotation_id)
        said_here = local.word(who)
        if base is not None and base.value == seen.value:
            return None  # nobody touched it there
        if said_here is not None and said_here.value == seen.value:
            return None  # both say the same
        if said_here is None and seen.value == SKIPPED:
            base = None
        source = {
            "server": self.place,
            "annotation": seen.annotation_id,
            "updated_at": seen.updated_at,
            "edited_by": seen.edited_by,
        }
        return LabelEvent(
            op_id=op_id_of(self.place, seen),
            annotator=seen.annotator,
            question=item.question,
            schema_version=schema_of(item.question).version,
            clip=item.clip,
            start_s=item.start_s,
            end_s=item.end_s,
            kind="answer" if seen.value else "skip",
            value=seen.value,
            details={"source": "label-studio", "label_studio": source, "seconds_taken": seen.seconds_taken},
            after=_in_view(base, who, local),
        )

    def _push(self, there: ServerWords, journal: Journal, report: SyncReport) -> None:
        local = read_local(self.store, self.question, server=self.place)
        words = [(who, said) for who, said in local.all().items() if who[0] in there.task_of]
        for number, (who, said) in enumerate(sorted(words, key=lambda one: one[1].sequence), start=1):
            self._push_one(who, said, there, local, journal, report)
            self.progress(number, len(words), "answers")

    def _push_one(
        self,
        who: Who,
        said: Said,
        there: ServerWords,
        local: LocalWords,
        journal: Journal,
        report: SyncReport,
    ) -> None:
        key = "|".join(who)
        seen = there.answers.get(who)
        if said.value in self._not_offered:
            report.note(f"Answers {said.value!r} stay here: the project does not offer them.")
            return
        if seen is None and who[0] in there.unreadable:
            return
        if seen is None:
            deleted_there = journal.annotations.get(key) == said.op_id
            if said.value and not deleted_there and self._send(who, said, there):
                report.answers_sent += 1
                journal.annotations[key] = said.op_id
            return
        # An operation that is unknown here is another workbench's: with the same answer it is left as it is.
        if seen.value == said.value and (seen.op_id == said.op_id or seen.op_id not in local.by_op):
            journal.annotations[key] = said.op_id
        elif self._change(seen, who, said):
            report.answers_changed_there += int(seen.value != said.value)
            journal.annotations[key] = said.op_id
        else:
            report.note(f"Annotation {seen.annotation_id} changed while this ran: it is taken up next time.")

    def _send(self, who: Who, said: Said, there: ServerWords) -> bool:
        item = there.items[who[0]]
        answer = self.server.add_annotation(
            there.task_of[who[0]],
            result=result_of(said.value, op_id=said.op_id, annotator=who[1]),
            unique_id=unique_id(item, who[1], self.server.project),
        )
        if answer.status == 404:  # the task went while this ran
            return False
        if answer.status != 409:  # 409: it is there already, its acknowledgement was lost
            self.server.expect(answer, "An answer could not be sent")
        return True

    def _change(self, seen: SeenAnswer, who: Who, said: Said) -> bool:
        """Write what stands here into an annotation, unless somebody changed it since it was read."""
        now = self.server.annotation(seen.annotation_id)
        if now is None or str(now.get("updated_at"))[:64] != seen.updated_at:
            return False
        answer = self.server.change_annotation(
            seen.annotation_id,
            result=result_of(said.value, op_id=said.op_id, annotator=who[1]),
            was_cancelled=not said.value,
        )
        if answer.status == 404:
            return False
        self.server.expect(answer, "An answer could not be changed")
        return True


def _in_view(base: Said | None, who: Who, local: LocalWords) -> str | None:
    """Return the last word that somebody there had in view.

    Their edit follows what the annotation said before. When that was taken back here and nothing stands, an undo is what
    it follows: as far as the store is concerned, nothing.
    """
    if base is None:
        return ""
    newest = local.word(who)
    if newest is not None and newest.op_id == base.op_id:
        return local.op_in_view(who)
    return base.op_id
