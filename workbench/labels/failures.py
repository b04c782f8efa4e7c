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


# SQLSTATE codes of PostgreSQL, or their first two characters.
_POSTGRESQL_WORDS = {
    "08": "the connection to the database broke. It is tried again; the same operation is never kept twice.",
    "25006": "the database may only be read. Ask its administrator for the right to write, or open it read_only.",
    "28": "the database refused the name or password. Mend them with `workbench labels use URL`.",
    "3D000": "there is no database of that name. Let its administrator make it (createdb).",
    "42501": "the account may not do this in the database. Ask its administrator for the right.",
    "53100": "the database's disk is full. Free some space; it is tried again.",
    "53": "the database has no room for more just now. It is tried again.",
    "55P03": "others have been writing for too long. It is tried again; when this stays, see who holds the database.",
    "57": "the database is stopping or starting. It is tried again; the same operation is never kept twice.",
    "XX001": "the database is damaged. Restore it from a backup; nothing was changed.",
}


def words_for(cause: BaseException | None) -> str:
    """Return what went wrong and how to mend it."""
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in _WORDS:
        return _WORDS[code & 0xFF]
    state = getattr(cause, "sqlstate", None) or ""
    for known in (state, state[:2]):
        if known in _POSTGRESQL_WORDS:
            return _POSTGRESQL_WORDS[known]
    return f"{str(cause).splitlines()[0] if str(cause) else type(cause).__name__}."


def storage_error(place: str | Path, what: str, cause: BaseException | None) -> StorageError:
    """Return the error to raise: what was not done, where, why, and how to mend it."""
    return StorageError(f"{what} ({place}): {words_for(cause)}")
