"""The label store: every answer of every person, kept before it is acknowledged, never lost, never doubled."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import pandas as pd
import sqlalchemy as sa

from workbench.errors import InvalidInputError
from workbench.labels.annotation import LabelEvent, RecordedEvent
from workbench.labels.database import Database
from workbench.labels.event_table import (
    label_events,
    last_word,
    not_taken_back,
    recorded_from,
    row_of,
    standing_events,
    standing_verdicts,
)

FILE = "labels.db"
LABEL_COLUMNS = ("clip", "question", "start_s", "end_s", "annotator", "value")
"""The labels table of the workbench; a moment has ``start_s == end_s``."""
BUSY_TIMEOUT_S = 10.0


class LabelStore:
    """Append-only label events in ``labels/labels.db``.

    Examples
    --------
    >>> store = LabelStore.open(project.labels)  # doctest: +SKIP
    >>> store.current("mouth")  # doctest: +SKIP
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(
        cls, where: str | Path, *, read_only: bool = False, busy_timeout_s: float = BUSY_TIMEOUT_S
    ) -> LabelStore:
        """Open the store of a labels folder, or of a ``sqlite:///`` URL; the first opening makes it.

        Parameters
        ----------
        where : str or Path
            The folder (``project.labels``) or URL.
        read_only : bool
            For whoever only looks (dashboards): nothing is made, nothing can be written.
        busy_timeout_s : float
            How long to wait for others before saying that something was not saved.

        Raises
        ------
        InvalidInputError
            An address of another kind; or nothing to read yet with ``read_only``.
        StorageError
            The file is damaged, is not a label store, or is a newer workbench's. It is left as it is.
        """
        path = _path_of(where)
        return cls(Database(path, read_only=read_only, busy_timeout_s=busy_timeout_s))

    @staticmethod
    def exists(folder: Path) -> bool:
        """Whether anything was ever labelled in this labels folder."""
        return (folder / FILE).exists()

    @property
    def path(self) -> Path:
        """The file."""
        return self._database.path

    def close(self) -> None:
        """Close the file; recording needs a new opening."""
        self._database.close()

    def __enter__(self) -> LabelStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def check_writable(self) -> None:
        """Say now, rather than at the first answer, when nothing can be written. Raises :class:`StorageError`."""
        with self._database.writing():
            pass

    def record(self, event: LabelEvent) -> RecordedEvent:
        """Keep one event; when this returns, it is durably on disk.

        The same event again (same ``op_id``) returns the first result and changes nothing. An answer or skip whose
        author had another last word in view (``after``) than the one that stands is kept as a conflict: it is
        returned with ``conflicts_with``, does not stand, and waits in :meth:`conflicts` until its author undoes it.

        Raises
        ------
        InvalidInputError
            The ``op_id`` was used for something else, or an undo that is not allowed.
        StorageError
            NOT saved, and why.
        """
        return self.record_all([event])[0]

    def record_all(self, events: Iterable[LabelEvent]) -> list[RecordedEvent]:
        """Keep all events, or none of them: see :meth:`record`."""
        with self._database.writing() as connection:
            return [_record(connection, event) for event in events]

    def current(self, question: str | None = None, annotator: str | None = None) -> pd.DataFrame:
        """Return the labels as they stand: ``clip, question, start_s, end_s, annotator, value``.

        One row per item: the newest answer that was neither taken back nor followed by a skip.
        """
        standing = standing_events(question, annotator).subquery()
        wanted = sa.select(*(standing.c[name] for name in LABEL_COLUMNS)).where(standing.c.kind == "answer")
        order = [standing.c[name] for name in ("question", "clip", "start_s", "end_s", "annotator")]
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(*order)).all()
        table = pd.DataFrame(rows, columns=list(LABEL_COLUMNS))
        return table.astype({"start_s": float, "end_s": float})

    def standing(self, question: str, annotator: str) -> list[RecordedEvent]:
        """Return one person's last word about each item (answers and skips), oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(standing_events(question, annotator)).mappings().all()
        return [recorded_from(row) for row in rows]

    def answers(self, question: str) -> pd.DataFrame:
        """Return the standing answers to a question with all that is kept about them.

        Returns
        -------
        pd.DataFrame
            The columns of :meth:`current`, then ``op_id``, ``sequence``, ``recorded_utc`` and ``details`` (a dict).
        """
        return self._table(standing_events(question), kind="answer")

    def verdicts(self, question: str) -> pd.DataFrame:
        """Return the verdict that stands for each settled moment or span; columns as :meth:`answers`."""
        return self._table(standing_verdicts(question))

    def flags(self, question: str | None = None) -> pd.DataFrame:
        """Return the flags that were not taken back; columns as :meth:`answers`, ``details["note"]`` is the note."""
        return self._table(_open_events(label_events.c.kind == "flag", question=question))

    def conflicts(self, question: str | None = None, annotator: str | None = None) -> pd.DataFrame:
        """Return answers and skips given in ignorance of another last word, until their author undoes them.

        Columns as :meth:`answers`, and ``conflicts_with``, the ``op_id`` of what stood instead.
        """
        unseen = label_events.c.conflicts_with.is_not(None)
        return self._table(
            _open_events(unseen, question=question, annotator=annotator), extra=("conflicts_with",)
        )

    def _table(
        self, query: sa.Select, *, kind: str | None = None, extra: tuple[str, ...] = ()
    ) -> pd.DataFrame:
        names = [*LABEL_COLUMNS, "op_id", "sequence", "recorded_utc", "details", *extra]
        inner = query.subquery()
        wanted = sa.select(*(inner.c[name] for name in names)).order_by(inner.c.sequence)
        if kind is not None:
            wanted = wanted.where(inner.c.kind == kind)
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
        table = pd.DataFrame(rows, columns=names).astype({"start_s": float, "end_s": float})
        return table.assign(details=table["details"].map(json.loads))

    def history(self, question: str | None = None) -> pd.DataFrame:
        """Return every event in its order, with all columns; undone ones too."""
        query = sa.select(label_events).order_by(label_events.c.sequence)
        if question is not None:
            query = query.where(label_events.c.question == question)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return pd.DataFrame(rows, columns=[column.name for column in label_events.columns])


def _path_of(where: str | Path) -> Path:
    if isinstance(where, str) and "://" in where:
        url = sa.make_url(where)
        if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
            raise InvalidInputError(
                "A label store must be a folder or a sqlite:///FILE address. "
                f"Received {url.render_as_string(hide_password=True)}."
            )
        return Path(url.database).expanduser().resolve()
    return Path(where).expanduser().resolve() / FILE


def _find(connection: sa.Connection, op_id: str) -> RecordedEvent | None:
    row = connection.execute(sa.select(label_events).where(label_events.c.op_id == op_id)).mappings().first()
    return None if row is None else recorded_from(row)


def _record(connection: sa.Connection, event: LabelEvent) -> RecordedEvent:
    known = _find(connection, event.op_id)
    if known is not None:
        if known.event != event:
            raise InvalidInputError(
                f"An operation id must be used once. {event.op_id} already stands for another event "
                f"({known.event.kind} {known.event.value!r}): make a new id for a new answer."
            )
        return replace(known, repeated=True)
    if event.kind == "undo":
        _check_undo(connection, event)
    conflicts_with = _unseen_word(connection, event)
    recorded_utc = datetime.now(UTC).isoformat(timespec="microseconds")
    added = (
        label_events.insert()
        .values(row_of(event, recorded_utc=recorded_utc, conflicts_with=conflicts_with))
        .returning(label_events.c.sequence)
    )
    sequence = connection.execute(added).scalar_one()
    return RecordedEvent(
        sequence=sequence, recorded_utc=recorded_utc, event=event, conflicts_with=conflicts_with
    )


def _unseen_word(connection: sa.Connection, event: LabelEvent) -> str:
    """Return the last word its author did not know of; or the one they thought stood, when it was taken back."""
    if event.after is None:
        return ""
    stands = connection.scalar(last_word(event)) or ""
    return "" if stands == event.after else stands or event.after


def _open_events(
    condition: sa.ColumnElement[bool], *, question: str | None, annotator: str | None = None
) -> sa.Select:
    query = sa.select(label_events).where(condition, not_taken_back())
    if question is not None:
        query = query.where(label_events.c.question == question)
    if annotator is not None:
        query = query.where(label_events.c.annotator == annotator)
    return query


def _check_undo(connection: sa.Connection, event: LabelEvent) -> None:
    """Refuse an undo of anything but its author's own doing: a last word, a flag, a verdict or a conflict."""
    rule = "An undo must take back one's own last word, flag or verdict about a moment."
    target = _find(connection, event.undoes)
    if target is None:
        raise InvalidInputError(f"{rule} There is no operation {event.undoes}.")
    if target.event.annotator != event.annotator:
        raise InvalidInputError(
            f"{rule} {event.undoes} is somebody else's: only its author can take it back."
        )
    if target.event.item != event.item:
        raise InvalidInputError(f"{rule} {event.undoes} is about another moment.")
    if target.event.kind in ("answer", "skip") and not target.conflicts_with:
        gone = connection.scalar(last_word(event)) != event.undoes
    else:
        gone = connection.scalar(sa.select(label_events.c.op_id).where(label_events.c.undoes == event.undoes))
    if gone or target.event.kind == "undo":
        raise InvalidInputError(f"{rule} {event.undoes} was taken back already or answered again since.")
