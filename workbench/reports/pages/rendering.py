"""One function makes every page: a state of the address and an audience in, HTML out; whatever is wrong is said on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from workbench.errors import InvalidInputError, WorkbenchError
from workbench.project import Project
from workbench.reports.audience import Audience
from workbench.reports.pages.clip import clip_page
from workbench.reports.pages.data import data_page
from workbench.reports.pages.fusion import fusion_page
from workbench.reports.pages.labels import labels_page
from workbench.reports.pages.page import Looking, Page, pages_of
from workbench.reports.pseudonyms import Pseudonyms
from workbench.reports.view_state import PageName, ViewState

_MAKERS: dict[PageName, Callable[[Looking], Page]] = {
    "fusion": fusion_page,
    "labels": labels_page,
    "data": data_page,
    "clip": clip_page,
}


def render_view(project: Project, view: ViewState, audience: Audience) -> Page:
    """Return the page of a state; reads what is stored, computes little, writes nothing.

    What cannot be shown (a damaged file, something that is gone, a page of another role) is said on the page itself.

    Parameters
    ----------
    view : ViewState
        See :meth:`ViewState.from_query` for what came with an address.
    audience : Audience
        See :func:`workbench.reports.audience.audience_for`.
    """
    looking = Looking(project, view, audience, Pseudonyms("", audience))
    try:
        looking = replace(looking, names=Pseudonyms.of(project, audience))
        if view.page not in pages_of(audience):
            raise InvalidInputError(
                f"The page {view.page} is for analysts and managers. You came as an {audience.role}: open the labels' page."
            )
        return _MAKERS[view.page](looking)
    except WorkbenchError as error:
        return problem_page(looking, error)


def render_query(project: Project, query: str, audience: Audience, *, page: PageName = "fusion") -> Page:
    """Return the page that an address asks for; one that asks for nothing there is gets a page that says so.

    Parameters
    ----------
    query : str
        What came with the address; hostile until proven otherwise.
    page : {"fusion", "labels", "data", "clip"}
        The page where the address names none.
    """
    try:
        view = ViewState.from_query(query, page=page)
    except InvalidInputError as error:
        looking = Looking(project, ViewState(page), audience, Pseudonyms("", audience))
        return problem_page(looking, error)
    return render_view(project, view, audience)


def problem_page(looking: Looking, error: WorkbenchError) -> Page:
    """Return the page that says why nothing is shown."""
    return looking.page("problem.html.j2", message=looking.problem(error), title="Cannot be shown")
