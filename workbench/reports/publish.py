"""Publish: write what the dashboards show as static pages that need no kernel, and hold no face, voice or script."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import workbench
from workbench.datasets.catalog import Dataset, names
from workbench.datasets.rights import require, why_not
from workbench.errors import InvalidInputError, StorageError
from workbench.files import atomic_folder, sha256_of, write_json
from workbench.models.code_version import code_in_words, code_version
from workbench.progress import Progress, silent
from workbench.project import Project
from workbench.reports.answer import FUSED
from workbench.reports.audience import Audience, audience_for
from workbench.reports.html import page_of
from workbench.reports.pdf import pdf_of
from workbench.reports.pseudonyms import keep_key
from workbench.reports.publication import KEPT, MANIFEST, Publication, keep_newest, publications_folder
from workbench.reports.published_pages import Frame, Pages
from workbench.reports.run_report import report_of
from workbench.reports.stored import StoredComparison, list_comparisons, read_comparison, run_called

MOST_PAGES = 5000
ROLES = ("manager", "analyst")


def publish(
    project: Project,
    name: str | None = None,
    *,
    role: str = "manager",
    most_pages: int = MOST_PAGES,
    keep: int = KEPT,
    progress: Progress = silent,
) -> Publication:
    """Write a publication of the dashboards beside the older ones; a reader finds the old or the new one, whole.

    Comparisons and lists of other datasets than the first comparison's are left out where those may not be published.

    Parameters
    ----------
    name : str, optional
        The comparison that comes first; the newest one when left out.
    role : {"manager", "analyst"}
        For whom the pages are made. Those for analysts name people and lie apart, where no server serves them.
    most_pages : int
        Links that lead further end at a page that says so.
    keep : int
        How many publications are left afterwards.

    Raises
    ------
    InvalidInputError
        The comparison's dataset may not be published; there is no comparison (of that name); a number is below 1, or another role.
    StorageError
        The pages cannot be written.
    """
    _check(role, most_pages, keep)
    first = _comparison(project, name)
    require(project, [first.dataset], "export")
    allowed = _allowed(project)
    keep_key(project)
    audience = audience_for(project, role)
    made = datetime.now(UTC)
    facts = _facts(project, allowed, role, made)
    folder = publications_folder(project, role)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:8]
    target = folder / f"{made:%Y%m%d-%H%M%S}-{digest}"
    with atomic_folder(target) as making:
        making.chmod(0o700)
        frame = Frame(facts, _write_reports(project, first, audience, making))
        comparisons = frozenset(one.name for one in allowed.comparisons)
        pages = Pages(project, first.name, comparisons, frozenset(allowed.datasets), audience, frame)
        counted = pages.write(making, most_pages, progress)
        files = {path.name: sha256_of(path) for path in sorted(making.iterdir())}
        manifest = {"files": files, **facts, **counted}
        write_json(making / MANIFEST, manifest)
        for path in making.iterdir():
            path.chmod(0o600)
    keep_newest(project, role, n=keep)
    return Publication(target, manifest)


def _check(role: str, most_pages: int, keep: int) -> None:
    if role not in ROLES:
        raise InvalidInputError(f"A publication must be for {' or '.join(ROLES)}. Received {role!r}.")
    if most_pages < 1 or keep < 1:
        raise InvalidInputError(
            f"At least 1 page must be written and 1 publication kept. Received {most_pages} and {keep}."
        )


def _comparison(project: Project, name: str | None) -> StoredComparison:
    there = list_comparisons(project)
    if name is None and not there:
        raise InvalidInputError(
            "Something must be compared before it is published. No comparison is stored: run "
            "`workbench train NAME --network all`, or `workbench demo`."
        )
    return read_comparison(project, there[0] if name is None else name)


def _facts(project: Project, allowed: Allowed, role: str, made: datetime) -> dict[str, Any]:
    """Return what the manifest says beside the files."""
    return {
        "made_utc": made.isoformat(timespec="seconds"),
        "version": workbench.__version__,
        "code": code_in_words(code_version()),
        "role": role,
        "data_hashes": {
            name: Dataset.open(project, name).data_hash()
            for name in names(project)
            if name in allowed.datasets
        },
        "runs": sorted({run_id for one in allowed.comparisons for run_id in one.runs.values()}),
    }


def _write_reports(
    project: Project, first: StoredComparison, audience: Audience, making: Path
) -> tuple[str, ...]:
    """Write the report of the first comparison's fused run, with its model card, where that run is still there."""
    run_id = first.runs.get(FUSED, next(iter(first.runs.values())))
    run = run_called(project, run_id)
    if run is None:
        return ()
    report = report_of(project, run, audience)
    (making / "report.html").write_text(page_of(report), encoding="utf-8")
    (making / "report.pdf").write_bytes(pdf_of(report))
    return "report.html", "report.pdf"


@dataclass(frozen=True)
class Allowed:
    """The datasets that may be published, and the comparisons made on them."""

    datasets: list[str]
    comparisons: list[StoredComparison]


def _allowed(project: Project) -> Allowed:
    found = []
    for name in list_comparisons(project):
        with suppress(StorageError):  # a damaged one is not published; the dashboards say so
            found.append(read_comparison(project, name))
    there = sorted({*names(project), *(one.dataset for one in found)})
    datasets = [name for name in there if not why_not(project, [name], "export")]
    return Allowed(datasets, [one for one in found if one.dataset in datasets])
