"""Every recording of a folder judged by the running system, over several processes, into one table.

One bad file never stops the others: it gets a row that says what the problem is, and is tried again next time.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from workbench.datasets.cluster import results_of
from workbench.datasets.importing.finding import Found, find_recordings
from workbench.datasets.rights.written import record_begun, record_each, record_ended, record_written
from workbench.errors import InvalidInputError
from workbench.evaluation.accumulate import ALPHA, check_alpha
from workbench.features.crowd_looker import FaceOptions
from workbench.files import file_stamp, sha256_of
from workbench.progress import Progress, silent
from workbench.project import Project
from workbench.systems.export_sinks import ENDINGS
from workbench.systems.folder_clip import FolderJob, analyze_clip, problem_row
from workbench.systems.folder_report import FolderReport
from workbench.systems.folder_table import (
    FolderJournal,
    Row,
    check_table,
    read_table,
    write_table,
)
from workbench.systems.lightweight_fusion import load_fusion

_LONGEST_NAME_BYTES = 200
_LARGEST = FaceOptions()


def analyze_folder(
    project: Project,
    folder: Path,
    table: Path,
    *,
    run: str | None = None,
    alpha: float = ALPHA,
    faces: FaceOptions = _LARGEST,
    at_most: int | None = None,
    n_workers: int = 2,
    scheduler: str | None = None,
    clips_to: Path | None = None,
    clips_as: str = ".csv",
    progress: Progress = silent,
) -> FolderReport:
    """Judge every recording below a folder and write one table.

    Stopped, or killed, it goes on with the same call: finished recordings are not done again, unless the file, the system
    or ``alpha`` changed. Those that had a problem are tried again.

    Parameters
    ----------
    table : Path
        ``.csv`` or ``.parquet``; columns are :data:`workbench.systems.folder_table.COLUMNS`.
    run : str, optional
        The audiovisual run; by default the newest.
    faces : FaceOptions
        Which of several faces is judged.
    at_most : int, optional
        Only so many recordings, the first in the order of their paths; the same call without it goes on with the others.
    n_workers : int
        Processes on this machine; 0 works in this one.
    scheduler : str, optional
        Address of a dask scheduler whose workers see the same files, instead of processes here.
    clips_to : Path, optional
        A folder outside of ``folder`` for one file about each recording.
    clips_as : {".csv", ".parquet", ".json", ".mp4"}
        What these are.
    progress : callable
        Told ``(recordings ready, recordings to do, recording)``; stop by raising :class:`workbench.progress.Stopped`.

    Raises
    ------
    InvalidInputError
        The folder cannot be listed or holds no recording, there is no trained system, or an argument is wrong.
    StorageError
        The table cannot be written.
    """
    started = time.monotonic()
    check_table(table)
    check_alpha(alpha)
    _check_clip_files(folder, clips_to, clips_as)
    folder, table = folder.absolute(), table.absolute()  # a worker may stand elsewhere
    found, n_others = find_recordings(folder)
    if not found:
        raise InvalidInputError(f"A folder to analyse must hold recordings. {folder} has none.")
    networks = load_fusion(project, run, progress=lambda _done, _total, what: progress(0, len(found), what))
    settings = {"runs": networks.runs, "alpha": alpha, "faces": faces}
    jobs = [_job(project, one, settings, clips_to, clips_as) for one in found]
    journal = FolderJournal(table)
    there = read_table(table)
    _check_is_about(table, there, jobs)
    rows = _known_rows(jobs, [*there, *journal.rows()])
    wanted = [job for n, job in enumerate(jobs) if at_most is None or n < at_most or job.clip in rows]
    report = FolderReport(folder, n_known=len(rows), n_other_files=n_others)
    to_do = [job for job in wanted if job.clip not in rows]
    begun = {table: (), journal.path: (), **_clip_files(to_do, progress)}
    record_begun(project, "table", begun)
    journal.begin(rows.values())
    written = [journal.path]
    try:
        for done, row in enumerate(_finished(to_do, n_workers, scheduler), start=1):
            rows[row["clip"]] = row
            journal.add(row)
            progress(done, len(to_do), row["clip"])
        report.rows = [rows[job.clip] for job in wanted]
        write_table(table, report.rows)
        journal.remove()
        written = [table]
    finally:
        about = {row["sha256"] for row in rows.values() if row["sha256"]}
        record_written(project, "table", written, about=about)
        clip_files = {
            job.clip_file: (rows[job.clip]["sha256"],)
            for job in wanted
            if job.clip_file is not None and job.clip in rows and rows[job.clip]["sha256"]
        }
        record_each(project, "table", clip_files)
        record_ended(project, [*begun, *clip_files])
        report.clip_files = [path for path in clip_files if path.is_file()]
    report.seconds = time.monotonic() - started
    return report


def _job(
    project: Project, found: Found, settings: dict[str, Any], clips_to: Path | None, clips_as: str
) -> FolderJob:
    told = json.dumps(settings | {"faces": asdict(settings["faces"])}, sort_keys=True)
    clip_file = None if clips_to is None else _clip_file(clips_to.absolute(), found, clips_as)
    made_with = _short(told) if clip_file is None else f"{_short(told)}+{_short(ascii(str(clip_file)))}"
    return FolderJob(
        clip=readable(found.relative),
        path=found.path,
        objection=found.objection.message if found.objection else "",
        project=project.root,
        run=settings["runs"]["audiovisual"],
        alpha=settings["alpha"],
        faces=settings["faces"],
        clip_file=clip_file,
        made_with=made_with,
    )


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _check_is_about(table: Path, rows: list[Row], jobs: list[FolderJob]) -> None:
    """Raise InvalidInputError when a table tells about other recordings only: they would be lost without a word."""
    told = {(row["clip"], row["n_bytes"]) for row in rows if not row["problem"]}
    if told and told.isdisjoint((job.clip, file_stamp(job.path)[1]) for job in jobs):
        raise InvalidInputError(
            f"{table} must be about recordings of this folder, or not be there yet. It tells about {len(told)} others: "
            "name another table, or move this one away."
        )


def _clip_files(jobs: list[FolderJob], progress: Progress) -> dict[Path, tuple[str, ...]]:
    """Return the files per clip that will be written, each with the hash of the recording it tells about."""
    files: dict[Path, tuple[str, ...]] = {}
    for job in jobs:
        if job.clip_file is not None and not job.objection:
            progress(0, len(jobs), job.clip)
            with suppress(OSError):  # it gets a row that says so
                files[job.clip_file] = (sha256_of(job.path),)
    return files


def _finished(jobs: list[FolderJob], n_workers: int, scheduler: str | None) -> Iterator[Row]:
    if not jobs:
        return
    n = min(n_workers, len(jobs))
    for number, result in results_of(
        analyze_clip, [(job,) for job in jobs], n_workers=n, scheduler=scheduler
    ):
        if isinstance(result, BaseException):
            said = f"The process that worked on it died ({type(result).__name__}): it may be out of memory."
            yield problem_row(jobs[number], said)
        else:
            yield result


def _known_rows(jobs: list[FolderJob], rows: list[Row]) -> dict[str, Row]:
    """Return the rows that are still true: of the same file, unchanged, by the same system, without a problem."""
    there = {row["clip"]: row for row in rows if not row["problem"]}
    known = {}
    for job in jobs:
        row = there.get(job.clip)
        if row is None or (row["changed_ns"], row["n_bytes"]) != file_stamp(job.path):
            continue
        if job.clip_file is None:  # a file that was written about it, too, does no harm
            same = row["made_with"].partition("+")[0] == job.made_with
        else:
            same = row["made_with"] == job.made_with and job.clip_file.is_file()
        if same:
            known[job.clip] = row
    return known


def readable(text: str) -> str:
    """Return a name such that any file can hold it: bytes that are no letters as Python escapes them."""
    return text.encode("utf-8", "backslashreplace").decode()


def _check_clip_files(folder: Path, clips_to: Path | None, clips_as: str) -> None:
    if clips_as not in ENDINGS:
        raise InvalidInputError(f"A file per clip is one of {', '.join(ENDINGS)}. Received {clips_as!r}.")
    if clips_to is not None and clips_to.resolve().is_relative_to(folder.resolve()):
        raise InvalidInputError(
            f"The files per clip must lie outside of the folder that is analysed. Received {clips_to}."
        )


def _clip_file(clips_to: Path, found: Found, ending: str) -> Path:
    """Return where the moments of a recording are written: in the same subfolders, its whole name and the ending."""
    path = clips_to / found.relative
    name = path.name
    if len(name.encode("utf-8", "surrogateescape")) > _LONGEST_NAME_BYTES:
        mark = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:8]
        name = name[: _LONGEST_NAME_BYTES // 4] + mark
    return path.with_name(name + ending)
