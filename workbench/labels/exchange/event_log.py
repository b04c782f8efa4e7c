"""Everything people did, one event a line, in its order: the whole store as a file, and back into an empty one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from workbench.errors import InvalidInputError
from workbench.files import atomic_file
from workbench.labels.annotation import LabelEvent
from workbench.labels.exchange.manifest import ContentTally, check_content, read_manifest, write_manifest
from workbench.labels.projections import EVENTS
from workbench.labels.recording import record_batch
from workbench.labels.store import LabelStore

EVENT_COLUMNS = (
    "op_id",
    "annotator",
    "question",
    "schema_version",
    "clip",
    "start_s",
    "end_s",
    "kind",
    "value",
    "undoes",
    "details",
    "after",
    "conflicts_with",
)
"""What an event says, in the order that is hashed; ``sequence`` and ``recorded_utc`` stand beside it in the file."""
ENDING = ".events.jsonl"
_LONGEST_LINE = 64_000
_AT_ONCE = 5_000
_PLAIN = tuple(name for name in EVENT_COLUMNS if name != "details")
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


@dataclass(frozen=True)
class ImportedEvents:
    """What came of importing events: ``events = recorded + already_there``."""

    events: int
    recorded: int
    already_there: int

    def as_json(self) -> dict[str, Any]:
        """Return the counts as plain data."""
        return asdict(self)

    def lines(self) -> list[str]:
        """Return the counts for people."""
        return [f"{self.events} events read: {self.recorded} recorded, {self.already_there} there already."]


def export_events(store: LabelStore, path: Path) -> int:
    """Write every event (answers, skips, undos, flags, verdicts) to ``path`` with its manifest, and return how many.

    One event is in memory at a time, however many there are.

    Raises
    ------
    InvalidInputError
        The ending is another than ``.events.jsonl``.
    StorageError
        The file cannot be written.
    """
    _check_ending(path)
    tally = ContentTally(EVENT_COLUMNS)
    with atomic_file(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as stream:
        for row in store.rows():
            said = _said(row, details_text=row["details"])
            tally.add(row, said)
            place = _encode({"sequence": row["sequence"], "recorded_utc": row["recorded_utc"]})
            stream.write(f"{place[:-1]}, {said[1:]}\n")
    write_manifest(path, kind="label events", tally=tally)
    return tally.n_rows


def import_events(store: LabelStore, path: Path) -> ImportedEvents:
    """Record the events of a full export, all of them or none: into an empty store, they make the same store.

    An event that is there already is left alone, so importing again, or into the store it came from, changes nothing.
    The file is read twice, some thousands of events at a time: checked to its end before anybody is kept waiting, then
    recorded in one transaction. Into an empty store the times of recording come along; a store with labels in it notes
    the time of the import.

    Raises
    ------
    InvalidInputError
        A line is no event; or the file is not the one its manifest was written for, or changed while it was read; or
        an undo takes back what has been answered again in this store since. Nothing was recorded.
    StorageError
        Nothing was recorded, and why.
    """
    _check_ending(path)
    manifest = read_manifest(path)
    checked = ContentTally(EVENT_COLUMNS)
    for _ in _tallied(path, checked):
        pass
    check_content(manifest, checked, name=path.name)
    tally = ContentTally(EVENT_COLUMNS)
    lines = _tallied(path, tally)
    n_there = 0
    with store.database.writing() as connection:
        empty = connection.scalar(sa.select(EVENTS.sequence).limit(1)) is None
        while part := list(islice(lines, _AT_ONCE)):
            times = {event.op_id: row["recorded_utc"] for row, event in part} if empty else None
            kept = record_batch(connection, [event for _, event in part], recorded_utc=times)
            n_there += sum(one.repeated for one in kept)
        if tally.content_sha256 != checked.content_sha256:
            raise InvalidInputError(
                f"{path.name} must stay as it is while it is read. It changed: import it again."
            )
    return ImportedEvents(tally.n_rows, tally.n_rows - n_there, n_there)


def _tallied(path: Path, tally: ContentTally) -> Iterator[tuple[dict[str, Any], LabelEvent]]:
    for row, event in _read(path):
        tally.add(row, _said(row, details_text=event.details_as_text()))
        yield row, event


def event_rows(store: LabelStore) -> Iterator[dict[str, Any]]:
    """Yield every event in its order as plain data, as a line of the file has it."""
    for row in store.rows():
        said = json.loads(_said(row, details_text=row["details"]))
        yield {"sequence": row["sequence"], "recorded_utc": row["recorded_utc"], **said}


def _said(row: Mapping[str, Any], *, details_text: str) -> str:
    """Return the JSON of what an event says; ``details`` go in as the text that is kept of them."""
    said = {name: row[name] for name in _PLAIN}
    said["undoes"] = said["undoes"] or ""
    said["conflicts_with"] = said["conflicts_with"] or ""
    return f'{_encode(said)[:-1]}, "details": {details_text}}}'


def event_of(row: Mapping[str, Any]) -> LabelEvent:
    """Return the event that a line says."""
    fields = {name: row[name] for name in EVENT_COLUMNS if name != "conflicts_with"}
    return LabelEvent(**fields)


def _check_ending(path: Path) -> None:
    if not path.name.lower().endswith(ENDING):
        raise InvalidInputError(f"A file of label events must end in {ENDING}. Received {path.name}.")


def _read(path: Path) -> Iterator[tuple[dict[str, Any], LabelEvent]]:
    """Yield the events of a file, each checked: types, rules, and that its clip and times are as they are kept."""
    try:
        with path.open(encoding="utf-8-sig", newline="\n") as stream:
            for number, line in enumerate(iter(lambda: stream.readline(_LONGEST_LINE), ""), start=1):
                if line.strip():
                    yield _checked(line, f"{path.name}, line {number}")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"{path} must be a readable UTF-8 text. Received: {error}.") from error


def _checked(line: str, where: str) -> tuple[dict[str, Any], LabelEvent]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict) or not all(
        isinstance(row.get(name), kinds) for name, kinds in _TYPES.items()
    ):
        raise InvalidInputError(
            f"A line of label events must be a JSON object with {', '.join(EVENT_COLUMNS)}. {where} is not: "
            "export it again."
        )
    row["recorded_utc"] = _time_of(row.get("recorded_utc"), where)
    try:
        return row, event_of(row)
    except InvalidInputError as error:
        raise InvalidInputError(f"{where}: {error}") from error


def _time_of(text: Any, where: str) -> str:
    """Return when an event was recorded; ``""`` where the file does not tell."""
    if text is None or text == "":
        return ""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None and moment <= datetime.now(UTC) + timedelta(days=1):
            return moment.astimezone(UTC).isoformat(timespec="microseconds")
    except (TypeError, ValueError):
        pass
    raise InvalidInputError(
        f"recorded_utc must be a time with its zone, not to come. {where}: {str(text)[:40]!r}."
    )


_NO_TEXT: dict[str, type | tuple[type, ...]] = {
    "schema_version": int,
    "start_s": (int, float),
    "end_s": (int, float),
    "details": dict,
    "after": (str, type(None)),
}
_TYPES = {name: _NO_TEXT.get(name, str) for name in EVENT_COLUMNS}
