"""Unpack a ZIP that nobody vouches for: everything inside the given folder, or nothing at all.

Refused as a whole: links, absolute or climbing names, drive letters, NUL, names that are one on some systems
(case, Unicode form), encrypted members, and bombs (too many members, too many bytes, packed too tightly).
"""

from __future__ import annotations

import lzma
import re
import shutil
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from workbench.errors import InvalidInputError, StorageError
from workbench.files import atomic_folder
from workbench.progress import Progress, silent

_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_BLOCK_BYTES = 1024 * 1024
_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True)
class ArchiveLimits:
    """How large an archive may be.

    Attributes
    ----------
    max_members : int
        Files and folders in it.
    max_bytes : int
        Unpacked, all together.
    max_ratio : float
        Unpacked over packed bytes, for everything above ``free_bytes``.
    free_bytes : int
        What is too small to be a bomb, however tightly packed.
    """

    max_members: int = 100_000
    max_bytes: int = 128 * 1024**3
    max_ratio: float = 100.0
    free_bytes: int = 10 * 1024**2


def is_zip(path: Path) -> bool:
    """Whether a file is a ZIP by its first bytes, or says so by its name."""
    if path.suffix.lower() == ".zip":
        return True
    try:
        with path.open("rb") as stream:
            return stream.read(4) in _SIGNATURES
    except OSError:
        return False


def extract_zip(
    archive: Path, target: Path, *, limits: ArchiveLimits | None = None, progress: Progress = silent
) -> list[Path]:
    """Unpack ``archive`` into the folder ``target``, which comes to be whole or not at all.

    Returns
    -------
    list of Path
        The files, in the archive's order.

    Raises
    ------
    InvalidInputError
        The archive is damaged or a member breaks a rule; the message names it. ``target`` is as it was.
    StorageError
        There is not enough space, or it cannot be written.
    """
    limits = limits or ArchiveLimits()
    try:
        with zipfile.ZipFile(archive) as opened:
            members = opened.infolist()
            check_members(members, n_archive_bytes=archive.stat().st_size, limits=limits)
            _check_space(members, target)
            with atomic_folder(target) as temporary:
                written = []
                for number, member in enumerate(members, start=1):
                    written.append(_unpack(opened, member, temporary))
                    progress(number, len(members), f"unpacking {member.filename!r}")
    except (zipfile.BadZipFile, struct.error, EOFError, RuntimeError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            f"{archive.name} must be a whole ZIP. It is damaged ({error}): copy or download it again."
        ) from error
    except OSError as error:
        if isinstance(error, StorageError):
            raise
        raise StorageError(
            f"{archive.name} must be readable and {target.parent} writable. Received: {error}."
        ) from error
    return [target / path for path in written if path is not None]


def check_members(members: Sequence[zipfile.ZipInfo], *, n_archive_bytes: int, limits: ArchiveLimits) -> None:
    """Check what an archive claims to hold, before anything is written.

    Raises
    ------
    InvalidInputError
        A member breaks a rule; the message names it.
    """
    if len(members) > limits.max_members:
        raise InvalidInputError(
            f"A ZIP must have at most {limits.max_members:,} members. Received {len(members):,}: split it."
        )
    kinds: dict[str, str] = {}
    for member in members:
        problem = _problem(member)
        if problem:
            raise InvalidInputError(
                f"A ZIP's members must be plain files below it. Received {member.orig_filename!r}: {problem}."
            )
        _check_twins(member, kinds)
        if member.file_size > limits.free_bytes and member.file_size > limits.max_ratio * max(
            member.compress_size, 1
        ):
            raise InvalidInputError(
                f"A ZIP's members must be packed at most {limits.max_ratio:.0f} to 1. {member.filename!r} unpacks "
                f"{member.compress_size:,} to {member.file_size:,} bytes, as a bomb does: unpack it yourself if you trust it."
            )
    n_bytes, n_packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    if n_bytes > limits.max_bytes:
        raise InvalidInputError(
            f"A ZIP must unpack to at most {limits.max_bytes:,} bytes. Received {n_bytes:,}: split it."
        )
    if n_packed > n_archive_bytes or (
        n_bytes > limits.free_bytes and n_bytes > limits.max_ratio * n_archive_bytes
    ):
        raise InvalidInputError(
            f"A ZIP must not unpack to more than {limits.max_ratio:.0f} times its size, nor its members overlap. "
            f"Received {n_archive_bytes:,} bytes that claim {n_bytes:,}: unpack it yourself if you trust it."
        )


def _problem(member: zipfile.ZipInfo) -> str:
    """Say which rule a member breaks, or nothing."""
    name = member.orig_filename
    mode = member.external_attr >> 16
    parts = name.rstrip("/").split("/")
    rules = {
        "a NUL in its name": "\0" in name,
        "no name": not name.strip("/ "),
        "an absolute path": name.startswith("/"),
        "a backslash in its path": "\\" in name,
        "a drive letter": bool(_DRIVE.match(name)),
        "a path that climbs or stands still": any(part in ("", ".", "..") for part in parts),
        "a name longer than 255 bytes": any(
            len(part.encode("utf-8", "surrogateescape")) > 255 for part in parts
        ),
        "a link": stat.S_ISLNK(mode),
        "a pipe, socket or device": stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK),
        "it is encrypted": bool(member.flag_bits & 0x41),
        f"an unknown packing ({member.compress_type})": member.compress_type not in _METHODS,
    }
    return next((reason for reason, broken in rules.items() if broken), "")


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _check_twins(member: zipfile.ZipInfo, kinds: dict[str, str]) -> None:
    """Refuse a name that is another one's on some systems, and a file that is also a folder."""
    path = PurePosixPath(_folded(member.filename.rstrip("/")))
    wanted = {str(parent): "folder" for parent in path.parents if str(parent) != "."}
    wanted[str(path)] = "folder" if member.is_dir() else f"file {id(member)}"
    for name, kind in wanted.items():
        if kinds.setdefault(name, kind) != kind:
            raise InvalidInputError(
                f"A ZIP's names must differ, also without case. Received {member.filename!r} twice: rename one."
            )


def _check_space(members: Sequence[zipfile.ZipInfo], target: Path) -> None:
    n_bytes = sum(member.file_size for member in members)
    folder = next(parent for parent in target.absolute().parents if parent.exists())
    free = shutil.disk_usage(folder).free
    if n_bytes > free:
        raise StorageError(
            f"Unpacking needs {n_bytes:,} bytes in {folder}. There are {free:,} free: make space first."
        )


def _unpack(opened: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> PurePosixPath | None:
    """Write one member below ``folder``; never more bytes than it declares."""
    target = folder / member.filename
    if member.is_dir():
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        return None
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    n_left = member.file_size
    with opened.open(member) as packed, target.open("xb") as plain:
        target.chmod(0o600)
        while block := _read(packed, member.filename):
            n_left -= len(block)
            if n_left < 0:
                raise InvalidInputError(
                    f"A ZIP's member must be as long as it says. {member.filename!r} is longer: do not trust it."
                )
            plain.write(block)
    return PurePosixPath(member.filename)


def _read(packed: IO[bytes], name: str) -> bytes:
    """Read a block; a damaged member must not look like a full disk."""
    try:
        return packed.read(_BLOCK_BYTES)
    except (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile) as error:
        raise InvalidInputError(
            f"A ZIP's members must be whole. {name!r} is damaged ({error}): download it again."
        ) from error
