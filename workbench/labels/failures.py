"""What a failing database means, in words a person can act on."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from workbench.errors import StorageError

# Primary result codes of SQLite; the extended ones have these in their low byte.
_WORDS = {
    sqlite3.SQLITE_FULL: "the disk is full. Free some space; it is tried again.",
    sqlite3.SQLITE_READONLY: "the file may only be read. Mend the permissions of the file and of its folder.",
    sqlite3.SQLITE_BUSY: "another program holds the file locked. Close it; it is tried again.",
    sqlite3.SQLITE_LOCKED: "another program holds the file locked. Close it; it is tried again.",
    sqlite3.SQLITE_IOERR: "the disk failed to read or write (full, a quota, or a fault). See the system's log.",
    sqlite3.SQLITE_CORRUPT: "the file is damaged. Restore it from a backup; nothing was changed.",
    sqlite3.SQLITE_NOTADB: "the file is not a database. Move it away or restore it from a backup; nothing was changed.",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened. Mend the permissions of the file and of its folder.",
    sqlite3.SQLITE_PERM: "access is not allowed. Mend the permissions of the file and of its folder.",
}


def words_for(cause: BaseException | None) -> str:
    """Return what went wrong and how to mend it."""
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in _WORDS:
        return _WORDS[code & 0xFF]
    return f"{cause}."


def storage_error(path: Path, what: str, cause: BaseException | None) -> StorageError:
    """Return the error to raise: what was not done, with which file, why, and how to mend it."""
    return StorageError(f"{what} ({path}): {words_for(cause)}")
