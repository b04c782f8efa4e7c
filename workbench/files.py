"""Write files so that a reader sees the old or the new content, never half of it.

Atomic means: a temporary name in the same folder, fsync, rename, fsync of the folder.
Every file the workbench keeps is written through this module.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from workbench.errors import StorageError, WorkbenchError

TEMPORARY_PREFIX = ".partial-"


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _temporary(target: Path) -> Path:
    """Return a name beside ``target`` with its ending; plain letters, which every library and file system takes."""
    return target.parent / f"{TEMPORARY_PREFIX}{uuid.uuid4().hex[:8]}-{_told(target)}"


def _told(target: Path) -> str:
    return target.name.encode("ascii", "ignore").decode()[-80:]


def temporaries_of(target: Path) -> list[Path]:
    """Return what killed processes left beside ``target`` that was to become it."""
    name = re.compile(re.escape(TEMPORARY_PREFIX) + r"[0-9a-f]{8}-" + re.escape(_told(target)))
    found = target.parent.iterdir() if target.parent.is_dir() else iter(())
    return sorted(path for path in found if name.fullmatch(path.name))


@contextmanager
def atomic_file(target: Path) -> Iterator[Path]:
    """Yield a temporary path; when the block ends well it becomes ``target``, else it is removed.

    Raises
    ------
    StorageError
        The folder cannot be written or the disk is full. ``target`` is then as it was.
    """
    temporary = _temporary(target)
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
        raise _not_writable(target, error) from error
    finally:
        with suppress(NotADirectoryError):  # its folder is a file: already told
            temporary.unlink(missing_ok=True)


def _not_writable(target: Path, error: OSError) -> StorageError:
    return StorageError(
        f"{target.name} must be writable in {target.parent}. Received: {error.strerror or error}. "
        "Free some space or mend the permissions, then run the same command again."
    )


class PendingFile:
    """A file that grows over a long time: complete in its place in the end, or not there at all.

    Readable by its owner only. What is :func:`atomic_file` for one block of code is this for an object that lives on.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self._stack = ExitStack()

    def begin(self) -> Path:
        """Return the empty file to write to.

        Raises
        ------
        StorageError
            The folder cannot be written.
        """
        temporary = self._stack.enter_context(atomic_file(self.target))
        with self.writing():
            os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        return temporary

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Turn trouble with the disk inside the block into a :class:`StorageError` that says how to mend it."""
        try:
            yield
        except OSError as error:
            if isinstance(error, WorkbenchError):
                raise
            raise _not_writable(self.target, error) from error

    def keep(self) -> None:
        """Give the file its name; StorageError when that fails."""
        self._stack.close()

    def drop(self) -> None:
        """Take the file away; the target stays as it was. Does nothing before ``begin`` and after ``keep``."""
        given_up = StorageError(f"{self.target.name} is not wanted any more.")
        self._stack.__exit__(StorageError, given_up, None)


@contextmanager
def atomic_folder(target: Path) -> Iterator[Path]:
    """Yield a temporary folder that replaces ``target`` as a whole when the block ends well."""
    temporary = _temporary(target)
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
