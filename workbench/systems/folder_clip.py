"""One recording of a folder: what a worker does with it, and the row that comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from workbench.datasets.rights.recordings import require_exportable
from workbench.errors import WorkbenchError
from workbench.features.crowd_looker import FaceOptions
from workbench.files import file_stamp, sha256_of
from workbench.progress import in_one_line
from workbench.project import Project
from workbench.systems.analysis import analyze
from workbench.systems.export_sinks import sink_for
from workbench.systems.folder_table import COLUMNS, Row
from workbench.systems.lightweight_fusion import FusionNetworks, load_fusion


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


def analyze_clip(job: FolderJob) -> Row:
    """Analyse one recording and return its row; a bad one never raises."""
    if job.objection:
        return problem_row(job, job.objection)
    try:
        return _analyzed(job)
    except WorkbenchError as error:
        return problem_row(job, str(error))
    except OSError as error:
        return problem_row(
            job,
            f"{job.path.name} must be readable. Received: {error.strerror or error}. Mend its permissions.",
        )
    except Exception as error:  # a hostile clip may raise anything; the folder must go on
        return problem_row(job, f"It could not be analysed ({type(error).__name__}: {error}).")


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


def problem_row(job: FolderJob, message: str) -> Row:
    """Return the row of a recording that could not be analysed."""
    told = dict.fromkeys(COLUMNS) | {
        "clip": job.clip,
        "problem": in_one_line(message),
        "notes": "",
        "sha256": "",
    }
    return told | {"made_with": job.made_with}
