"""Write a run's report into one file, HTML or PDF, when its data may be reported on."""

from __future__ import annotations

from pathlib import Path

from workbench.datasets.rights import require
from workbench.datasets.rights.written import record_written
from workbench.errors import InvalidInputError
from workbench.files import atomic_file
from workbench.project import Project
from workbench.reports.audience import audience_for
from workbench.reports.html import page_of
from workbench.reports.pdf import pdf_of
from workbench.reports.pseudonyms import keep_key
from workbench.reports.run_report import report_of
from workbench.reports.stored import run_or_group

ENDINGS = (".html", ".htm", ".pdf")


def write_report(project: Project, run_id: str, target: Path, *, role: str = "manager") -> Path:
    """Write a run's report, with the comparison it takes part in where there is one, and return its path.

    Parameters
    ----------
    run_id : str
        The id of a run or of a cross-validation, or a part of it that fits one only.
    target : Path
        The file to write, ending in ``.html`` or ``.pdf``; nobody but the owner can read it.
    role : str
        ``"manager"`` or ``"analyst"``: managers are told nothing about groups of few people.

    Raises
    ------
    InvalidInputError
        No such run, it is not finished, the target ends otherwise, the dataset may not be reported on, or annotators
        are to get a report.
    StorageError
        The file cannot be written.
    """
    target = Path(target)
    if target.suffix.lower() not in ENDINGS or target.is_dir():
        raise InvalidInputError(
            f"A report must be written to a file ending in .html or .pdf. Received {target}."
        )
    audience = audience_for(project, role)
    if audience.role == "annotator":
        raise InvalidInputError("A report must be for a manager or an analyst. Received the role annotator.")
    run = run_or_group(project, run_id)
    dataset = run.facts()["dataset"]
    require(project, [dataset], "report")
    keep_key(project)  # without it anybody could tell from a list of names who is "annotator 1"
    report = report_of(project, run, audience)
    content = pdf_of(report) if target.suffix.lower() == ".pdf" else page_of(report).encode("utf-8")
    with atomic_file(target) as temporary:
        temporary.touch(mode=0o600)
        temporary.write_bytes(content)
    record_written(project, "report", [target], [dataset])
    return target
