"""How a widget takes what its page says: each message has a type and a handler, and what goes wrong is said, not raised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.errors import InvalidInputError, WorkbenchError

Handler = Callable[[dict[str, Any]], Any]
MALFORMED: tuple[type[Exception], ...] = (KeyError, TypeError, ValueError, OverflowError)
"""What reading a message of the wrong form raises."""


def handle(
    content: dict[str, Any],
    handlers: Mapping[str, Handler],
    *,
    malformed: tuple[type[Exception], ...] = MALFORMED,
) -> str | None:
    """Give a message to the handler of its type, and return why it could not be done; None when it was.

    Parameters
    ----------
    content : dict
        The message, with ``type``.
    handlers : mapping of type to callable
    malformed : tuple of exception types
        Taken for a message of the wrong form; anything else is a fault of the workbench and is raised.
    """
    taken: tuple[type[Exception], ...] = (WorkbenchError, *malformed)
    try:
        if not isinstance(content, dict):
            raise InvalidInputError(f"A message must be an object. Received a {type(content).__name__}.")
        kind: Any = content.get("type")
        if kind not in handlers:
            raise InvalidInputError(f"A message must be one of {', '.join(handlers)}. Received {kind!r}.")
        handlers[kind](content)
    except taken as error:
        return str(error)
    return None
