"""A page, and what every page is made with: who looks at what of which project, and the links that lead on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Generic, TypeVar

import pandas as pd

import workbench
from workbench.errors import InvalidInputError
from workbench.project import Project
from workbench.reports.audience import Audience
from workbench.reports.problem_words import problem_words
from workbench.reports.pseudonyms import Pseudonyms
from workbench.reports.render import render
from workbench.reports.view_state import PAGES, PageName, ViewState

TITLES: dict[PageName, str] = {
    "fusion": "Does fusing face and voice help?",
    "labels": "What was labelled?",
    "data": "What is there?",
    "clip": "A clip, explained",
}
IN_THE_BAR: dict[PageName, str] = {
    "fusion": "Does fusing help?",
    "labels": "Labels",
    "data": "Data",
    "clip": "A clip",
}
"""The same, short, for the bar of links."""
PER_PAGE = 50
Row = TypeVar("Row")


@dataclass(frozen=True)
class Page:
    """What is shown.

    Attributes
    ----------
    title : str
        Of the window; plain text.
    html : str
        The body's content, one element of class ``wb``; every text in it is escaped.
    """

    title: str
    html: str


@dataclass(frozen=True)
class Part(Generic[Row]):
    """One page of a list.

    Attributes
    ----------
    rows : list
    n, first : int
        How many there are in all, and the number of the first one here, from 1.
    at, n_pages : int
    """

    rows: list[Row]
    n: int
    first: int
    at: int
    n_pages: int


@dataclass(frozen=True)
class Looking:
    """Somebody looking at something: what the makers of pages are given."""

    project: Project
    view: ViewState
    audience: Audience
    names: Pseudonyms

    def link(self, page: PageName | None = None, /, **fields: Any) -> str:
        """Return the address of a state, ``?page=…``; empty where no address can tell it (a class of a foreign table)."""
        given = {name: str(value) for name, value in fields.items() if value not in (None, "")}
        try:
            return f"?{ViewState(page or self.view.page, **given).query()}"
        except InvalidInputError:
            return ""

    def problem(self, error: object) -> str:
        """Return an error's message without the place where the project lies; to most also without names and paths."""
        return problem_words(self.project, self.audience, error)

    def mixed(self, clips: pd.DataFrame) -> pd.DataFrame:
        """Return rows about clips in an order that says nothing about who speaks, unless the audience may know that.

        Catalogs are ordered by speaker, or by names that hold one: who reads such a list knows whose clips are whose.
        """
        if self.audience.counts_by_speaker:
            return clips
        return clips.sort_values(
            "clip", kind="stable", key=lambda column: column.map(lambda clip: self.names.token("clip", clip))
        )

    def part(self, rows: Sequence[Row]) -> Part[Row]:
        """Return the part of a list that is looked at; beyond its end, the last one."""
        n_pages = max(ceil(len(rows) / PER_PAGE), 1)
        at = min(int(self.view.at or 1), n_pages)
        start = (at - 1) * PER_PAGE
        return Part(list(rows[start : start + PER_PAGE]), len(rows), start + 1, at, n_pages)

    def page(self, template: str, *, title: str = "", **content: Any) -> Page:
        """Return a filled template of ``templates/pages`` with the bar of links to the other pages."""
        name = self.view.page
        pages = [(p, IN_THE_BAR[p], f"?page={p}") for p in pages_of(self.audience)]
        html = render(
            f"pages/{template}",
            view=self.view,
            audience=self.audience,
            looking=self,
            pages=pages,
            heading=TITLES[name],
            version=workbench.__version__,
            **content,
        )
        return Page(title or TITLES[name], html)


def pages_of(audience: Audience) -> tuple[PageName, ...]:
    """Return the pages that a role may open: an annotator the labels alone."""
    return ("labels",) if audience.role == "annotator" else PAGES
