"""Look into packed files: whether an archive holds somebody's recordings, and what a file says when it is unpacked."""

from __future__ import annotations

import gzip
import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from workbench.forgetting.subject import Subject

_BLOCK = 2**20
_OVERLAP = 512
"""No word that is looked for is longer in bytes."""
_UNREADABLE = (OSError, EOFError, zipfile.BadZipFile, RuntimeError, zlib.error, NotImplementedError)
"""Damaged, cut off, encrypted, or packed in a way that this Python does not know."""


def archive_holds(path: Path, subject: Subject) -> bool:
    """Whether a ZIP holds any of a speaker's recordings by content; one that cannot be read is taken to."""
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                with archive.open(member) as stream:
                    if hashlib.file_digest(stream, "sha256").hexdigest() in subject.hashes:  # type: ignore[arg-type]
                        return True
    except _UNREADABLE:
        return True
    return False


def holds_any(path: Path, words: tuple[bytes, ...]) -> bool:
    """Whether a file holds any of these words: as it lies, or unpacked (``.gz``, ``.npz``, ``.keras``, ``.zip``).

    One that cannot be unpacked is taken to: nobody has seen that it does not.
    """
    if _in(_plain(path), words):
        return True
    try:
        return _in(_from_gzip(path), words) or any(_in(blocks, words) for blocks in _members(path))
    except _UNREADABLE:
        return True


def _in(blocks: Iterator[bytes], words: tuple[bytes, ...]) -> bool:
    tail = b""
    for block in blocks:
        text = tail + block
        if any(word in text for word in words):
            return True
        tail = text[-_OVERLAP:]
    return False


def _plain(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            yield block


def _from_gzip(path: Path) -> Iterator[bytes]:
    if path.suffix != ".gz":
        return
    with gzip.open(path, "rb") as stream:
        while block := stream.read(_BLOCK):
            yield block


def _members(path: Path) -> Iterator[Iterator[bytes]]:
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            yield iter([member.filename.encode()])
            yield _member(archive, member)
            # NumPy keeps texts as UTF-32: read as UTF-8, too, in a pass of its own, else a word on an edge is missed.
            yield (block.replace(b"\0\0\0", b"") for block in _member(archive, member))


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(member) as stream:
        while block := stream.read(_BLOCK):
            yield block
