"""Which files below a folder are recordings, or claim to be.

Rule: a file is *seen* when its extension is one of a recording's or its first bytes are those of one. All other
files (texts, tables, images, hidden files, unfinished downloads) are ignored and only counted.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.datasets.importing.naming import stem_and_extension
from workbench.datasets.importing.outcome import Objection
from workbench.errors import InvalidInputError
from workbench.media.container import demuxer_for

EXTENSIONS = {
    "mov": (".mp4", ".mov", ".m4v", ".m4a", ".3gp", ".3g2", ".qt"),
    "matroska": (".mkv", ".webm", ".mka"),
    "avi": (".avi",),
    "wav": (".wav",),
    "aiff": (".aiff", ".aif", ".aifc"),
    "flac": (".flac",),
    "ogg": (".ogg", ".oga", ".ogv", ".opus"),
    "mpeg": (".mpg", ".mpeg", ".vob"),
    "mpegvideo": (".mpg", ".mpeg", ".m1v", ".m2v"),
    "mpegts": (".ts", ".mts", ".m2ts"),
    "mp3": (".mp3", ".mp2"),
    "aac": (".aac",),
}
"""Extensions that fit a content; the first one is given to a file whose own does not fit."""

_UNREAD_EXTENSIONS = (".wmv", ".wma", ".flv", ".f4v", ".amr", ".rm", ".rmvb", ".au", ".mxf")
MEDIA_EXTENSIONS = frozenset(e for group in EXTENSIONS.values() for e in group) | set(_UNREAD_EXTENSIONS)
_UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".tmp")
_IMAGE_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis")
_HEAD_BYTES = 564


@dataclass(frozen=True)
class Found:
    """A file to take in.

    Attributes
    ----------
    path : Path
        The file.
    relative : str
        The same, relative to what is imported, with ``/``.
    folders : tuple of str
        Names of the folders it lies in, outermost first.
    objection : Objection or None
        Why it cannot even be looked at.
    """

    path: Path
    relative: str
    folders: tuple[str, ...]
    objection: Objection | None = None

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name


def container_of(head: bytes) -> str | None:
    """Return the container that the first bytes are of; pictures in an MP4 wrapper (HEIC, AVIF) are none."""
    return None if head[4:8] == b"ftyp" and head[8:12] in _IMAGE_BRANDS else demuxer_for(head)


def read_head(path: Path) -> bytes:
    """Return the first bytes of a file, enough to recognise any container."""
    with path.open("rb") as stream:
        return stream.read(_HEAD_BYTES)


def find_recordings(root: Path) -> tuple[list[Found], int]:
    """Return the recordings below a folder, in the order of their paths, and how many other files there are.

    Raises
    ------
    InvalidInputError
        ``root`` cannot be listed.
    """
    if not root.is_dir():
        raise InvalidInputError(
            f"What is imported must be a folder, ZIP or file. Received {root}: check the path."
        )
    try:
        os.scandir(root).close()
    except OSError as error:
        raise InvalidInputError(f"{root} must be a readable folder. Received: {error.strerror}.") from error
    found, n_ignored = [], 0
    for path, problem in _walk(root):
        item = _look_at(root, path, problem)
        if item is None:
            n_ignored += 1
        else:
            found.append(item)
    return found, n_ignored


def _walk(folder: Path) -> Iterator[tuple[Path, OSError | None]]:
    """Yield everything below a folder that is not a folder, sorted, without following links."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        yield folder, error
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if not entry.name.startswith("."):
                yield from _walk(Path(entry.path))
        else:
            yield Path(entry.path), None


def _look_at(root: Path, path: Path, problem: OSError | None) -> Found | None:
    relative = path.relative_to(root)
    folders = (root.resolve().name, *relative.parts[:-1])

    def found(code: str = "", message: str = "") -> Found:
        return Found(path, relative.as_posix(), folders, Objection(code, message) if code else None)

    if problem is not None:
        return found(
            "UNREADABLE", f"A folder must be readable. Received: {problem.strerror}. Mend its permissions."
        )
    extension = stem_and_extension(path.name)[1]
    if path.name.startswith(".") or extension in _UNFINISHED:
        return None
    claims = extension in MEDIA_EXTENSIONS
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            message = "A recording must be a file. Received a symbolic link, which is not followed: import its target."
            return found("LINK", message) if claims or path.is_dir() else None
        if not stat.S_ISREG(mode):
            message = "A recording must be a plain file. Received a pipe, socket or device."
            return found("UNREADABLE", message) if claims else None
        return found() if claims or _is_surely_media(read_head(path)) else None
    except OSError as error:
        message = f"A recording must be readable. Received: {error.strerror}. Mend its permissions and import again."
        return found("UNREADABLE", message) if claims else None


def _is_surely_media(head: bytes) -> bool:
    """Whether the bytes alone say so: two bytes of an MP3 or AAC frame are too few without the extension."""
    container = container_of(head)
    return container is not None and (container not in ("mp3", "aac") or head[:3] == b"ID3")
