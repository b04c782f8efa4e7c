"""Backups of the labels that are known to be good, because each was restored and compared before it got its name.

A backup is a folder ``<UTC>-<events>`` with ``labels.jsonl.gz`` (every event, one per line; the same on every engine),
``queue.jsonl.gz`` (what was to be asked) and ``manifest.json`` (counts and hashes). A store in a file adds ``labels.db``,
the database itself as one moment saw it. Making one takes no lock: people go on labelling.
"""

from __future__ import annotations

import gzip
import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workbench.errors import InvalidInputError, StorageError
from workbench.files import atomic_folder, read_json, sha256_of, write_json
from workbench.labels.queue_copy import queue_lines
from workbench.labels.restoring import restore_lines
from workbench.labels.sqlite_driver import copy_database, driver
from workbench.labels.store import LabelStore

FOLDER = "backups"
EVENTS, QUEUE, MANIFEST, DATABASE = "labels.jsonl.gz", "queue.jsonl.gz", "manifest.json", "labels.db"
FORMAT = 1


@dataclass(frozen=True)
class Backup:
    """A backup that was restored and compared.

    Attributes
    ----------
    folder : Path
    events, items : int
        How many label events and work items it holds.
    dump_sha256 : str
        Of the events' dump, see :meth:`LabelStore.dump_sha256`.
    made_utc : str
    """

    folder: Path
    events: int
    items: int
    dump_sha256: str
    made_utc: str

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {**asdict(self), "folder": str(self.folder)}


def back_up(store: LabelStore, to: Path) -> Backup:
    """Write a backup into a new folder below ``to``, restore it into a new place, compare, and only then name it.

    Raises
    ------
    StorageError
        The labels are damaged, there is no room, or what was restored is not what was there; then there is no backup.
    """
    _check_links(store)
    last = store.last_sequence()
    now = datetime.now(UTC)
    target = to / f"{now:%Y%m%dT%H%M%S%f}Z-{last}"
    with atomic_folder(target) as folder:
        folder.chmod(0o700)
        dump = _write_lines(folder / EVENTS, store.dump(up_to=last))
        n_items = _write_lines(folder / QUEUE, queue_lines(store.database)).n_lines
        if getattr(store.database, "path", None) is not None:
            _copy_file(store.path, folder / DATABASE)
        manifest = {
            "format": FORMAT,
            "events": dump.n_lines,
            "items": n_items,
            "dump_sha256": dump.sha256,
            "made_utc": now.isoformat(timespec="seconds"),
            "files": {path.name: sha256_of(path) for path in sorted(folder.iterdir())},
        }
        write_json(folder / MANIFEST, manifest)
        _drill(folder, store.dump_sha256(up_to=last))
    return _backup_of(target, manifest)


def open_backup(folder: Path) -> Backup:
    """Return what a backup says of itself, after its files were compared with their hashes.

    Raises
    ------
    StorageError
        It is no backup, or a file of it is missing or was changed.
    """
    manifest = read_json(folder / MANIFEST)
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise StorageError(f"{folder} must be a backup of the labels. Its {MANIFEST} is another program's.")
    for name, expected in manifest["files"].items():
        path = folder / name
        if not path.is_file() or sha256_of(path) != expected:
            raise StorageError(
                f"A backup must be as it was made. {path} is missing or was changed: use another backup."
            )
    return _backup_of(folder, manifest)


def restore(folder: Path, where: str | Path) -> Backup:
    """Restore a backup into a place where there are no labels yet: a folder or an address, on either engine.

    Raises
    ------
    InvalidInputError
        There are labels already; they are never overwritten.
    StorageError
        The backup is damaged, or what was restored is not what was backed up.
    """
    backup = open_backup(folder)
    with LabelStore.open(where) as store:
        restore_lines(store, _read_lines(folder / EVENTS), _read_lines(folder / QUEUE))
        if store.dump_sha256() != backup.dump_sha256:
            raise StorageError(
                f"What was restored must be what was backed up. {store.place} is not the same as {folder}: do not use it."
            )
    return backup


def list_backups(folder: Path) -> list[Path]:
    """Return the backups below a folder, oldest first."""
    return sorted(path.parent for path in folder.glob(f"*/{MANIFEST}"))


def copy_labels(source: LabelStore, where: str | Path) -> int:
    """Copy all labels and queues into a place where there are none yet, compare, and return how many events.

    Raises as :func:`restore`.
    """
    last = source.last_sequence()
    with LabelStore.open(where) as target:
        restore_lines(target, source.dump(up_to=last), queue_lines(source.database))
        if target.dump_sha256() != source.dump_sha256(up_to=last):
            raise StorageError(
                f"What was copied must be what was there. {target.place} differs: do not use it."
            )
    return last


def check(store: LabelStore) -> list[str]:
    """Read everything through and return what is wrong, in words; an empty list when all is well."""
    found = [f"The database says: {complaint.rstrip('.')}." for complaint in store.database.complaints()]
    if not found and (broken := store.broken_links()):
        found.append(
            f"{len(broken)} event(s) are not as they were recorded, the first at {broken[0]}: restore a backup, "
            "and see who wrote to the database without the workbench."
        )
    return found


@dataclass(frozen=True)
class _Written:
    n_lines: int
    sha256: str


def _write_lines(path: Path, lines: Iterable[str]) -> _Written:
    digest, number = hashlib.sha256(), 0
    with gzip.open(path, "wt", compresslevel=3, encoding="utf-8", newline="\n") as stream:
        for line in lines:
            number += 1
            stream.write(line + "\n")
            digest.update(line.encode() + b"\n")
    return _Written(number, digest.hexdigest())


def _read_lines(path: Path) -> Iterator[str]:
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as stream:
            for line in stream:
                yield line.rstrip("\n")
    except (OSError, EOFError) as error:
        raise StorageError(f"{path} must be readable. It is not ({error}): use another backup.") from error


def _copy_file(source: Path, target: Path) -> None:
    target.touch(mode=0o600)
    try:
        copy_database(source, target)
    except driver().Error as error:
        raise StorageError(
            f"{source} could not be copied ({error}). Free some space and try again."
        ) from error


def _drill(folder: Path, expected: str) -> None:
    """Restore the backup into a new place and compare it with what the store itself says."""
    with tempfile.TemporaryDirectory(prefix="restored-", dir=folder.parent) as place:
        restored = restore(folder, Path(place) / "from-lines")
        sums = {restored.dump_sha256}
        if (folder / DATABASE).exists():
            copied = Path(place) / "from-file"
            copied.mkdir()
            (copied / DATABASE).write_bytes((folder / DATABASE).read_bytes())
            with LabelStore.open(copied, read_only=True) as store:
                sums.add(store.dump_sha256(up_to=restored.events))
    if sums != {expected}:
        raise StorageError(
            "A backup must give back what was there. This one did not and was thrown away: run `workbench labels check`."
        )


def _check_links(store: LabelStore) -> None:
    found = check(store)
    if found:
        raise StorageError(f"Only whole labels can be backed up. In {store.place}: {' '.join(found)}")


def _backup_of(folder: Path, manifest: dict[str, Any]) -> Backup:
    try:
        names = ("events", "items", "dump_sha256", "made_utc")
        return Backup(folder, *(manifest[name] for name in names))
    except KeyError as error:
        raise InvalidInputError(
            f"{folder / MANIFEST} must tell {error}. It does not: use another backup."
        ) from error
