"""Load a heavy library when it is first used, and say how to get it when it is missing."""

from __future__ import annotations

import importlib
from typing import Any

from workbench.errors import MissingDependencyError


def load(module: str) -> Any:
    """Import and return ``module``.

    Raises
    ------
    MissingDependencyError
        It is not installed; the message names the command that installs it.

    Examples
    --------
    >>> load("json").dumps([1])
    '[1]'
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            f"{module} must be installed for this. It was not found ({error}): "
            "run `make install`, then `workbench doctor`."
        ) from error
