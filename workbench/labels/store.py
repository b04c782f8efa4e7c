"""The label store: every answer of every person, kept before it is acknowledged, never lost, never doubled."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import pandas as pd
import sqlalchemy as sa

from workbench.errors import InvalidInputError
from workbench.labels.address import FILE, URL_FILE
from workbench.labels.annotation import LabelEvent, RecordedEvent
from workbench.labels.database import Database, open_database
from workbench.labels.erasures import Erasure, Gaps, read_erasures, wrong_record
from workbench.labels.event_table import COLUMNS, FIRST_LINK, dump_line, label_events, linked, recorded_from
from workbench.labels.projections import EVENTS, open_events, standing_events, standing_verdicts
from workbench.labels.reading import LABEL_COLUMNS, Label, Word, labels_in_parts, words
from workbench.labels.recording import record_batch, rows_of

__all__ = ["BUSY_TIMEOUT_S", "LABEL_COLUMNS", "LabelStore"]

BUSY_TIMEOUT_S = 10.0
_ROWS_AT_ONCE = 5_000


class LabelStore:
    """Append-only label events in ``labels/labels.db``, or in the PostgreSQL database that the folder names.

    Examples
    --------
    >>> store = LabelStore.open(project.labels)  # doctest: +SKIP
    >>> store.current("mouth")  # doctest: +SKIP
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    @classmethod
    def open(
        cls, where: str | Path, *, read_only: bool = False, busy_timeout_s: float = BUSY_TIMEOUT_S
    ) -> LabelStore:
        """Open the store of a labels folder, or of a ``sqlite:///`` or ``postgresql://`` URL; the first opening makes it.

        A store of an older version is backed up beside itself and brought to the newest; opened ``read_only`` it is
        read as it is.

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
            It is damaged, is not a label store, is a newer workbench's, or would not keep what it acknowledged. It is
            left as it is.
        """
        return cls(open_database(where, read_only=read_only, busy_timeout_s=busy_timeout_s))

    @staticmethod
    def exists(folder: Path) -> bool:
        """Whether anything was ever labelled in this labels folder."""
        return (folder / FILE).exists() or (folder / URL_FILE).exists()

    @property
    def path(self) -> Path:
        """The file.

        Raises
        ------
        InvalidInputError
            The labels are on a server; ``place`` says where, on every engine.
        """
        path = getattr(self.database, "path", None)
        if path is None:
            raise InvalidInputError(f"Labels must be in a file to have a path. They are in {self.place}.")
        return Path(path)

    @property
    def place(self) -> str:
        """Where the labels are, for people; never with a password."""
        return self.database.place

    def close(self) -> None:
        """Close the database; recording needs a new opening."""
        self.database.close()

    def __enter__(self) -> LabelStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def check_writable(self) -> None:
        """Say now, rather than at the first answer, when nothing can be written. Raises :class:`StorageError`."""
        with self.database.writing():
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
        wanted = list(events)  # made before others are kept waiting
        with self.database.writing() as connection:
            return record_batch(connection, wanted)

    def current(self, question: str | None = None, annotator: str | None = None) -> pd.DataFrame:
        """Return the labels as they stand: ``clip, question, start_s, end_s, annotator, value``.

        One row per item: the newest answer that was neither taken back nor followed by a skip.
        """
        table = pd.DataFrame(self.labels(question, annotator), columns=list(LABEL_COLUMNS))
        return table.astype({"start_s": float, "end_s": float})

    def labels(self, question: str | None = None, annotator: str | None = None) -> Iterator[Label]:
        """Yield the rows of :meth:`current` one after the other, for a million of them: memory stays flat.

        They are one moment's state, ordered by question, clip, start, end and annotator. Read them to their end, or
        close the iterator: until then the database keeps that moment.
        """
        for part in self.labels_in_parts(question, annotator):
            yield from part

    def labels_in_parts(
        self, question: str | None = None, annotator: str | None = None
    ) -> Iterator[list[Label]]:
        """Yield what :meth:`labels` does, some thousands at a time, for whoever is faster with many at once."""
        return labels_in_parts(self.database, question, annotator)

    def words(self, question: str, annotator: str) -> list[Word]:
        """Return what :meth:`standing` does, in short: a hundred thousand in a fraction of a second."""
        return words(self.database, question, annotator)

    def events_of(self, op_ids: Iterable[str]) -> list[RecordedEvent]:
        """Return the events of some operations, oldest first; ids that nothing was recorded under are passed over."""
        with self.database.reading() as connection:
            rows = rows_of(connection, set(op_ids)).values()
        return sorted((recorded_from(row) for row in rows), key=lambda recorded: recorded.sequence)

    def standing(self, question: str, annotator: str) -> list[RecordedEvent]:
        """Return one person's last word about each item (answers and skips), oldest first."""
        query = standing_events(question, annotator).order_by(EVENTS.sequence)
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
        return [recorded_from(dict(zip(COLUMNS, row, strict=True))) for row in rows]

    def answers(self, question: str, *, clip: str | None = None) -> pd.DataFrame:
        """Return the standing answers to a question with all that is kept about them.

        Parameters
        ----------
        clip : str, optional
            Only those about this clip; found along an index, however many others there are.

        Returns
        -------
        pd.DataFrame
            The columns of :meth:`current`, then ``op_id``, ``sequence``, ``recorded_utc`` and ``details`` (a dict).
        """
        query = standing_events(question).where(EVENTS.kind == "answer")
        return self._table(query if clip is None else query.where(EVENTS.clip == clip))

    def skips(self, question: str) -> pd.DataFrame:
        """Return the standing skips: items passed by and not answered since; columns as :meth:`answers`."""
        return self._table(standing_events(question).where(EVENTS.kind == "skip"))

    def verdicts(self, question: str) -> pd.DataFrame:
        """Return the verdict that stands for each settled moment or span; columns as :meth:`answers`."""
        return self._table(standing_verdicts(question))

    def flags(self, question: str | None = None) -> pd.DataFrame:
        """Return the flags that were not taken back; columns as :meth:`answers`, ``details["note"]`` is the note."""
        return self._table(open_events(EVENTS.kind == "flag", question))

    def repeats(self, question: str, annotator: str | None = None) -> pd.DataFrame:
        """Return what people answered when a moment was asked once more; columns as :meth:`answers`.

        An empty value was passed by. The first answer stands in :meth:`answers`, under the same clip, time and person.
        """
        return self._table(open_events(EVENTS.kind == "repeat", question, annotator))

    def conflicts(self, question: str | None = None, annotator: str | None = None) -> pd.DataFrame:
        """Return answers and skips given in ignorance of another last word, until their author undoes them.

        Columns as :meth:`answers`, and ``conflicts_with``, the ``op_id`` of what stood instead.
        """
        unseen = EVENTS.conflicts_with.is_not(None)
        return self._table(open_events(unseen, question, annotator), extra=("conflicts_with",))

    def _table(self, query: sa.Select, *, extra: tuple[str, ...] = ()) -> pd.DataFrame:
        names = [*LABEL_COLUMNS, "op_id", "sequence", "recorded_utc", "details", *extra]
        wanted = query.with_only_columns(*(EVENTS[name] for name in names)).order_by(EVENTS.sequence)
        with self.database.reading() as connection:
            rows = connection.execute(wanted).all()
        table = pd.DataFrame(rows, columns=names).astype({"start_s": float, "end_s": float})
        return table.assign(details=table["details"].map(json.loads))

    def history(self, question: str | None = None) -> pd.DataFrame:
        """Return every event in its order, with all columns; undone ones too. For large stores: :meth:`rows`."""
        query = sa.select(label_events).order_by(EVENTS.sequence)
        if question is not None:
            query = query.where(EVENTS.question == question)
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def events(self, after_sequence: int = 0) -> Iterator[RecordedEvent]:
        """Yield every event after a place in their order, a few at a time: memory stays flat."""
        return (recorded_from(row) for row in self.rows(after_sequence))

    def rows(self, after_sequence: int = 0, *, up_to: int | None = None) -> Iterator[dict[str, Any]]:
        """Yield events as plain rows in their order, a few at a time; the fast way to export all of them.

        Only what was there when it began comes: events are never changed, so this is one moment's state although
        people go on writing. ``details`` is JSON text, as it is kept.
        """
        last = self.last_sequence() if up_to is None else up_to
        query = sa.select(label_events).order_by(EVENTS.sequence).limit(_ROWS_AT_ONCE)
        while after_sequence < last:
            part = query.where(EVENTS.sequence > after_sequence, EVENTS.sequence <= last)
            with self.database.reading() as connection:
                found = connection.execute(part).all()
            if not found:
                return
            yield from (dict(zip(COLUMNS, row, strict=True)) for row in found)
            after_sequence = found[-1][0]

    def events_about(self, clip: str) -> list[LabelEvent]:
        """Return all that was ever said about a clip, in its order."""
        query = sa.select(label_events).where(EVENTS.clip == clip).order_by(EVENTS.sequence)
        with self.database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [recorded_from(dict(row)).event for row in rows]

    def clips(self) -> list[str]:
        """Return the clips that anything was ever said about, sorted."""
        with self.database.reading() as connection:
            return list(connection.scalars(sa.select(EVENTS.clip).distinct().order_by(EVENTS.clip)))

    def last_sequence(self) -> int:
        """Return the place of the newest event; 0 when there is none."""
        with self.database.reading() as connection:
            return connection.scalar(sa.select(sa.func.max(EVENTS.sequence))) or 0

    def dump(self, *, up_to: int | None = None) -> Iterator[str]:
        """Yield every event as one line of JSON: the same text on every engine for the same events."""
        return (dump_line(row) for row in self.rows(up_to=up_to))

    def dump_sha256(self, *, up_to: int | None = None) -> str:
        """Return the SHA-256 of the dump's lines, each ended by a line feed."""
        digest = hashlib.sha256()
        for line in self.dump(up_to=up_to):
            digest.update(line.encode() + b"\n")
        return digest.hexdigest()

    def broken_links(self) -> list[int]:
        """Return the places of events that are not as they were recorded, or that follow a missing one.

        Every event carries a hash of itself and of the one before it. A list with an event in it means that somebody
        changed the database behind the workbench's back, or that a disk did.
        """
        with self.database.reading() as connection:
            erasures = read_erasures(connection)
            wrong = wrong_record(connection, erasures)
        broken, link, place, gaps = [], FIRST_LINK, 0, Gaps(erasures)
        for row in self.rows():
            if linked(row, before=link)["chain"] != row["chain"] or not gaps.follows(row["sequence"], place):
                broken.append(row["sequence"])
            link, place = row["chain"], row["sequence"]
        return [*broken, erasures[-1].last_sequence] if wrong else broken

    def erasures(self) -> list[Erasure]:
        """Return what was erased because somebody withdrew, oldest first."""
        with self.database.reading() as connection:
            return read_erasures(connection)
