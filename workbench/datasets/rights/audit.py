"""What was declared, agreed to and erased, one line each: ``reports/audit.jsonl``, only ever added to, without names."""

from __future__ import annotations

import fcntl
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workbench.errors import StorageError
from workbench.project import Project

FILE = "audit.jsonl"


def audit_file(project: Project) -> Path:
    """Return where the project's audit lines lie."""
    return project.reports / FILE


def add_audit_line(project: Project, event: str, **facts: Any) -> None:
    """Add one line: when, which user id, what happened, and plain facts (ids and counts, never a name).

    Raises
    ------
    StorageError
        It cannot be written; what was to be recorded must not happen then.
    """
    line = {
        "utc": datetime.now(UTC).isoformat(timespec="seconds"),
        "uid": os.getuid(),
        "event": event,
        **facts,
    }
    text = json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n"
    path = audit_file(project)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            os.write(handle, text.encode())
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise StorageError(
            f"{path.name} must be writable in {path.parent}. Received: {error.strerror}. Mend its permissions."
        ) from error


def audit_lines(project: Project) -> list[dict[str, Any]]:
    """Return the lines, oldest first; a last one that was cut off by a crash is left out."""
    path = audit_file(project)
    if not path.is_file():
        return []
    lines = []
    for text in path.read_text(encoding="utf-8").splitlines():
        try:
            lines.append(json.loads(text))
        except ValueError:
            continue
    return lines
