"""Every recording of a folder judged by the running system, over several processes, into one table.

One bad file never stops the others: it gets a row that says what the problem is, and is tried again next time.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from workbench.datasets.cluster import results_of
from workbench.datasets.importing.finding import Found, find_recordings
from workbench.datasets.rights.recordings import require_exportable
from workbench.datasets.rights.written import record_written
from workbench.errors import InvalidInputError, WorkbenchError
from workbench.evaluation.accumulate import ALPHA, check_alpha
from workbench.features.crowd_looker import FaceOptions
from workbench.files import file_stamp, sha256_of
from workbench.progress import Progress, silent
from workbench.project import Project
from workbench.sentiment import SENTIMENTS
from workbench.systems.analysis import analyze
from workbench.systems.export_sinks import ENDINGS, sink_for
from workbench.systems.folder_table import (
    COLUMNS,
    FolderJournal,
    Row,
    check_table,
    read_table,
    write_table,
)
from workbench.systems.lightweight_fusion import FusionNetworks, load_fusion

_LONGEST_NAME_BYTES = 200
_LARGEST = FaceOptions()


@dataclass(frozen=True)
class FolderJob:
    """One recording to analyse; plain values, so that it travels to another process.

    Attributes
    ----------
    clip : str
        Where it lies below the folder.
    path : Path
    objection : str
        Why it cannot even be looked at, or ``""``.
    project : Path
    run : str
        The audiovisual run.
    alpha : float
    faces : FaceOptions
        Which of several faces is judged.
    clip_file : Path or None
        Where its moments are written.
    made_with : str
        What decides the result, in short.
    """

    clip: str
    path: Path
    objection: str
    project: Path
    run: str
    alpha: float
    faces: FaceOptions
    clip_file: Path | None
    made_with: str


@dataclass
class FolderReport:
    """What came of a folder.

    Attributes
    ----------
    folder : Path
    rows : list of dict
        The table, in the order of the paths.
    n_known : int
        Rows that were there already.
    n_other_files : int
        Files that do not claim to be recordings.
    clip_files : list of Path
        One for each clip, where they were asked for.
    seconds : float
    """

    folder: Path
    rows: list[Row] = field(default_factory=list)
    n_known: int = 0
    n_other_files: int = 0
    clip_files: list[Path] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def problems(self) -> list[Row]:
        """The rows of recordings that could not be analysed."""
        return [row for row in self.rows if row["problem"]]

    def as_json(self) -> dict[str, Any]:
        """Return the counts and the rows, ready for JSON; analysed + known + problems = seen."""
        n_problems = len(self.problems)
        return {
            "folder": str(self.folder).encode("utf-8", "backslashreplace").decode(),
            "seen": len(self.rows),
            "analysed": len(self.rows) - self.n_known - n_problems,
            "known": self.n_known,
            "problems": n_problems,
            "other_files": self.n_other_files,
            "seconds": round(self.seconds, 3),
            "clips": self.rows,
        }

    def lines(self) -> list[str]:
        """Return what a person wants to read: the counts, the labels, a line per problem."""
        told = self.as_json()
        counts = (
            f"{told['analysed']} analysed, {told['known']} there already, {told['problems']} with a problem"
        )
        said = [f"{told['folder']}: {told['seen']} recordings: {counts} ({self.seconds:.0f} s)."]
        labels = [row["label"] for row in self.rows if row["label"]]
        if labels:
            shares = ", ".join(f"{name} {labels.count(name)}" for name in SENTIMENTS)
            said.append(f"{shares}, of {len(labels)} with a face.")
        said += [f"problem  {row['clip']!r}  {row['problem']}" for row in self.problems]
        if self.n_other_files:
            files = (
                "other file is no recording" if self.n_other_files == 1 else "other files are no recordings"
            )
            said.append(f"{self.n_other_files} {files}: left out.")
        return said


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
    rows = _known_rows(jobs, [*read_table(table), *journal.rows()])
    wanted = [job for n, job in enumerate(jobs) if at_most is None or n < at_most or job.clip in rows]
    report = FolderReport(folder, n_known=len(rows), n_other_files=n_others)
    to_do = [job for job in wanted if job.clip not in rows]
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
        clip_files = [job.clip_file for job in wanted if job.clip_file is not None]
        report.clip_files = [path for path in clip_files if path.is_file()]
        about = {row["sha256"] for row in rows.values() if row["sha256"]}
        record_written(project, "table", [*written, *report.clip_files], about=about)
    report.seconds = time.monotonic() - started
    return report


def _job(
    project: Project, found: Found, settings: dict[str, Any], clips_to: Path | None, clips_as: str
) -> FolderJob:
    told = json.dumps(settings | {"faces": asdict(settings["faces"])}, sort_keys=True)
    return FolderJob(
        clip=readable(found.relative),
        path=found.path,
        objection=found.objection.message if found.objection else "",
        project=project.root,
        run=settings["runs"]["audiovisual"],
        alpha=settings["alpha"],
        faces=settings["faces"],
        clip_file=None if clips_to is None else _clip_file(clips_to.absolute(), found, clips_as),
        made_with=hashlib.sha256(told.encode()).hexdigest()[:16],
    )


def _finished(jobs: list[FolderJob], n_workers: int, scheduler: str | None) -> Iterator[Row]:
    if not jobs:
        return
    n = min(n_workers, len(jobs))
    for number, result in results_of(
        analyze_clip, [(job,) for job in jobs], n_workers=n, scheduler=scheduler
    ):
        if isinstance(result, BaseException):
            said = f"The process that worked on it died ({type(result).__name__}): it may be out of memory."
            yield _problem(jobs[number], said)
        else:
            yield result


def analyze_clip(job: FolderJob) -> Row:
    """Analyse one recording and return its row; a bad one never raises."""
    if job.objection:
        return _problem(job, job.objection)
    try:
        return _analyzed(job)
    except WorkbenchError as error:
        return _problem(job, str(error))
    except Exception as error:  # a hostile clip may raise anything; the folder must go on
        return _problem(job, f"It could not be analysed ({type(error).__name__}: {error}).")


def _analyzed(job: FolderJob) -> Row:
    changed_ns, n_bytes = file_stamp(job.path)
    require_exportable(Project(job.project), job.path)
    sinks = [] if job.clip_file is None else [sink_for(job.path, job.clip_file)]
    analysis = analyze(
        job.path, _system(job.project, job.run), alpha=job.alpha, looker=job.faces.looker(), sinks=sinks
    )
    so_far = analysis.accumulated or {}
    return dict.fromkeys(COLUMNS) | {
        "clip": job.clip,
        "label": analysis.label,
        **{f"accumulated_{name}": round(share, 6) for name, share in so_far.items()},
        "n_moments": analysis.n_moments,
        "n_faces": analysis.n_faces,
        "n_open": analysis.n_open,
        "heard": analysis.heard,
        "seconds_of_video": round(analysis.seconds_of_video, 3),
        "seconds_of_work": round(analysis.seconds_of_work, 3),
        "problem": "",
        "notes": " ".join(analysis.notes()),
        "sha256": sha256_of(job.path),
        "n_bytes": n_bytes,
        "changed_ns": changed_ns,
        "made_with": job.made_with,
    }


@lru_cache(maxsize=1)
def _system(project: Path, run: str) -> FusionNetworks:
    """Return the networks, loaded once in each process."""
    return load_fusion(Project(project), run)


def _problem(job: FolderJob, message: str) -> Row:
    told = dict.fromkeys(COLUMNS) | {
        "clip": job.clip,
        "problem": _in_one_line(message),
        "notes": "",
        "sha256": "",
    }
    return told | {"made_with": job.made_with}


def _known_rows(jobs: list[FolderJob], rows: list[Row]) -> dict[str, Row]:
    """Return the rows that are still true: of the same file, unchanged, by the same system, without a problem."""
    there = {row["clip"]: row for row in rows if not row["problem"]}
    known = {}
    for job in jobs:
        row = there.get(job.clip)
        told = row and (row["changed_ns"], row["n_bytes"], row["made_with"])
        whole = job.clip_file is None or job.clip_file.is_file()
        if row is not None and whole and told == (*file_stamp(job.path), job.made_with):
            known[job.clip] = row
    return known


def readable(text: str) -> str:
    """Return a name such that any file can hold it: bytes that are no letters as Python escapes them."""
    return text.encode("utf-8", "backslashreplace").decode()


def _in_one_line(text: str) -> str:
    """Return a message that no file's name can break or colour on a terminal."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


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
