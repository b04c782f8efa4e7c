"""Steps in ``labels/``: the store, its older copies, its backups, and what is known of a Label Studio server."""

from __future__ import annotations

import json
from pathlib import Path

from workbench.datasets.rights.audit import add_audit_line
from workbench.errors import StorageError
from workbench.files import read_json, write_json
from workbench.forgetting.work import Work
from workbench.labels.address import FILE
from workbench.labels.backups import FOLDER, MANIFEST, check, open_backup
from workbench.labels.erasing import count_about, erase_clips
from workbench.labels.exchange.label_studio.items import item_of_event
from workbench.labels.older_backups import plain_backups, seal_backup
from workbench.labels.older_copies import count_in_copy, erase_from_copy
from workbench.labels.sealing import KEYS, KeyRing
from workbench.labels.store import LabelStore


def label_studio(work: Work) -> None:
    """Take their items out of the journals of Label Studio servers, and say which tasks must be deleted there."""
    items = _items_of(work)
    for path in sorted((work.project.labels / "label_studio").glob("*.json")):
        journal = read_json(path)
        tasks = [task for task in journal["tasks"] if task in items]
        answers = [key for key in journal["annotations"] if key.rpartition("|")[0] in items]
        uploads = [clip for clip in journal["uploads"] if clip in work.subject.clips]
        work.count += len(tasks) + len(answers) + len(uploads)
        if journal["tasks"] or journal["uploads"]:
            work.notes.append(
                f"On {journal['server']} delete the tasks whose data.clip is one of these, with their pictures and uploads "
                f"({len(tasks)} tasks, {len(answers)} answers and {len(uploads)} uploads are known here): "
                f"{', '.join(work.subject.clips)}"
            )
        if not work.dry:
            journal["tasks"] = [task for task in journal["tasks"] if task not in items]
            for key in answers:
                del journal["annotations"][key]
            for clip in uploads:
                del journal["uploads"][clip]
            write_json(path, journal)


def store(work: Work) -> None:
    """Erase all that was said about their clips: events, queue items, free pages and logs; link the rest anew."""
    for where in _places(work):
        with LabelStore.open(where, read_only=work.dry) as labels:
            if work.dry:
                work.count += sum(count_about(labels.database, work.subject.clips))
                continue
            found = check(labels)
            if found:
                raise StorageError(f"Only whole labels can be erased from. {' '.join(found)}")
            erased = erase_clips(labels.database, work.subject.clips)
            work.count += erased.events + erased.items
            _note_mentions(work, labels)
            if erased.erasure is not None:
                one = erased.erasure
                heads = {"head_before": one.head_before, "head_after": one.head_after}
                add_audit_line(work.project, "labels erased", events=erased.events, **heads)


def label_copies(work: Work) -> None:
    """Erase the same from copies made before a migration, and make backups forget: older ones sealed, keys destroyed."""
    clips, labels = work.subject.clips, work.project.labels
    for copy in sorted(labels.glob("*.db")):
        if copy.name != FILE:
            work.count += count_in_copy(copy, clips) if work.dry else erase_from_copy(copy, clips)
    backups = labels / FOLDER
    ring = KeyRing.open(labels / KEYS)
    if work.dry:
        work.count += sum(clip in ring.keys for clip in clips) + len(plain_backups(backups))
        return
    for folder in _damaged(backups):
        work.remove(folder)
        work.notes.append(f"A damaged backup could not be read and was erased whole: {folder.name}.")
    for folder in plain_backups(backups):
        seal_backup(folder, ring)
        work.count += 1
    work.count += ring.destroy(clips)
    if any(backups.glob(f"*/{MANIFEST}")):
        work.notes.append(
            f"Renew every copy of {labels / KEYS} that is kept elsewhere: an old one could still open backups."
        )


def _places(work: Work) -> list[str | Path]:
    """Return where answers are: the project's place, and its own file where that is no longer it."""
    labels = work.project.labels
    if not LabelStore.exists(labels):
        return []
    places: list[str | Path] = [labels]
    with LabelStore.open(labels, read_only=True) as opened:
        in_file = getattr(opened.database, "path", None) is not None
    if not in_file and (labels / FILE).is_file():
        places.append(f"sqlite:///{labels / FILE}")
    return places


def _items_of(work: Work) -> set[str]:
    """Return the ids, as a server knows them, of all items about their clips."""
    items: set[str] = set()
    for where in _places(work):
        with LabelStore.open(where, read_only=True) as labels:
            for clip in work.subject.clips:
                items |= {item_of_event(event).item_id for event in labels.events_about(clip)}
    return items


def _note_mentions(work: Work, labels: LabelStore) -> None:
    """Say in how many notes about others the speaker is named: only a person can judge those."""
    named = json.dumps(work.subject.speaker, ensure_ascii=False)[1:-1]
    n_notes = sum(named in row["details"] for row in labels.rows()) if len(named) > 2 else 0
    if n_notes:
        work.notes.append(
            f"{n_notes} notes about other clips hold the word {work.subject.speaker!r}: read them."
        )


def _damaged(backups: Path) -> list[Path]:
    found = []
    for manifest in sorted(backups.glob(f"*/{MANIFEST}")):
        try:
            open_backup(manifest.parent)
        except (StorageError, KeyError):
            found.append(manifest.parent)
    return found
