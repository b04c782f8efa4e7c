"""Whether all is there that a recording declares: ffmpeg ends politely where a file is cut off."""

from __future__ import annotations

from pathlib import Path

from workbench.datasets.importing.outcome import Objection
from workbench.media.header import Header, StreamHeader, missing_share
from workbench.media.measure import PictureMeasure, SoundMeasure

LOST_SHARE = 0.02
_LOST_S = 0.1  # a priming block or a last picture more or less is no loss


def short_decode(
    path: Path, header: Header, pictures: PictureMeasure | None, sound: SoundMeasure | None
) -> Objection | None:
    """Return the objection against a recording of which more than 2 % cannot be decoded, or None.

    Parameters
    ----------
    path : Path
        The recording.
    header : Header
        What it declares.
    pictures, sound : PictureMeasure, SoundMeasure or None
        What could be decoded; None when there is no such stream or nothing of it can be.
    """
    name = path.name
    if pictures is None and sound is None:
        return Objection(
            "DAMAGED", f"{name} must have a picture or sound that can be decoded. None can: copy it again."
        )
    shares = {
        "pictures": _lost(header.pictures, pictures, pictures.n_frames if pictures else 0),
        "sound": _lost(header.sound, sound, sound.n_blocks if sound else 0),
        "length": _lost_length(header, max(m.end_s for m in (pictures, sound) if m is not None)),
        "bytes": missing_share(path),
    }
    what, share = max(shares.items(), key=lambda item: item[1])
    if share <= LOST_SHARE:
        return None
    return Objection(
        "SHORT_DECODE",
        f"All that {name} declares must be there and decodable. {share:.0%} of its {what} is not: it was cut off or "
        "damaged; copy it again, or cut out the whole part and import that.",
    )


def _lost(stream: StreamHeader | None, measure: PictureMeasure | SoundMeasure | None, n_whole: int) -> float:
    """Return which share (0 to 1) of a stream is lost, by its declared length or by its broken packets."""
    if stream is None:
        return 0.0
    if measure is None:
        return 1.0
    by_packets = measure.n_failed / (n_whole + measure.n_failed)
    missing_s = 0.0 if stream.declared_s is None else stream.declared_s - (measure.end_s - measure.first_s)
    by_time = missing_s / stream.declared_s if stream.declared_s and missing_s > _LOST_S else 0.0
    return max(by_packets, by_time)


def _lost_length(header: Header, end_s: float) -> float:
    """Return which share of the whole is lost, for containers that only tell the length of the whole."""
    streams = (header.pictures, header.sound)
    if header.declared_s is None or any(stream is not None and stream.declared_s for stream in streams):
        return 0.0
    missing_s = header.declared_s - end_s
    return missing_s / header.declared_s if missing_s > _LOST_S else 0.0
