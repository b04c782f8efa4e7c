"""What a recording declares about itself, read before one picture or sample is decoded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from workbench.lazy import load
from workbench.media.container import open_media, start_s

_ESTIMATED = {"mpeg", "mpegvideo", "mpegts", "mp3", "aac", "ogg"}
"""Containers that write no length down: ffmpeg's figure is a guess from the bit rate."""

_ENCRYPTED_TAGS = {"encv", "enca", "drmi", "drms"}


@dataclass(frozen=True)
class StreamHeader:
    """What one stream says of itself.

    Attributes
    ----------
    codec : str
        ffmpeg's name; ``""`` when no decoder is known, ``"encrypted"`` when the content is locked.
    declared_s : float or None
        Its length in seconds, or None when it is not written down.
    width, height : int
        Pixels, 0 for sound.
    rate : int
        Samples a second, 0 for pictures.
    """

    codec: str
    declared_s: float | None
    width: int = 0
    height: int = 0
    rate: int = 0

    @property
    def decodable(self) -> bool:
        """Whether there is a decoder for it."""
        return self.codec not in ("", "encrypted")


@dataclass(frozen=True)
class Header:
    """What a recording says it holds. Cover art does not count as pictures.

    Attributes
    ----------
    container : str
        ffmpeg's name of the demuxer.
    declared_s : float or None
        Length of the whole in seconds; None when the container writes none down.
    estimated_s : float or None
        As ``declared_s``, or else ffmpeg's guess: good for limits only.
    pictures, sound : StreamHeader or None
        The first stream of each sort, which is the one that is read.
    n_pictures, n_sounds : int
        How many streams of each sort there are.
    """

    container: str
    declared_s: float | None
    estimated_s: float | None
    pictures: StreamHeader | None
    sound: StreamHeader | None
    n_pictures: int
    n_sounds: int


def _stream_header(stream: Any, *, exact: bool) -> StreamHeader:
    context = stream.codec_context
    codec = context.name if context is not None else ""
    if context is not None and str(context.codec_tag).strip("\0 ").lower() in _ENCRYPTED_TAGS:
        codec = "encrypted"
    declared_s = float(stream.duration * stream.time_base) if exact and stream.duration else None
    if stream.type == "video":
        width, height = (context.width, context.height) if context is not None else (0, 0)
        return StreamHeader(codec, declared_s, width=width, height=height)
    return StreamHeader(codec, declared_s, rate=context.rate if context is not None else 0)


def missing_share(path: Path) -> float:
    """Return which share (0 to 1) of a RIFF or AIFF file is cut off, by the length its first bytes declare.

    ffmpeg quietly shortens such a file's length to what is there, so it cannot tell.
    """
    with path.open("rb") as stream:
        head = stream.read(8)
    order: dict[bytes, Literal["little", "big"]] = {b"RIFF": "little", b"FORM": "big"}
    if head[:4] not in order:
        return 0.0
    declared = int.from_bytes(head[4:8], order[head[:4]])
    is_unknown = (
        declared in (0, 0x7FFFFFFF) or declared >= 0xFFFFFF00
    )  # what recorders write that cannot go back
    return 0.0 if is_unknown else max(1 - path.stat().st_size / (declared + 8), 0.0)


def is_cover(stream: Any) -> bool:
    """Whether a video stream is only the picture on a sound file's sleeve."""
    return bool(stream.disposition & load("av").stream.Disposition.attached_pic)


def read_header(path: Path) -> Header:
    """Return what the recording at ``path`` declares.

    Raises
    ------
    InvalidInputError
        The file is missing, empty, no recording by its content, or cannot be opened.
    """
    av = load("av")
    with open_media(path) as container:
        exact = container.format.name.split(",")[0] not in _ESTIMATED
        videos = [stream for stream in container.streams.video if not is_cover(stream)]
        pictures = (
            videos[:1] if container.streams.video and videos[:1] == [container.streams.video[0]] else []
        )
        sounds = container.streams.audio
        length_s = container.duration / av.time_base if container.duration else None
        if length_s is not None and container.format.name.startswith("matroska"):
            length_s -= start_s(container)  # Matroska's length counts from zero, not from the first picture
        return Header(
            container=container.format.name,
            declared_s=length_s if exact else None,
            estimated_s=length_s,
            pictures=_stream_header(pictures[0], exact=exact) if pictures else None,
            sound=_stream_header(sounds[0], exact=exact) if sounds else None,
            n_pictures=len(videos),
            n_sounds=len(sounds),
        )
