"""The gate's own pages from their templates; every value is escaped."""

from __future__ import annotations

from functools import cache
from typing import Any

from workbench.servers.routes import PAGES, PAGES_OF_ROLE
from workbench.templating import environment


def draw(template: str, **content: Any) -> str:
    """Return one of the pages in ``templates/`` filled in."""
    return str(_environment().get_template(template).render(**content))


@cache
def _environment() -> Any:
    made = environment("workbench.servers")
    made.globals |= {"PAGES": PAGES, "PAGES_OF_ROLE": PAGES_OF_ROLE}
    return made
