"""Backups of the labels that are known to be good, because each was restored and compared before it got its name.

A backup is a folder ``<UTC>-<events>`` with ``labels.jsonl.gz`` (every event, one per line; the same on every engine),
``queue.jsonl.gz`` (what was to be asked) and ``manifest.json`` (counts and hashes). Every line about a clip is sealed with
the clip's key; the keys lie apart, in ``backup.keys`` beside the folder of backups, so that a speaker who withdraws is
erased from all backups by destroying keys. Making one takes no lock: people go on labelling.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workbench.errors import InvalidInputError, StorageError
from workbench.files import atomic_folder, read_json, sha256_of, write_json
from workbench.labels.backup_lines import Lost, read_lines, read_sealed, write_sealed
from workbench.labels.erasures import erasure_of
from workbench.labels.queue_copy import queue_lines
from workbench.labels.restoring import restore_lines
from workbench.labels.sealing import KEYS, KeyRing
from workbench.labels.store import LabelStore

FOLDER = "backups"
EVENTS, QUEUE, MANIFEST = "labels.jsonl.gz", "queue.jsonl.gz", "manifest.json"
FORMAT, PLAIN_FORMAT = 2, 1
"""How backups are written, and how older ones were: unsealed, with a copy of the database beside them."""


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
    erased : int
        How many of its events were found erased for good when it was restored.
    """

    folder: Path
    events: int
    items: int
    dump_sha256: str
    made_utc: str
    erased: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {**asdict(self), "folder": str(self.folder)}


def keys_beside(backups: Path) -> Path:
    """Return where the keys of a folder of backups lie: beside it, not in it."""
    return backups.parent / KEYS


def back_up(store: LabelStore, to: Path, *, keys: Path | None = None) -> Backup:
    """Write a backup into a new folder below ``to``, restore it into a new place, compare, and only then name it.

    Parameters
    ----------
    keys : Path, optional
        The file of the clips' keys; by default ``backup.keys`` beside ``to``. New clips get new keys in it.

    Raises
    ------
    StorageError
        The labels are damaged, there is no room, or what was restored is not what was there; then there is no backup.
    """
    _check_links(store)
    ring = KeyRing.open(keys or keys_beside(to))
    last = store.last_sequence()
    now = datetime.now(UTC)
    target = to / f"{now:%Y%m%dT%H%M%S%f}Z-{last}"
    with atomic_folder(target) as folder:
        folder.chmod(0o700)
        dump = write_sealed(folder / EVENTS, store.dump(up_to=last), ring)
        n_items = write_sealed(folder / QUEUE, queue_lines(store.database), ring).n_lines
        ring.save()
        manifest = {
            "format": FORMAT,
            "ring": ring.id,
            "events": dump.n_lines,
            "items": n_items,
            "dump_sha256": dump.sha256,
            "erasures": [one.as_json() for one in store.erasures()],
            "made_utc": now.isoformat(timespec="seconds"),
            "files": {path.name: sha256_of(path) for path in sorted(folder.iterdir())},
        }
        write_json(folder / MANIFEST, manifest)
        _drill(folder, store.dump_sha256(up_to=last), ring.path)
    return _backup_of(target, manifest)


def open_backup(folder: Path) -> Backup:
    """Return what a backup says of itself, after its files were compared with their hashes.

    Raises
    ------
    StorageError
        It is no backup, or a file of it is missing or was changed.
    """
    return _backup_of(folder, _manifest_of(folder))


def restore(folder: Path, where: str | Path, *, keys: Path | None = None) -> Backup:
    """Restore a backup into a place where there are no labels yet: a folder or an address, on either engine.

    Events whose keys were destroyed since (``workbench forget``) stay erased; ``erased`` of the answer counts them.

    Parameters
    ----------
    keys : Path, optional
        The file of the clips' keys; by default the one beside the folder that the backup lies in.

    Raises
    ------
    InvalidInputError
        There are labels already; they are never overwritten. Or the keys are another project's, or not there.
    StorageError
        The backup is damaged, or what was restored is not what was backed up.
    """
    manifest = _manifest_of(folder)
    backup = _backup_of(folder, manifest)
    events, queue = _lines_of(manifest, folder, keys)
    erasures = [erasure_of(one) for one in manifest.get("erasures", [])]
    with LabelStore.open(where) as store:
        n_erased = restore_lines(store, events, queue, erasures)
        whole = store.dump_sha256() == backup.dump_sha256 if not n_erased else not check(store)
        if not whole:
            raise StorageError(
                f"What was restored must be what was backed up. {store.place} is not the same as {folder}: do not use it."
            )
    return replace(backup, events=backup.events - n_erased, erased=n_erased)


def _lines_of(
    manifest: dict[str, Any], folder: Path, keys: Path | None
) -> tuple[Iterator[str | Lost], Iterator[str | Lost]]:
    if manifest["format"] == PLAIN_FORMAT:
        return read_lines(folder / EVENTS), read_lines(folder / QUEUE)
    by_number = _keys_of(manifest, folder, keys)
    return read_sealed(folder / EVENTS, by_number), read_sealed(folder / QUEUE, by_number)


def _keys_of(manifest: dict[str, Any], folder: Path, keys: Path | None) -> dict[str, bytes]:
    path = keys or keys_beside(folder.resolve().parent)
    if not path.is_file():
        raise InvalidInputError(
            f"A backup must be restored with its keys. There is no {path}: say where they are with --keys FILE."
        )
    ring = KeyRing.open(path)
    if ring.id != manifest["ring"]:
        raise InvalidInputError(
            f"A backup must be restored with its own keys. Those of {path} are another project's: name the right file "
            "with --keys FILE."
        )
    return ring.by_number()


def _manifest_of(folder: Path) -> dict[str, Any]:
    manifest = read_json(folder / MANIFEST)
    if not isinstance(manifest, dict) or manifest.get("format") not in (FORMAT, PLAIN_FORMAT):
        raise StorageError(f"{folder} must be a backup of the labels. Its {MANIFEST} is another program's.")
    for name, expected in manifest["files"].items():
        path = folder / name
        if not path.is_file() or sha256_of(path) != expected:
            raise StorageError(
                f"A backup must be as it was made. {path} is missing or was changed: use another backup."
            )
    return manifest


def list_backups(folder: Path) -> list[Path]:
    """Return the backups below a folder, oldest first."""
    return sorted(path.parent for path in folder.glob(f"*/{MANIFEST}"))


def copy_labels(source: LabelStore, where: str | Path) -> int:
    """Copy all labels and queues into a place where there are none yet, compare, and return how many events.

    Raises as :func:`restore`.
    """
    last = source.last_sequence()
    with LabelStore.open(where) as target:
        restore_lines(target, source.dump(up_to=last), queue_lines(source.database), source.erasures())
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


def _drill(folder: Path, expected: str, keys: Path) -> None:
    """Restore the backup into a new place and compare it with what the store itself says."""
    with tempfile.TemporaryDirectory(prefix="restored-", dir=folder.parent) as place:
        restored = restore(folder, Path(place) / "from-lines", keys=keys)
    if restored.dump_sha256 != expected or restored.erased:
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
