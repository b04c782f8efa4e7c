"""A folder with one file of annotations for each clip, as ELAN and Praat have them: out, and in again."""

from __future__ import annotations

import hashlib
import urllib.parse
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from workbench import __version__
from workbench.errors import InvalidInputError, StorageError
from workbench.files import atomic_file, read_json, sha256_of, write_json
from workbench.labels.exchange.elan import ENDING as ELAN_ENDING
from workbench.labels.exchange.elan import read_elan, write_elan
from workbench.labels.exchange.label_rows import ImportedLabels, LabelRows
from workbench.labels.exchange.manifest import MANIFEST_VERSION, ContentTally
from workbench.labels.exchange.textgrid import ENDING as TEXTGRID_ENDING
from workbench.labels.exchange.textgrid import read_textgrid, write_textgrid
from workbench.labels.exchange.tiers import ClipLabels, Mark, ReadFile
from workbench.labels.store import LABEL_COLUMNS, LabelStore

ClipFormat = Literal["elan", "textgrid"]
MANIFEST = "labels.manifest.json"
_LONGEST_NAME_BYTES = 200
_UNSAFE = '/\\:*?"<>|%'


class Read(Protocol):
    """Reads one file of annotations."""

    def __call__(self, path: Path, *, annotator: str | None = None) -> ReadFile:
        """Return what the file holds."""


WRITERS: Mapping[str, tuple[str, Callable[[Path, ClipLabels], None]]] = {
    "elan": (ELAN_ENDING, write_elan),
    "textgrid": (TEXTGRID_ENDING, write_textgrid),
}
READERS: Mapping[str, Read] = {ELAN_ENDING.lower(): read_elan, TEXTGRID_ENDING.lower(): read_textgrid}


@dataclass(frozen=True)
class ImportedFile:
    """What came of one file: ``labels``, or ``error`` when nothing of it was recorded."""

    file: str
    labels: ImportedLabels | None
    error: str = ""
    tiers_left_out: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        counts = self.labels.as_json() if self.labels else {}
        counts.pop("columns_left_out", None)
        return {
            "file": self.file,
            **counts,
            "error": self.error,
            "tiers_left_out": list(self.tiers_left_out),
        }


def export_clip_files(
    store: LabelStore,
    folder: Path,
    *,
    form: ClipFormat,
    question: str | None = None,
    durations_s: Mapping[str, float] | None = None,
    media: Mapping[str, str] | None = None,
) -> dict[str, int]:
    """Write one file for each clip with labels, and the folder's manifest; return the number of labels by file name.

    Parameters
    ----------
    form : {"elan", "textgrid"}
    durations_s : mapping of str to float, optional
        Length of each known clip.
    media : mapping of str to str, optional
        Name of each clip's recording, for ELAN to find it beside the file.

    Raises
    ------
    InvalidInputError
        A file in the folder was changed since it was exported: its changes would be lost.
    StorageError
        A file cannot be written.
    """
    ending, write = WRITERS[form]
    table = store.current(question)
    marks: dict[str, list[Mark]] = defaultdict(list)
    tally = ContentTally(LABEL_COLUMNS)
    for row in table.itertuples(index=False):
        marks[row.clip].append(Mark(row.question, row.annotator, row.start_s, row.end_s, row.value))
        tally.add(row._asdict())
    names = _file_names(marks, ending)
    _check_unchanged(folder, set(names.values()))
    files: dict[str, dict[str, Any]] = {}
    for clip, some in marks.items():
        labels = ClipLabels(clip, tuple(some), (durations_s or {}).get(clip), (media or {}).get(clip, ""))
        with atomic_file(folder / names[clip]) as temporary:
            write(temporary, labels)
        files[names[clip]] = {"clip": clip, "labels": len(some), "sha256": sha256_of(folder / names[clip])}
    _write_manifest(folder, form=form, files=files, tally=tally)
    return {name: entry["labels"] for name, entry in files.items()}


def import_clip_files(
    store: LabelStore,
    path: Path,
    *,
    clips: Mapping[str, float] | None = None,
    annotator: str | None = None,
) -> list[ImportedFile]:
    """Record the annotations of a file, or of every file in a folder: each file wholly or not at all.

    One bad file never stops the others. Labels that somebody removed in ELAN or Praat are not removed here.

    Parameters
    ----------
    clips : mapping of str to float, optional
        The known clips and their length in seconds.
    annotator : str, optional
        Who made tiers that name nobody.

    Raises
    ------
    InvalidInputError
        There is no such file in the folder.
    """
    files = [path] if path.is_file() else _files_in(path)
    listed = _listed(path.parent if path.is_file() else path)
    return [_import_one(store, file, listed, clips, annotator) for file in files]


