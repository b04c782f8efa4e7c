"""The one way in which pages are made from templates: every value is escaped, and a missing one is an error."""

from __future__ import annotations

from typing import Any

from workbench.lazy import load


def environment(package: str) -> Any:
    """Return the jinja2 environment of the templates that lie in ``templates/`` of a package.

    Parameters
    ----------
    package : str
        Such as ``"workbench.reports"``.

    Raises
    ------
    MissingDependencyError
        jinja2 is not installed.
    """
    jinja2 = load("jinja2")
    return jinja2.Environment(
        loader=jinja2.PackageLoader(package),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
