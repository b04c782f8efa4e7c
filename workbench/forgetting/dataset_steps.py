"""Steps in ``datasets/``: tombstones, recordings, what was computed of them, and the tables."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from workbench.datasets.catalog import Dataset
from workbench.datasets.forgotten import bury, read_tombstone
from workbench.datasets.importing.run import locked
from workbench.datasets.recorded import RESULTS
from workbench.files import TEMPORARY_PREFIX, atomic_file
from workbench.forgetting.archives import archive_holds
from workbench.forgetting.looking import files_below
from workbench.forgetting.work import Work, columns_of
from workbench.project import FOLDERS

_FILLED_BY_US = ("media", "quarantine", "features", "voice", "downloads")


def tombstones(work: Work) -> None:
    """Leave salted hashes of name and contents, so that the recordings are refused from now on."""
    for name in work.subject.datasets:
        stone = read_tombstone(work.project.dataset_folder(name))
        work.count += sum(stone is None or not stone.holds_content(sha) for sha in work.subject.hashes)
        if not work.dry:
            speaker = work.subject.speaker if name in work.subject.named_in else ""
            bury(work.project, name, speaker, work.subject.hashes)


def recordings(work: Work) -> None:
    """Erase the recordings themselves, set-aside ones and archives that hold any of them."""
    for name in work.subject.datasets:
        dataset = Dataset(work.project.dataset_folder(name))
        with locked(dataset):
            for file in work.subject.files:
                work.remove(dataset.media / file)
                work.remove(dataset.folder / "quarantine" / file)
    for archive in sorted(work.project.datasets.glob("*/downloads/*")):
        whole = archive.suffix.lower() == ".zip"
        if archive.is_file() and (archive_holds(archive, work.subject) if whole else _is_part(archive)):
            work.remove(archive)
            work.notes.append(
                f"{work.erased}, an archive of {archive.parent.parent.name} as a whole: `workbench download` fetches it again."
            )


def derived(work: Work) -> None:
    """Erase what was computed of a recording: features, voice and what was answered live, and rows of embeddings."""
    for name in work.subject.datasets:
        folder = work.project.dataset_folder(name)
        for clip in work.subject.clips:
            work.remove(folder / "features" / clip)
            work.remove(folder / "voice" / f"{clip}.npz")
            work.remove(folder / RESULTS / f"{clip}.json")
    for path in files_below(work.project.root):
        inside = path.relative_to(work.project.root).parts
        ours = inside[0] == "reports" or (
            inside[0] == "datasets" and inside[2:3] and inside[2] in _FILLED_BY_US
        )
        if path.suffix == ".npz" and not ours:
            _filter_arrays(work, path)


def _filter_arrays(work: Work, path: Path) -> None:
    """Take the rows of their clips out of arrays that have a row per ``clip``."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            if "clip" not in stored.files:
                return
            arrays = {name: stored[name] for name in stored.files}
    except (OSError, ValueError, zipfile.BadZipFile):  # another program's; the last look tells what it holds
        return
    clips = arrays["clip"].astype(str)
    theirs = np.isin(clips, [*work.subject.clips, *work.subject.stems])
    if not theirs.any():
        return
    work.count += int(theirs.sum())
    if work.dry:
        return
    kept = {
        name: array[~theirs] if array.ndim and len(array) == len(clips) else array
        for name, array in arrays.items()
    }
    with atomic_file(path) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(stream, **kept)


def tables(work: Work) -> None:
    """Take their rows out of catalog, truth, consents and quarantine, and out of any other table of a dataset."""
    subject = work.subject
    for name in subject.datasets:
        dataset = Dataset(work.project.dataset_folder(name))
        with locked(dataset):
            for path in sorted(dataset.folder.glob("*.csv")):
                columns = set(columns_of(path))
                if path.name == "consent.csv" and name in subject.named_in:
                    work.filter_table(path, lambda row: row["speaker"] == subject.speaker)
                elif "sha256" in columns:
                    work.filter_table(path, lambda row: row["sha256"] in subject.hashes)
                elif "clip" in columns:
                    work.filter_table(path)


def leftovers(work: Work) -> None:
    """Erase what killed processes left half-written, in the project's folders."""
    for folder in FOLDERS:
        for path in sorted((work.project.root / folder).rglob(f"{TEMPORARY_PREFIX}*")):
            work.remove(path)
    for path in sorted(work.project.labels.rglob("restored-*")):  # a backup's drill
        work.remove(path)


def _is_part(path: Path) -> bool:
    """Whether a download is unfinished: nobody can tell what is in it."""
    return path.suffix in {".part", ".partial"}
