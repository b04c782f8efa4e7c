"""The checker of the kill loop: knows only the annotators' journals and the database, and nothing of how it was written."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SENT = ("op_id", "annotator", "question", "schema_version", "clip", "start_s", "end_s", "kind", "value")
Word = tuple[str, str, float]


@dataclass
class Findings:
    """What the checker found; the lists are empty when all is well.

    Attributes
    ----------
    acknowledged, stored : int
        Operations that annotators were told are saved, and rows of the database.
    lost, doubled, changed, unknown : list of str
        Acknowledged ones that are missing; ids that are there twice; rows that are not what was sent; rows that
        nobody sent.
    halves : list of str
        Steps of which a part was kept.
    wrong_words : list
        Items whose standing word is not what their annotator was told.
    complaints : list of str
        What the database, the chain of events, the projection or the folder have to say.
    """

    acknowledged: int = 0
    stored: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    halves: list[str] = field(default_factory=list)
    wrong_words: list[Word] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing at all was found."""
        lists = (self.lost, self.doubled, self.changed, self.unknown, self.halves, self.wrong_words)
        return not any(lists) and not self.complaints

    def line(self) -> str:
        """Return it in one line."""
        return (
            f"{self.acknowledged} acknowledged, {self.stored} stored: {len(self.lost)} lost, {len(self.doubled)} doubled, "
            f"{len(self.changed)} changed, {len(self.unknown)} unknown, {len(self.halves)} halves, "
            f"{len(self.wrong_words)} wrong words, complaints: {self.complaints or 'none'}"
        )


def check(place: str, journals: Iterable[Path], *, rewritten: bool = False) -> Findings:
    """Compare the journals with the database at ``place`` (or with the JSON file of the planted fault)."""
    found = Findings()
    rows = _rewritten_rows(place, found) if rewritten else _rows(place, found)
    stored = {row["op_id"]: row for row in rows}
    found.stored = len(rows)
    found.doubled = [op_id for op_id, n in Counter(row["op_id"] for row in rows).items() if n > 1]
    sent: dict[str, dict[str, Any]] = {}
    told: dict[Word, list[str]] = {}
    for journal in journals:
        _check_journal(journal, stored, sent, told, found)
    found.unknown = [op_id for op_id in stored if op_id not in sent]
    kept = [op_id for op_id in stored if op_id in sent]
    found.changed = [
        op_id for op_id in kept if any(stored[op_id][name] != sent[op_id][name] for name in SENT)
    ]
    words = _replay(rows)
    found.wrong_words = [item for item, expected in told.items() if words.get(item, []) != expected]
    if not rewritten:
        _check_chain(rows, found)
        _check_projection(place, words, found)
    return found


def _check_journal(
    journal: Path,
    stored: dict[str, Any],
    sent: dict[str, dict[str, Any]],
    told: dict[Word, list[str]],
    found: Findings,
) -> None:
    entries = [json.loads(line) for line in journal.read_text().split("\n")[:-1]]
    acknowledged = {entry["acknowledged"] for entry in entries if "acknowledged" in entry}
    for entry in entries:
        if "step" not in entry:
            continue
        operations = entry["operations"]
        sent.update({operation["op_id"]: operation for operation in operations})
        there = [operation["op_id"] in stored for operation in operations]
        if entry["step"] in acknowledged:
            found.acknowledged += len(operations)
            found.lost += [
                one["op_id"] for one, is_there in zip(operations, there, strict=True) if not is_there
            ]
        if any(there) != all(there):
            found.halves.append(operations[0]["op_id"])
        if entry["step"] in acknowledged or all(there):
            for operation in operations:
                _say(told, operation)


def _replay(rows: list[dict[str, Any]]) -> dict[Word, list[str]]:
    words: dict[Word, list[str]] = {}
    for row in rows:
        _say(words, row)
    return words


def _say(words: dict[Word, list[str]], what: dict[str, Any]) -> None:
    """Walk one event further: the ids of the words about an item, the last one stands."""
    standing = words.setdefault((what["annotator"], what["clip"], what["start_s"]), [])
    if what["kind"] == "undo" and what["undoes"] in standing:
        standing.remove(what["undoes"])
    elif what["kind"] in ("answer", "skip") and not what.get("conflicts_with"):
        standing.append(what["op_id"])


def _rows(place: str, found: Findings) -> list[dict[str, Any]]:
    query = "SELECT * FROM label_events ORDER BY sequence"
    if place.startswith("postgresql"):
        import psycopg
        from psycopg.rows import dict_row

        with psycopg.connect(place, row_factory=dict_row) as connection:
            return connection.execute(query).fetchall()
    path = Path(place.removeprefix("sqlite:///"))
    left = [other.name for other in path.parent.iterdir() if other.name.startswith(".partial-")]
    found.complaints += [f"left behind: {left}"] if left else []
    connection = _driver().connect(str(path))
    connection.row_factory = lambda cursor, row: {
        column[0]: value for column, value in zip(cursor.description, row, strict=True)
    }
    try:
        verdict = [*connection.execute("PRAGMA integrity_check").fetchone().values()]
        found.complaints += [] if verdict == ["ok"] else verdict
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def _driver() -> Any:
    try:
        import pysqlite3.dbapi2 as newer
    except ImportError:
        return sqlite3
    return newer


def _rewritten_rows(place: str, found: Findings) -> list[dict[str, Any]]:
    try:
        rows = json.loads(Path(place.removeprefix("sqlite:///")).read_text())
    except ValueError as error:
        found.complaints.append(f"not readable: {error}")
        return []
    return [row | {"conflicts_with": None} for row in rows]


def _check_chain(rows: list[dict[str, Any]], found: Findings) -> None:
    link = ""
    for number, row in enumerate(rows, start=1):
        content = {name: row[name] for name in sorted(row) if name != "chain"}
        line = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        link = hashlib.sha256((link + line).encode()).hexdigest()
        if row["chain"] != link or row["sequence"] != number:
            found.complaints.append(f"the chain of events is broken at {number}")
            return


def _check_projection(place: str, words: dict[Word, list[str]], found: Findings) -> None:
    """Compare what the store says stands now with the walk through the events, and its dump with the rows."""
    from workbench.labels.store import LabelStore

    with LabelStore.open(place, read_only=True) as store:
        standing = {
            (row.annotator, row.clip, row.start_s): row.op_id for row in store.answers("mouth").itertuples()
        }
        skipped = {
            (row.annotator, row.clip, row.start_s): row.op_id for row in store.skips("mouth").itertuples()
        }
        if standing | skipped != {item: said[-1] for item, said in words.items() if said}:
            found.complaints.append("what stands is not what a walk through the events gives")
        if sum(1 for _ in store.dump()) != found.stored:
            found.complaints.append("the dump has another number of events than the database")
        if not store.conflicts("mouth").empty:
            found.complaints.append("there are conflicts that nobody made")
