"""Which messages pass between a page and its kernel: those of widgets, and nothing that runs code or tells of errors.

Voila keeps a list of its own, by kind alone and in one direction only. A kernel that fails tells the page its traceback,
with the paths of this machine, and anybody can make a widget fail by a message of the wrong form.
"""

from __future__ import annotations

import json
from typing import Any

FROM_PAGE = ("comm_open", "comm_msg", "comm_close", "comm_info_request", "kernel_info_request")
TO_PAGE = (
    "comm_open",
    "comm_msg",
    "comm_close",
    "comm_info_reply",
    "kernel_info_reply",
    "status",
    "iopub_welcome",
)
OPENED_BY_PAGE = ("jupyter.widget", "jupyter.widget.control")
"""What a page may open: the widgets' own lines."""
_FEWEST_PARTS = 5
"""Channel, header, parent's header, metadata and content; what follows are buffers."""


def may_leave_page(message: str | bytes, *, binary: bool) -> bool:
    """Say whether a message of a page may go to its kernel: a widget's, on the channel that widgets use."""
    found = _read(message, binary=binary)
    if found is None:
        return False
    channel, header, content = found
    kind = header.get("msg_type")
    if channel != "shell" or kind not in FROM_PAGE:
        return False
    return kind != "comm_open" or content.get("target_name") in OPENED_BY_PAGE


def may_reach_page(message: str | bytes, *, binary: bool) -> bool:
    """Say whether a message of a kernel may go to its page: no printed text, no result, no error."""
    found = _read(message, binary=binary)
    return found is not None and found[1].get("msg_type") in TO_PAGE


def _read(message: str | bytes, *, binary: bool) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
    """Return channel, header and content as Jupyter's server reads them, or None where it might read something else."""
    if isinstance(message, bytes) is not binary:
        return None
    try:
        return _parts(message) if isinstance(message, bytes) else _objects(json.loads(message))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _objects(whole: Any) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
    found = whole["channel"], whole["header"], whole["content"]
    good = isinstance(found[0], str) and isinstance(found[1], dict) and isinstance(found[2], dict)
    return found if good else None


def _parts(message: bytes) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
    """Read ``v1.kernel.websocket.jupyter.org``: how many offsets, the offsets, then the parts between them."""
    n = int.from_bytes(message[:8], "little")
    if not _FEWEST_PARTS < n <= len(message) // 8 - 1:
        return None
    offsets = [int.from_bytes(message[8 * i : 8 * i + 8], "little") for i in range(1, n + 1)]
    if offsets[0] != 8 * (n + 1) or offsets != sorted(offsets) or offsets[-1] != len(message):
        return None
    channel, header, content = (message[offsets[i] : offsets[i + 1]] for i in (0, 1, 4))
    return _objects(
        {"channel": channel.decode(), "header": json.loads(header), "content": json.loads(content)}
    )
