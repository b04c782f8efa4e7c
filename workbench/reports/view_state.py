"""What a page shows, as it stands in its address: a link shows everybody the same thing.

The address comes from outside. Whatever is not one of the fields below, in the form told there, is refused in words; no
field ever becomes a path. Clips and people stand in it by their keys and numbers (:mod:`workbench.reports.pseudonyms`),
never by name: addresses are logged, sent about and kept in histories.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, get_args
from typing import Literal as Choice
from urllib.parse import parse_qsl, urlencode

from workbench.errors import InvalidInputError
from workbench.labels.schema import QUESTIONS

PageName = Choice["fusion", "labels", "data", "clip"]
PAGES: tuple[PageName, ...] = get_args(PageName)
OUTCOMES = (
    "right",
    "wrong",
    "judged",
    "not-judged",
    "extracted",
    "not-extracted",
    "labelled",
    "not-labelled",
)
CELLS = ("both", "only_a", "only_b", "neither")
SHOWS = ("runs", "comparisons", "clips", "labels", "speakers", "problems")
GROUPINGS = ("sex", "intensity", "speaker")
MOST_CHARACTERS = 2_000
USUAL_WIDTH = 5
"""Half the interval that is wanted of the agreement, in points, unless the address says another."""
_NAME, _KEY, _CODE = (
    re.compile(r"[A-Za-z0-9_.-]{1,120}"),
    re.compile(r"[0-9a-f]{12}"),
    re.compile(r"[A-Z_]{1,40}"),
)


def _one_of(values: tuple[str, ...]) -> tuple[str, Callable[[str], bool]]:
    return f"one of {', '.join(values)}", lambda text: text in values


def _like(pattern: re.Pattern[str], words: str) -> tuple[str, Callable[[str], bool]]:
    return words, lambda text: pattern.fullmatch(text) is not None


def _up_to(most: int) -> tuple[str, Callable[[str], bool]]:
    return (
        f"a whole number from 1 to {most}",
        lambda text: bool(re.fullmatch(r"[1-9][0-9]{0,6}", text, re.ASCII)) and int(text) <= most,
    )


_NAMED = _like(_NAME, "letters, digits, '.', '_' or '-'")
_TEXT = ("1 to 64 printable characters", lambda text: 1 <= len(text) <= 64 and text.isprintable())
RULES: dict[str, tuple[str, Callable[[str], bool]]] = {
    "page": _one_of(PAGES),
    "show": _one_of(SHOWS),
    "comparison": _NAMED,
    "dataset": _NAMED,
    "system": _NAMED,
    "other": _NAMED,
    "cell": _one_of(CELLS),
    "outcome": _one_of(OUTCOMES),
    "true": _TEXT,
    "said": _TEXT,
    "of": _one_of(GROUPINGS),
    "value": _TEXT,
    "clip": _like(_KEY, "12 hexadecimal digits"),
    "question": _one_of(QUESTIONS),
    "annotator": _up_to(10_000),
    "day": _like(re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "a day such as 2026-11-26"),
    "code": _like(_CODE, "capital letters and '_'"),
    "width": _up_to(50),
    "at": _up_to(100_000),
}
"""Each field of an address: its rule in words, and the rule."""
OF_PAGE: dict[str, tuple[str, ...]] = {
    "fusion": (
        "show", "comparison", "system", "other", "cell", "outcome", "true", "said", "of", "value", "at",
    ),
    "labels": ("show", "question", "annotator", "day", "value", "outcome", "clip", "width", "at"),
    "data": ("show", "dataset", "code", "outcome", "true", "of", "value", "at"),
    "clip": ("comparison", "dataset", "outcome", "true", "said", "clip", "at"),
}  # fmt: skip
"""The fields that a page knows."""


@dataclass(frozen=True)
class ViewState:
    """One state of one page; empty fields are those left out.

    Attributes
    ----------
    page : {"fusion", "labels", "data", "clip"}
    show : str
        The list that is opened: what a number is made of.
    comparison, dataset, system, other : str
        What is looked at.
    cell, outcome, true, said, of, value, question, annotator, day, code : str
        What a list is limited to.
    clip : str
        A clip's key.
    width : str
        Half the interval wanted, in points.
    at : str
        Which page of a list.

    Examples
    --------
    >>> view = ViewState("fusion", show="clips", system="audio", true="negative")
    >>> view.query()
    'page=fusion&show=clips&system=audio&true=negative'
    >>> ViewState.from_query(view.query()) == view
    True
    """

    page: PageName = "fusion"
    show: str = ""
    comparison: str = ""
    dataset: str = ""
    system: str = ""
    other: str = ""
    cell: str = ""
    outcome: str = ""
    true: str = ""
    said: str = ""
    of: str = ""
    value: str = ""
    clip: str = ""
    question: str = ""
    annotator: str = ""
    day: str = ""
    code: str = ""
    width: str = ""
    at: str = ""

    def __post_init__(self) -> None:
        _check("page", self.page)
        for name, value in self._given().items():
            if name != "page" and name not in OF_PAGE[self.page]:
                raise InvalidInputError(
                    f"The page {self.page} knows the fields {', '.join(OF_PAGE[self.page])}. Received {name!r}: "
                    "leave it out."
                )
            _check(name, value)

    @classmethod
    def from_query(cls, query: str, *, page: PageName = "fusion") -> ViewState:
        """Return the state that an address asks for, with or without the ``?`` before it.

        Parameters
        ----------
        page : {"fusion", "labels", "data", "clip"}
            The page where the address names none.

        Raises
        ------
        InvalidInputError
            It is too long, names a field twice or one that does not exist, or a value breaks its rule.
        """
        if not isinstance(query, str) or len(query) > MOST_CHARACTERS:
            raise InvalidInputError(
                f"An address must be {MOST_CHARACTERS} characters or shorter. Received a longer one: open the page anew."
            )
        try:
            pairs = parse_qsl(
                query.removeprefix("?"),
                keep_blank_values=True,
                strict_parsing=bool(query.removeprefix("?")),
                encoding="utf-8",
                errors="strict",
                max_num_fields=len(RULES) + 1,
            )
        except ValueError as error:
            raise InvalidInputError(
                "An address must be made of name=value pairs joined by '&'. It is not: open the page anew."
            ) from error
        given: dict[str, Any] = {}
        for name, value in pairs:
            if name not in RULES or name in given:
                what = "it twice" if name in given else _short(name)
                raise InvalidInputError(
                    f"An address must name each of its fields once, and no other. Received {what}: follow the links of the pages."
                )
            _check(name, value)
            given[name] = value
        return cls(**{"page": page, **given})

    def query(self) -> str:
        """Return the state as the address tells it, without ``?``; the same state is always the same text."""
        return urlencode(self._given())

    def but(self, **changes: Any) -> ViewState:
        """Return the state with other fields; what is left of a list begins at its first page."""
        told: dict[str, Any] = {"at": "", **{name: str(value) for name, value in changes.items()}}
        return replace(self, **told)

    def _given(self) -> dict[str, str]:
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name)) != ""}


def _check(name: str, value: str) -> None:
    words, rule = RULES[name]
    if not isinstance(value, str) or not rule(value):
        raise InvalidInputError(f"The field {name} of an address must be {words}. Received {_short(value)}.")


def _short(text: object) -> str:
    """Return what was received, no longer than it needs to be recognised."""
    return repr(str(text)[:40])
