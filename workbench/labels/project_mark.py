"""A random name for a project's labels, so that a browser's outbox knows where its answers belong, and tells no path."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from workbench.files import write_text

FILE = "project_id"
_MARK = re.compile(r"[0-9a-f]{16}")


def project_mark(labels: Path) -> str:
    """Return the mark of a labels folder, 16 hexadecimal digits; the first asking makes it.

    It moves with the folder, and says nothing about where that lies.

    Raises
    ------
    StorageError
        The folder cannot be written.
    """
    file = labels / FILE
    found = file.read_text(encoding="utf-8").strip() if file.is_file() else ""
    if not _MARK.fullmatch(found):
        write_text(file, secrets.token_hex(8) + "\n")
        found = file.read_text(encoding="utf-8").strip()
    return found
