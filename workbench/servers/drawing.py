"""The gate's own pages from their templates; every value is escaped."""

from __future__ import annotations

from functools import cache
from typing import Any

from workbench.lazy import load
from workbench.servers.routes import PAGES, PAGES_OF_ROLE


def draw(template: str, **content: Any) -> str:
    """Return one of the pages in ``templates/`` filled in."""
    return str(_environment().get_template(template).render(**content))


@cache
def _environment() -> Any:
    jinja2 = load("jinja2")
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("workbench.servers"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"PAGES": PAGES, "PAGES_OF_ROLE": PAGES_OF_ROLE}
    return environment
