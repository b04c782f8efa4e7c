"""Forget a speaker: step by step, with a journal, so that a process that was killed can be gone on with."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from workbench.datasets.rights.audit import add_audit_line
from workbench.errors import StorageError
from workbench.files import TEMPORARY_PREFIX, atomic_file, read_json, write_json
from workbench.forgetting.looking import files_that_hold
from workbench.forgetting.run_steps import models_of
from workbench.forgetting.steps import STEPS
from workbench.forgetting.subject import Subject, find_subject
from workbench.forgetting.work import Work
from workbench.models.runs import utc_now
from workbench.progress import Progress, silent
from workbench.project import Project

FOLDER = "forgetting"


@dataclass
class Forgotten:
    """What was erased, or would be.

    Attributes
    ----------
    id : str
        Of the receipt in ``reports/forgetting/``; empty of a dry run.
    datasets : tuple of str
    n_clips : int
    counts : dict of str to int
        Per step.
    models : list of str
        Runs whose weights learnt from the speaker.
    notes : list of str
        What the operator must know or do.
    left : list of str
        Files that still hold something, which only a person can judge.
    """

    id: str
    datasets: tuple[str, ...]
    n_clips: int
    counts: dict[str, int] = field(default_factory=dict)
    models: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return dict(vars(self))

    def lines(self, *, dry: bool = False) -> list[str]:
        """Return it for people."""
        verb = "would be" if dry else "were"
        lines = [f"{self.n_clips} clips in {', '.join(self.datasets)}; {verb} erased:"]
        lines += [
            f"  {self.counts[step.name]:>8,}  {step.what}" for step in STEPS if self.counts.get(step.name)
        ]
        lines += [f"- {note}" for note in dict.fromkeys(self.notes)]
        for run in self.models:
            lines.append(
                f"- A model learnt from them, its weights are still there: {run}. Train again with "
                f"`workbench train`, then delete reports/runs/{run}."
            )
        if self.left:
            lines.append("Still there, see for yourself:")
            lines += [f"  {path}" for path in self.left]
        elif not dry:
            lines.append(
                f"Nothing of them was found under the project any more. Receipt: reports/{FOLDER}/{self.id}.json"
            )
        return lines


def look(project: Project, speaker: str, dataset: str | None = None) -> Forgotten:
    """Return what :func:`forget` would erase; nothing is changed.

    Raises
    ------
    InvalidInputError
        Nobody of that name is in any catalog.
    """
    subject = find_subject(project, speaker, dataset)
    found = Forgotten("", subject.datasets, len(subject.clips))
    for step in STEPS:
        work = Work(project, subject, "", dry=True)
        step.do(work)
        found.counts[step.name] = work.count
        found.notes += work.notes
    return found


def forget(
    project: Project, speaker: str, dataset: str | None = None, *, progress: Progress = silent
) -> Forgotten:
    """Erase a speaker everywhere under a project; one that was cut off is gone on with.

    Parameters
    ----------
    dataset : str, optional
        Where the name is theirs; by default wherever it stands. The same recordings are erased in all datasets.

    Raises
    ------
    InvalidInputError
        Nobody of that name is in any catalog, and no erasing of theirs was cut off.
    StorageError
        A step failed; what is done is done, and the same command goes on.
    """
    with _held(project):
        journal = _unfinished(project, speaker) or _begin(project, speaker, dataset)
        content = read_json(journal)
        subject = Subject.from_json(content["subject"])
        done: dict[str, int] = content["done"]
        found = Forgotten(content["id"], subject.datasets, len(subject.clips), notes=content["notes"])
        for number, step in enumerate(STEPS):
            progress(number, len(STEPS), step.name)
            if step.name in done:
                continue
            work = Work(project, subject, content["id"], dry=False)
            step.do(work)
            found.notes += work.notes
            done[step.name] = work.count
            _keep(journal, {**content, "done": done, "notes": found.notes})
        for half in journal.parent.glob(f"{TEMPORARY_PREFIX}*"):
            half.unlink(missing_ok=True)  # of a journal, left after the step that looks for such
        found.counts = done
        found.models = models_of(Work(project, subject, content["id"], dry=True))
        found.left = [str(path) for path in files_that_hold(project, subject, but=journal)]
        _finish(project, journal, content, found)
        progress(len(STEPS), len(STEPS), "")
    return found


def _begin(project: Project, speaker: str, dataset: str | None) -> Path:
    subject = find_subject(project, speaker, dataset)
    erasing = secrets.token_hex(8)
    journal = project.reports / FOLDER / f"{erasing}.json"
    journal.parent.mkdir(mode=0o700, exist_ok=True)
    add_audit_line(project, "forgetting begun", erasing=erasing, clips=len(subject.clips))
    _keep(
        journal,
        {"id": erasing, "begun_utc": utc_now(), "subject": subject.as_json(), "done": {}, "notes": []},
    )
    return journal


def _unfinished(project: Project, speaker: str) -> Path | None:
    """Return the journal of an erasing of this speaker that was cut off."""
    for path in sorted((project.reports / FOLDER).glob("*.json")):
        if path.name.startswith(TEMPORARY_PREFIX):
            continue  # a journal that was being written when everything stopped: the whole one lies beside it
        content = read_json(path)
        if content.get("subject", {}).get("speaker") == speaker:
            return path
    return None


def _keep(journal: Path, content: dict[str, Any]) -> None:
    """Write the journal, for its owner's eyes only: until all is erased it holds what is to be."""
    with atomic_file(journal) as temporary:
        os.close(os.open(temporary, os.O_CREAT | os.O_WRONLY, 0o600))
        write_json(temporary, content)
        temporary.chmod(0o600)


def _finish(project: Project, journal: Path, content: dict[str, Any], found: Forgotten) -> None:
    """Put a receipt without any name in the place of the journal."""
    told = {"counts": found.counts, "models": found.models, "files_left": len(found.left)}
    add_audit_line(project, "speaker forgotten", erasing=found.id, **told)
    times = {"begun_utc": content["begun_utc"], "finished_utc": utc_now()}
    _keep(journal, {"id": found.id, **times, "datasets": list(found.datasets), **told})


@contextmanager
def _held(project: Project) -> Iterator[None]:
    lock = FileLock(project.reports / ".forgetting.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise StorageError("One erasing at a time can run. Another one does: wait for it to end.") from error
    try:
        yield
    finally:
        lock.release()


def is_unfinished(project: Project, speaker: str) -> bool:
    """Whether an erasing of this speaker was cut off and waits to be gone on with."""
    return _unfinished(project, speaker) is not None