def summary(files: Sequence[ImportedFile]) -> tuple[dict[str, Any], list[str]]:
    """Return what came of all files: as plain data with the counts of :class:`ImportedLabels`, and as lines."""
    labels = [one.labels for one in files if one.labels]
    total = ImportedLabels(
        rows=sum(one.rows for one in labels),
        recorded=sum(one.recorded for one in labels),
        already_there=sum(one.already_there for one in labels),
        changed_since=sum(one.changed_since for one in labels),
    )
    left_out = sorted({tier for one in files for tier in one.tiers_left_out})
    lines = [f"{len(labels)} of {len(files)} files read.", *total.lines()]
    if left_out:
        lines.append(f"Tiers about something else were left out: {', '.join(left_out[:20])}.")
    return {**total.as_json(), "files": [one.as_json() for one in files]}, lines


def _files_in(folder: Path) -> list[Path]:
    found = sorted(f for f in folder.glob("*") if f.suffix.lower() in READERS and f.is_file())
    if not found:
        raise InvalidInputError(
            f"{folder} must be a folder that holds files of ELAN (.eaf) or Praat (.TextGrid). There are none: name another folder."
        )
    return found


def _import_one(
    store: LabelStore,
    file: Path,
    listed: Mapping[str, Any],
    clips: Mapping[str, float] | None,
    annotator: str | None,
) -> ImportedFile:
    left_out: tuple[str, ...] = ()
    try:
        read = READERS[file.suffix.lower()](file, annotator=annotator)
        left_out = read.tiers_left_out
        entry = listed.get(file.name)
        clip = read.clip or (entry or {}).get("clip") or urllib.parse.unquote(file.stem)
        gathered = LabelRows(clips)
        for one in read.rows:
            gathered.add(one.where, {"clip": clip, **one.row})
        gathered.check(file.name)
        return ImportedFile(file.name, gathered.record(store), tiers_left_out=left_out)
    except InvalidInputError as error:
        return ImportedFile(file.name, None, str(error), left_out)


def _file_names(clips: Mapping[str, Any], ending: str) -> dict[str, str]:
    """Return a file name for each clip: its id, without what some system does not allow, no two alike."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for clip in clips:
        stem = "".join(
            f"%{ord(c):02X}" if c in _UNSAFE or (c == "." and not i) else c for i, c in enumerate(clip)
        )
        if stem != stem.strip() or len(stem.encode()) > _LONGEST_NAME_BYTES or stem.casefold() in taken:
            readable = stem.encode()[: _LONGEST_NAME_BYTES - 20].decode(errors="ignore").strip()
            stem = f"{readable}~{hashlib.sha256(clip.encode()).hexdigest()[:12]}"
        taken.add(stem.casefold())
        names[clip] = stem + ending
    return names


def _listed(folder: Path) -> dict[str, Any]:
    """Return what the folder's manifest says of each file; nothing where there is none."""
    path = folder / MANIFEST
    if not path.is_file():
        return {}
    try:
        files = read_json(path).get("files")
    except (StorageError, AttributeError):
        files = None
    if not isinstance(files, dict) or not all(
        isinstance(entry, dict) and isinstance(entry.get("clip"), str) for entry in files.values()
    ):
        raise InvalidInputError(f"{path} must be the manifest of an export. It is damaged: delete it.")
    return files


def _check_unchanged(folder: Path, names: set[str]) -> None:
    listed = _listed(folder)
    changed = sorted(
        name
        for name in names
        if (folder / name).exists() and sha256_of(folder / name) != listed.get(name, {}).get("sha256")
    )
    if changed:
        raise InvalidInputError(
            f"An export must not overwrite anybody's work. {', '.join(changed[:5])} in {folder} changed since the last "
            "export or came from elsewhere: import it first, then move it away; or export to another folder."
        )


def _write_manifest(folder: Path, *, form: str, files: Mapping[str, Any], tally: ContentTally) -> None:
    write_json(
        folder / MANIFEST,
        {
            "manifest_version": MANIFEST_VERSION,
            "kind": f"labels in {form}",
            "files": {**_listed(folder), **files},
            **tally.as_json(),
            "workbench": __version__,
            "made_utc": datetime.now(UTC).isoformat(timespec="seconds"),
        },
    )
