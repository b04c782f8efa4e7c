"""The page that stands where figures would, when a dataset may not be shown."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.datasets.rights import why_not
from workbench.reports.pages.page import Looking, Page


def reasons_against(looking: Looking, dataset: str) -> tuple[str, ...]:
    """Return why a dataset may not be shown; speakers are named to those who may know their names only."""
    return why_not(looking.project, [dataset], "dashboard", named=looking.audience.sees_names)


def refusal(looking: Looking, datasets: Iterable[str]) -> Page | None:
    """Return the page with the reasons when one of the datasets may not be shown; None when all may."""
    reasons = [reason for name in dict.fromkeys(datasets) for reason in reasons_against(looking, name)]
    if not reasons:
        return None
    return looking.page("rights.html.j2", title="May not be shown", reasons=reasons)
