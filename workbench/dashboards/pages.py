"""The four dashboards are one widget, opened at different pages: it shows what the address asks for."""

from __future__ import annotations

import functools
import os
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

from workbench.errors import InvalidInputError, WorkbenchError
from workbench.labels.address import URL_FILE
from workbench.project import Project
from workbench.reports.audience import Audience, audience_for
from workbench.reports.clip_media import clip_media
from workbench.reports.pages.rendering import render_query
from workbench.reports.problem_words import problem_words
from workbench.reports.render import render
from workbench.reports.view_state import PageName
from workbench.widgets.address_bar import AddressBar, Media

PERSON_VARIABLE = "HTTP_X_WORKBENCH_PERSON"
"""Who is signed in, told to the kernel by the server alone; kernels that are heated before anybody comes have none."""
_WATCHED = (
    "reports/comparisons",
    "reports/runs",
    "reports/settings.json",
    "labels/labels.db",
    "labels/labels.db-wal",
)
_OF_A_DATASET = ("catalog.csv", "quarantine.csv", "rights.json", "consent.csv", "features")


def page_at(project: Project, role: str, page: PageName) -> AddressBar:
    """Return the dashboards for a role, opened at a page.

    Parameters
    ----------
    project : Project
        Its datasets, labels and reports are read; nothing is written.
    role : {"annotator", "analyst", "manager"}
    page : {"fusion", "labels", "data", "clip"}

    Raises
    ------
    InvalidInputError
        There is no such role.
    """
    audience = audience_for(project, role, person=unquote(os.environ.get(PERSON_VARIABLE, "")))
    return AddressBar(
        functools.partial(render_query, project, audience=audience, page=page),
        stamp=functools.partial(stored_stamp, project),
        look=functools.partial(_seen, project, audience),
        sheet=render("style.css"),
    )


def _seen(project: Project, audience: Audience, key: str) -> Media:
    """Return what is seen and heard of a clip; what goes wrong is told in the words that the audience may read."""
    try:
        return clip_media(project, key, audience=audience)
    except WorkbenchError as error:
        raise InvalidInputError(problem_words(project, audience, error)) from None


def stored_stamp(project: Project) -> tuple[object, ...]:
    """Return what changes when anything is stored that a page could show: when files and folders were last changed.

    Consents expire by the day; labels on a database server are looked at again every minute.
    """
    now = datetime.now(UTC)
    there = now.strftime("%H:%M") if (project.labels / URL_FILE).exists() else ""
    datasets = (path / name for path in sorted(project.datasets.glob("*")) for name in _OF_A_DATASET)
    watched = [*(project.root / name for name in _WATCHED), *datasets]
    return (now.date(), there, *(_changed(path) for path in watched))


def _changed(path: Path) -> tuple[str, int, int]:
    try:
        told = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path), told.st_mtime_ns, told.st_size
