"""The one door to PyAV: open a media file by what its bytes say, never by its name.

A playlist or a script that poses as a video is refused before any demuxer sees it, and only the local file
itself may be read (research on hostile media: playlists and ``concat`` lists reach other files).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workbench.errors import InvalidInputError
from workbench.lazy import load

_HEAD_BYTES = 564  # three MPEG transport packets


def demuxer_for(head: bytes) -> str | None:
    """Return ffmpeg's name of the container whose first bytes are ``head``, or None when it is none we read."""
    riff = {b"AVI ": "avi", b"WAVE": "wav"}
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        return "mov"
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "matroska"
    if head[:4] == b"RIFF":
        return riff.get(head[8:12])
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    if head[:4] == b"fLaC":
        return "flac"
    if head[:4] == b"OggS":
        return "ogg"
    if head[:4] == b"\x00\x00\x01\xba":
        return "mpeg"
    if head[:4] == b"\x00\x00\x01\xb3":
        return "mpegvideo"
    if len(head) > 376 and head[0] == head[188] == head[376] == 0x47:
        return "mpegts"
    if head[:2] == b"\xff\xfe":
        return None  # UTF-16 text: its mark looks like the first bytes of an MPEG layer I frame
    if head[:3] == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 in (0xE2, 0xE4, 0xE6)):
        return "mp3"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return "aac"
    return None


@contextmanager
def open_media(path: Path) -> Iterator[Any]:
    """Open a recording for reading and yield the ``av`` container.

    Raises
    ------
    InvalidInputError
        The file is missing, empty, or no recording by its content.
    """
    av = load("av")
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except OSError as error:
        raise InvalidInputError(f"{path} must be a readable file. Received: {error.strerror}.") from error
    if not head:
        raise InvalidInputError(f"{path.name} must hold a recording. It is empty (0 bytes): copy it again.")
    demuxer = demuxer_for(head)
    if demuxer is None:
        raise InvalidInputError(
            f"{path.name} must be a recording by its content (MP4, MOV, MKV, WebM, AVI, MPEG, WAV, FLAC, MP3, OGG, AIFF). "
            "Its first bytes are none of these: convert it, or check that it is the file you meant."
        )
    try:
        container = av.open(f"file:{path.resolve()}", format=demuxer, options={"protocol_whitelist": "file"})
    except (av.FFmpegError, OSError) as error:
        raise InvalidInputError(
            f"{path.name} must be a whole {demuxer} file. It cannot be opened ({error}): it may be cut off, copy it again."
        ) from error
    try:
        yield container
    finally:
        container.close()


def start_s(container: Any) -> float:
    """Return the clip's time zero on the container's own clock, in seconds."""
    av = load("av")
    return 0.0 if container.start_time is None else container.start_time / av.time_base
