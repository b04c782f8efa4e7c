"""Write files so that a reader sees the old or the new content, never half of it.

Atomic means: a temporary name in the same folder, fsync, rename, fsync of the folder.
Every file the workbench keeps is written through this module.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from workbench.errors import StorageError

TEMPORARY_PREFIX = ".partial-"


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def atomic_file(target: Path) -> Iterator[Path]:
    """Yield a temporary path; when the block ends well it becomes ``target``, else it is removed.

    Raises
    ------
    StorageError
        The folder cannot be written or the disk is full. ``target`` is then as it was.
    """
    temporary = target.parent / f"{TEMPORARY_PREFIX}{uuid.uuid4().hex[:8]}-{target.name[-80:]}"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        if isinstance(error, StorageError):
            raise
        raise StorageError(
            f"{target.name} must be writable in {target.parent}. Received: {error.strerror or error}. "
            "Free some space or mend the permissions, then run the same command again."
        ) from error
    finally:
        with suppress(NotADirectoryError):  # its folder is a file: already told
            temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(target: Path) -> Iterator[Path]:
    """Yield a temporary folder that replaces ``target`` as a whole when the block ends well."""
    temporary = target.parent / f"{TEMPORARY_PREFIX}{uuid.uuid4().hex[:8]}-{target.name[-80:]}"
    retired = temporary.with_name(temporary.name + "-old")
    try:
        temporary.mkdir(parents=True)
        yield temporary
        for path in temporary.rglob("*"):
            if path.is_file():
                with path.open("rb") as written:
                    os.fsync(written.fileno())
        _sync_folder(temporary)
        if target.exists():
            target.rename(retired)
        temporary.rename(target)
        _sync_folder(target.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(retired, ignore_errors=True)


def write_text(target: Path, text: str) -> None:
    """Write ``text`` (UTF-8) to ``target``, atomically."""
    with atomic_file(target) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="")


def write_json(target: Path, content: Any) -> None:
    """Write ``content`` as readable, strict JSON (NaN is refused) to ``target``, atomically."""
    write_text(target, json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(source: Path) -> Any:
    """Read JSON written by :func:`write_json`.

    Raises
    ------
    StorageError
        The file is missing or is not JSON.
    """
    try:
        return json.loads(source.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise StorageError(f"{source} must exist. It does not: run the step that makes it first.") from error
    except ValueError as error:
        raise StorageError(
            f"{source} must be JSON. It is damaged ({error}): delete it and run the step again."
        ) from error


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hex: the identity of its content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def file_stamp(path: Path) -> tuple[int, int]:
    """Return when a file was written (ns) and its bytes: another stamp, another content; zeros when there is none."""
    if not path.is_file():
        return 0, 0
    told = path.stat()
    return told.st_mtime_ns, told.st_size
