"""Look inside one file: whether it is a recording, what it holds, and what is odd about it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from workbench.datasets.importing.completeness import short_decode
from workbench.datasets.importing.finding import EXTENSIONS, container_of, read_head
from workbench.datasets.importing.oddities import all_oddities
from workbench.datasets.importing.outcome import Objection
from workbench.errors import InvalidInputError
from workbench.media.clip import Kind
from workbench.media.header import Header, read_header
from workbench.media.measure import PictureMeasure, SoundMeasure, measure_pictures, measure_sound

_SILENCE = 1e-4  # -80 dBFS
_DISGUISES = (
    b"#extm3u",
    b"ffconcat",
    b"[playlist]",
    b"<svg",
    b"<mpd",
    b"<smil",
    b"<asx",
    b"file ",
    b"#!",
    b"<html",
)


@dataclass(frozen=True)
class Limits:
    """What is too large to be a clip.

    Attributes
    ----------
    max_bytes : int
        Of the file.
    max_pixels : int
        Of a picture, width times height.
    max_duration_s : float
        Seconds.
    """

    max_bytes: int = 16 * 1024**3
    max_pixels: int = 8192 * 8192
    max_duration_s: float = 4 * 3600.0


@dataclass(frozen=True)
class Facts:
    """What a whole recording holds.

    Attributes
    ----------
    container : str
        Key of ``EXTENSIONS``.
    kind : {"audiovisual", "video", "audio"}
        A silent sound track does not count as sound beside pictures.
    duration_s : float
        From the clip's time zero to the end of the longer stream.
    width, height, n_frames : int
        Pixels as stored, and pictures; 0 for sound only.
    frame_rate : float
        Pictures a second, 0 for sound only.
    sound_rate : int
        Samples a second in the file, 0 without a sound track.
    oddities : dict of str to str
        Warnings: code and sentence.
    """

    container: str
    kind: Kind
    duration_s: float
    width: int
    height: int
    n_frames: int
    frame_rate: float
    sound_rate: int
    oddities: dict[str, str]


def probe(path: Path, *, extension: str = "", limits: Limits | None = None) -> Facts | Objection:
    """Open, decode and judge one file by its content.

    Parameters
    ----------
    path : Path
        The file.
    extension : str
        What its name claims, lower-case with dot: only compared, never believed.
    limits : Limits, optional
        What is too large.

    Returns
    -------
    Facts or Objection
        What it holds, or why it must not be taken in.
    """
    limits = limits or Limits()
    objection = _sort_of_file(path, limits)
    if objection is not None:
        return objection
    try:
        header = read_header(path)
    except InvalidInputError as error:
        return Objection("TRUNCATED", str(error))
    objection = _header_objection(path.name, header, limits)
    if objection is not None:
        return objection
    try:
        pictures = measure_pictures(path, max_pixels=limits.max_pixels) if header.pictures else None
    except InvalidInputError as error:
        return Objection("TOO_LARGE", str(error))
    sound = measure_sound(path) if header.sound else None
    return short_decode(path, header, pictures, sound) or _facts(path, extension, header, pictures, sound)


def _sort_of_file(path: Path, limits: Limits) -> Objection | None:
    n_bytes = path.stat().st_size
    if n_bytes == 0:
        return Objection("EMPTY", f"{path.name} must hold a recording. It has 0 bytes: copy it again.")
    if n_bytes > limits.max_bytes:
        return Objection(
            "TOO_LARGE",
            f"A file must have at most {limits.max_bytes:,} bytes. Received {n_bytes:,}: cut it first.",
        )
    head = read_head(path)
    if container_of(head) is not None:
        return None
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith(_DISGUISES) or (
        text.startswith(b"<?xml") and any(d in text for d in _DISGUISES if d[:1] == b"<")
    ):
        return Objection(
            "FORBIDDEN_CONTAINER",
            f"{path.name} must be a recording itself. It is a playlist, script or drawing, which could reach other "
            "files: import the recordings it names.",
        )
    return Objection(
        "NOT_MEDIA",
        f"{path.name} must be a recording by its content, whatever its name. Its first bytes are of none that is read "
        f"({', '.join(EXTENSIONS)}): convert it, or check that it is the file you meant.",
    )


def _header_objection(name: str, header: Header, limits: Limits) -> Objection | None:
    streams = [stream for stream in (header.pictures, header.sound) if stream is not None]
    if not streams:
        return Objection(
            "NOT_MEDIA", f"{name} must hold pictures or sound. It has neither stream: check the file."
        )
    for stream in streams:
        if not stream.decodable:
            return Objection(
                "UNSUPPORTED_CODEC",
                f"{name} must be in a codec that can be decoded. Received {stream.codec or 'an unknown one'}: "
                "convert it to H.264 with AAC.",
            )
        if stream.width * stream.height > limits.max_pixels:
            return Objection(
                "TOO_LARGE",
                f"A picture must have at most {limits.max_pixels:,} pixels. "
                f"Received {stream.width} x {stream.height} in {name}: make it smaller first.",
            )
    if header.estimated_s is not None and header.estimated_s > limits.max_duration_s:
        return Objection(
            "TOO_LARGE",
            f"A clip must last at most {limits.max_duration_s:.0f} s. Received {header.estimated_s:.0f} s in {name}: cut it first.",
        )
    return None


def _facts(
    path: Path, extension: str, header: Header, pictures: PictureMeasure | None, sound: SoundMeasure | None
) -> Facts:
    container = container_of(read_head(path)) or ""
    is_silent = sound is not None and sound.peak < _SILENCE
    kind: Kind = "audio" if pictures is None else "video" if sound is None or is_silent else "audiovisual"
    oddities = all_oddities(header, pictures, sound, is_silent=is_silent)
    if extension not in EXTENSIONS[container]:
        oddities["OTHER_EXTENSION"] = f"the name ends in {extension or 'nothing'}, the content is {container}"
    rate = pictures.frame_rate if pictures else 0.0
    return Facts(
        container=container,
        kind=kind,
        duration_s=round(max(m.end_s for m in (pictures, sound) if m is not None), 6),
        width=header.pictures.width if header.pictures else 0,
        height=header.pictures.height if header.pictures else 0,
        n_frames=pictures.n_frames if pictures else 0,
        frame_rate=round(rate, 3) if math.isfinite(rate) else 0.0,
        sound_rate=header.sound.rate if header.sound else 0,
        oddities=oddities,
    )
