"""Import a folder, a ZIP or a single file into a dataset."""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from workbench.datasets.archive import extract_zip, is_zip
from workbench.datasets.catalog import Dataset
from workbench.datasets.importing.finding import Found, find_recordings
from workbench.datasets.importing.intake import Intake
from workbench.datasets.importing.judging import Judged, judge
from workbench.datasets.importing.naming import readable
from workbench.datasets.importing.outcome import ImportReport
from workbench.datasets.importing.probe import Limits
from workbench.errors import InvalidInputError, StorageError
from workbench.files import TEMPORARY_PREFIX
from workbench.progress import Progress, silent
from workbench.project import Project

_N_WORKERS = 2
_N_AHEAD = 16  # files judged before their turn to be kept: enough to be busy, few enough to stop at once
_LOCK_TIMEOUT_S = 10.0


def import_path(
    project: Project,
    path: str | Path,
    name: str,
    *,
    licence: str = "",
    speaker: str = "",
    limits: Limits | None = None,
    progress: Progress = silent,
) -> ImportReport:
    """Take the recordings below ``path`` into the dataset called ``name``.

    Content decides what a file is, and content is its identity: importing again changes nothing. What is
    finished stays when the import is stopped; running it again goes on from there.

    Parameters
    ----------
    project : Project
        Where the dataset lies.
    path : str or Path
        A folder (with everything below it), a ZIP, or one recording.
    name : str
        The dataset; a new one is made, an existing one grows.
    licence : str
        Under which terms the recordings may be used, kept with every clip.
    speaker : str
        Who is seen and heard in recordings whose name does not tell.
    limits : Limits, optional
        What is too large.
    progress : Progress
        Called with (files done, files in all, path of the file).

    Returns
    -------
    ImportReport
        What became of every file.

    Raises
    ------
    InvalidInputError
        There is nothing at ``path``, the name will not do, or a ZIP is unsafe or damaged.
    StorageError
        The dataset cannot be written, or another import into it is running.

    Examples
    --------
    >>> report = import_path(Project.open("study"), "RAVDESS", "ravdess")  # doctest: +SKIP
    >>> report.lines()[-1]  # doctest: +SKIP
    'ravdess: 60 seen = 60 accepted, 0 warned, 0 quarantined, 0 refused, 0 duplicate.'
    """
    source = Path(path).expanduser()
    dataset = Dataset(project.dataset_folder(name))
    if not source.is_dir() and not source.is_file():
        raise InvalidInputError(
            f"What is imported must be a folder, ZIP or file. There is none at {source}: check the path."
        )
    with locked(dataset), _unpacked(source, dataset, progress) as (recordings, n_ignored):
        report = ImportReport(name, n_ignored=n_ignored)
        intake = Intake(dataset, licence=licence, speaker=speaker)
        try:
            for judged in _judged_in_order(recordings, intake, limits or Limits()):
                progress(len(report.files), len(recordings), readable(judged.found.relative))
                report.files.append(intake.take(judged))
        finally:
            intake.save()
        progress(len(recordings), len(recordings), "")
    return report


@contextmanager
def locked(dataset: Dataset) -> Iterator[None]:
    """Hold the dataset for this import (or erasing) alone; its folders are for their owner only."""
    try:
        for folder in (dataset.folder, dataset.media):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(dataset.folder / ".import.lock", timeout=_LOCK_TIMEOUT_S)
        lock.acquire()
    except Timeout as error:
        raise StorageError(
            f"One import at a time can write the dataset {dataset.name}. Another one is running: wait for it to end."
        ) from error
    except OSError as error:
        raise StorageError(
            f"The dataset folder {dataset.folder} must be writable. Received: {error.strerror}. Mend its permissions."
        ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _unpacked(source: Path, dataset: Dataset, progress: Progress) -> Iterator[tuple[list[Found], int]]:
    """Yield the recordings of a folder, a ZIP (unpacked for as long as this lasts) or a single file."""
    if source.is_dir():
        yield find_recordings(source)
    elif is_zip(source):
        with tempfile.TemporaryDirectory(prefix=TEMPORARY_PREFIX, dir=dataset.folder) as folder:
            unpacked = Path(folder) / source.stem
            extract_zip(source, unpacked, progress=progress)
            yield find_recordings(unpacked)
    else:
        yield [Found(source.resolve(), source.name, (source.resolve().parent.name,))], 0


def _judged_in_order(recordings: Sequence[Found], intake: Intake, limits: Limits) -> Iterator[Judged]:
    """Judge the files side by side (decoding frees the interpreter), and yield them in their order."""
    workers = ThreadPoolExecutor(_N_WORKERS, thread_name_prefix="import")
    waiting: deque[Future[Judged]] = deque()
    try:
        for found in recordings:
            waiting.append(workers.submit(judge, found, known=intake.rows, limits=limits))
            if len(waiting) >= _N_AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        workers.shutdown(wait=True, cancel_futures=True)
