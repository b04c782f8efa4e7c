"""How often each system was right about each group of people, without groups too small to be spoken of."""

from __future__ import annotations

from typing import Any

from workbench.errors import InvalidInputError, WorkbenchError
from workbench.evaluation.estimates import Share
from workbench.reports.answer import said
from workbench.reports.group_accuracy import GroupAccuracy, group_accuracies
from workbench.reports.pages.page import Looking
from workbench.reports.stored import run_called
from workbench.reports.summary import Summary
from workbench.reports.suppression import hidden_groups

UNKNOWN = "(not known)"
"""How an address, and the page, tell the group about which the catalog says nothing."""


def groups_shown(looking: Looking, summary: Summary) -> tuple[list[dict[str, Any]], list[str]]:
    """Return one table per grouping that the catalog knows, and what could not be read.

    By speaker only where that is the only grouping, or for those who may know about single people.
    """
    by_system, unread = _by_system(looking, summary)
    kinds = list(dict.fromkeys(of for groups in by_system.values() for of in groups))
    if "speaker" in kinds and len(kinds) > 1 and not looking.audience.counts_by_speaker:
        kinds.remove("speaker")
    return [_table(looking, summary, of, by_system) for of in kinds], unread


def hidden_in(looking: Looking, groups: tuple[GroupAccuracy, ...]) -> frozenset[str]:
    """Return the values of one grouping whose figures the audience must not see."""
    return hidden_groups({group.value: group.n_speakers for group in groups}, looking.audience.smallest_group)


def speaker_names(looking: Looking, speakers: list[str]) -> dict[str, int]:
    """Return the number of each speaker of a test, the same on every list of its pages."""
    return looking.names.numbers("speaker", speakers)


def group_in_address(looking: Looking, groups: tuple[GroupAccuracy, ...]) -> str:
    """Return the value of the group that the address means; of speakers, addresses hold numbers.

    Raises
    ------
    InvalidInputError
        It is none of those tested.
    """
    view = looking.view
    values = {group.value or UNKNOWN: group.value for group in groups}
    if view.of == "speaker":
        numbers = speaker_names(looking, [group.value for group in groups])
        values = {str(number): value for value, number in numbers.items()}
    if view.value not in values:
        raise InvalidInputError(
            f"A group must be one of those tested. Received {view.of or 'no grouping'} {view.value!r}: follow the links."
        )
    return values[view.value]


def _by_system(
    looking: Looking, summary: Summary
) -> tuple[dict[str, dict[str, tuple[GroupAccuracy, ...]]], list[str]]:
    found, unread = {}, []
    for system in summary.systems:
        run = run_called(looking.project, system.run_id)
        if run is None:
            continue
        try:
            found[system.network] = group_accuracies(looking.project, run)
        except WorkbenchError as error:
            unread.append(f"{system.words}, group by group: {error}")
    return found, unread


def _table(
    looking: Looking,
    summary: Summary,
    of: str,
    by_system: dict[str, dict[str, tuple[GroupAccuracy, ...]]],
) -> dict[str, Any]:
    having = {network: groups[of] for network, groups in by_system.items() if of in groups}
    hidden = frozenset[str]().union(*(hidden_in(looking, groups) for groups in having.values()))
    values = list(dict.fromkeys(group.value for groups in having.values() for group in groups))
    numbers = speaker_names(looking, values) if of == "speaker" else {}
    called = looking.names.called("speaker", numbers)
    by_value = {network: {group.value: group for group in groups} for network, groups in having.items()}
    rows = []
    for value in values:
        in_address = str(numbers[value]) if of == "speaker" else value or UNKNOWN
        words = called.get(value, value) or UNKNOWN
        if value in hidden:
            rows.append({"words": words, "hidden": True, "why": _why(looking, having, value)})
            continue
        cells = [
            _cell(looking, summary, network, groups.get(value), of, in_address)
            for network, groups in by_value.items()
        ]
        people = max(groups[value].n_speakers for groups in by_value.values() if value in groups)
        href = looking.link(comparison=summary.comparison.name, of=of, value=in_address)
        rows.append({"words": words, "hidden": False, "n_speakers": people, "cells": cells, "href": href})
    return {
        "of": of,
        "systems": [said(network) for network in having],
        "rows": _together(rows) if of == "speaker" else rows,
        "n_hidden": len(hidden),
    }


def _why(looking: Looking, having: dict[str, tuple[GroupAccuracy, ...]], value: str) -> str:
    smallest = looking.audience.smallest_group
    n = max(group.n_speakers for groups in having.values() for group in groups if group.value == value)
    if n < smallest:
        return f"fewer than {smallest} people"
    return f"not shown: it would tell about a group of fewer than {smallest} people"


def _cell(
    looking: Looking, summary: Summary, network: str, group: GroupAccuracy | None, of: str, value: str
) -> dict[str, Any]:
    if group is None:
        return {"right": Share(None, None, None, "none judged", k=0, n=0), "k_href": "", "n_href": ""}
    about = {"comparison": summary.comparison.name, "system": network, "of": of, "value": value}
    return {
        "right": group.right,
        "k_href": looking.link(show="clips", **about, outcome="right"),
        "n_href": looking.link(show="clips", **about),
    }


def _together(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows with all hidden speakers as one: a list of the hidden tells nothing."""
    shown = [row for row in rows if not row["hidden"]]
    n_hidden = len(rows) - len(shown)
    if n_hidden:
        why = next(row["why"] for row in rows if row["hidden"])
        shown.append({"words": f"each of {n_hidden} people", "hidden": True, "why": why})
    return shown
